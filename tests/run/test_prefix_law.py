"""A whole run knows nothing of what comes after, and nothing of what lies before its warm-up (TIME-6, TIME-8, SAME-1)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import NAMES, execution, hashes, ms

from trade.base.records import ExitReason
from trade.base.result import Result
from trade.base.timeframe import DAY_MS
from trade.files.importing import ImportRequest, import_file
from trade.market.fitting import GridOptions
from trade.run.backtest import inputs_of
from trade.run.request import Request
from trade.synthetic.sample import sample_bars, sample_funding

FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIRST, LAST = ms("2025-02-25"), ms("2025-05-01")  # every Play has settled by the middle of February


@cache
def whole(name: str, market: Path) -> Result:
    return execution(name, market).result


def closed_before(result: Result, ts_ms: int) -> Any:
    """Return the trades that were over before an instant; what the end of data closed is the one exception of the law."""
    trades = result.trades
    return trades[(trades["exit_ts_ms"] < ts_ms) & (trades["exit_reason"] != int(ExitReason.END_OF_DATA))]


def assert_prefix(short: Result, full: Result, ts_ms: int) -> None:
    """Compare everything that was settled before an instant."""
    assert closed_before(short, ts_ms).tobytes() == closed_before(full, ts_ms).tobytes()
    before = [result.fills[(result.fills["ts_ms"] < ts_ms)] for result in (short, full)]
    assert before[0].tobytes() == before[1].tobytes()
    curves = [result.equity[result.equity["ts_ms"] < ts_ms] for result in (short, full)]
    assert curves[0].tobytes() == curves[1].tobytes()


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(steps=st.integers(1, (LAST - FIRST) // (4 * 3_600_000) - 1))
def test_bars_after_an_instant_change_nothing_before_it(name: str, steps: int, market: Path) -> None:
    end_ms = FIRST + steps * 4 * 3_600_000
    text = str(np.datetime64(end_ms, "ms"))
    short = execution(name, market, end=text).result
    assert len(closed_before(whole(name, market), end_ms)) > 0
    assert_prefix(short, whole(name, market), end_ms)


def store_of(folder: Path, start_ms: int, end_ms: int) -> Path:
    """Return a store that holds the sample market over a span and nothing else of it."""
    for kind, columns, clock in (("bars", sample_bars(), "ts_open_ms"), ("funding", sample_funding(), "ts_ms")):
        inside = (columns[clock] >= start_ms) & (columns[clock] < end_ms)
        names = {"ts_ms": "funding_time", "rate": "funding_rate"} if kind == "funding" else {}
        kept = {names.get(n, n): pa.array(values[inside].tolist()) for n, values in columns.items() if n != "ts_raw_ms"}
        path = folder / f"{kind}.parquet"
        pq.write_table(pa.table(kept), path)
        import_file(folder / "store", ImportRequest(path, "SAMPLEUSDT", "sample", "linear", grid=GridOptions()))
    return folder / "store"


@pytest.fixture(scope="session")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample market from 15 January to 15 April only."""
    return store_of(tmp_path_factory.mktemp("spare"), ms("2025-01-15"), ms("2025-04-15"))


@pytest.mark.parametrize("name", NAMES)
def test_history_outside_of_window_and_warm_up_changes_nothing(name: str, market: Path, spare: Path) -> None:
    window = ("2025-03-05", "2025-04-12")
    with_all, with_some = execution(name, market, *window), execution(name, spare, *window)
    assert len(with_some.result.trades) > 5
    assert hashes(with_all.result) == hashes(with_some.result)
    request = Request(play=Path("any"), out=Path("any"))
    digests = [inputs_of(each.ready, request).data_digest for each in (with_all, with_some)]
    assert digests[0] == digests[1]  # HASH-2: exactly the rows that were read


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(days=st.integers(20, 100))
def test_every_trade_lies_inside_its_window(name: str, days: int, market: Path) -> None:
    start_ms = ms("2025-01-01") + days * DAY_MS
    result = execution(name, market, start=str(np.datetime64(start_ms, "ms"))).result
    assert result.equity["ts_ms"][0] == start_ms
    assert result.trading_start_ms >= start_ms
    assert (result.trades["decision_ts_ms"] >= result.trading_start_ms).all()
    assert (result.trades["exit_ts_ms"] <= LAST).all()
    assert int(result.trades["net_quanta"].sum()) == result.final_equity_quanta - result.initial_equity_quanta
