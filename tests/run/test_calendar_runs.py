"""Runs on the sessions of New York: nights are no gaps, a missing minute is one, and warm-up is counted over the nights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import ROOT, SAMPLE, Trade
from runs import ms

from trade.base.calendar import expected_opens
from trade.base.timeframe import BASE, MINUTE_MS
from trade.files.importing import ImportRequest, import_file
from trade.indicators.registry import INDICATORS
from trade.market.calendars.exchange import exchange_closed
from trade.market.calendars.setting import set_calendar
from trade.market.fitting import GridOptions
from trade.market.instruments import parse_grid
from trade.market.names import Series

NEW_YORK = exchange_closed("XNYS")
SPY = Series("generic", "spot", "SPY")
FROM, TO = "2023-11-20", "2023-11-28"  # with Thanksgiving and its half day
MINUTES = expected_opens(NEW_YORK, BASE, ms("2023-06-01"), ms(TO))
LACKING = ms("2023-11-21T15:07")


def store(folder: Path, opens: npt.NDArray[np.int64]) -> Path:
    """Return a store with a walk on the sessions of New York, cut to these minutes."""
    steps = np.random.default_rng(7).integers(-9, 10, len(MINUTES))
    close = (40_000 + np.cumsum(steps))[np.searchsorted(MINUTES, opens)] / 100
    columns = {"ts_open_ms": opens, "open": close, "high": close + 0.05, "low": close - 0.05, "close": close, "volume": np.ones(len(close))}
    path = folder / "spy.parquet"
    pq.write_table(pa.table({name: pa.array(values.tolist()) for name, values in columns.items()}), path)
    grid = GridOptions(parse_grid("0.01", "--tick"), parse_grid("0.01", "--step"))
    import_file(folder / "store", ImportRequest(path, "SPY", market="spot", grid=grid, calendar="XNYS"))
    return folder / "store"


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store(tmp_path_factory.mktemp("sessions"), MINUTES)


def stored_from(start_ms: int) -> npt.NDArray[np.int64]:
    return MINUTES[np.searchsorted(MINUTES, start_ms) :]


def preflight(trade: Trade, db: Path, *words: str) -> Any:
    return trade("backtest", "preflight", SAMPLE, "--symbol", "SPY", "--db", db, *words, "--json").json


def findings(said: Any) -> dict[str, Any]:
    return {finding["code"]: finding for finding in said["findings"] if finding["code"] != "no-funding"}


def test_nights_weekends_and_holidays_are_no_gaps(trade: Trade, sessions: Path) -> None:
    assert findings(preflight(trade, sessions, "--from", FROM, "--to", TO)) == {}


def test_a_missing_minute_inside_a_session_is_found(trade: Trade, tmp_path: Path) -> None:
    db = store(tmp_path, MINUTES[MINUTES != LACKING])
    found = findings(preflight(trade, db, "--from", FROM, "--to", TO))
    assert list(found) == ["history-gaps"]
    assert found["history-gaps"]["data"]["gaps"] == [[LACKING, LACKING + MINUTE_MS]]
    assert found["history-gaps"]["severity"] == "warning"


def test_bars_before_the_opening_bell_are_told_and_used(trade: Trade, tmp_path: Path) -> None:
    early = ms("2023-11-21T14:00") + MINUTE_MS * np.arange(30, dtype=np.int64)
    said = preflight(trade, store(tmp_path, np.sort(np.concatenate((MINUTES, early)))), "--from", FROM, "--to", TO)
    assert findings(said)["bars-outside-calendar"]["data"] == {"count": 30, "first_ms": int(early[0]), "last_ms": int(early[-1])}
    assert said["bars"] == len(stored_from(said["history_wanted_from_ms"])) + 30


def test_warm_up_is_counted_in_bars_of_sessions(trade: Trade, sessions: Path) -> None:
    said = preflight(trade, sessions, "--from", FROM, "--to", TO)
    hours = np.setdiff1d(stored_from(said["history_wanted_from_ms"]) // 3_600_000, stored_from(ms(FROM)) // 3_600_000)
    assert len(hours) == INDICATORS["ema"].settle_bars({"length": 50})


def test_a_window_that_nobody_named_begins_warm(trade: Trade, sessions: Path) -> None:
    said = preflight(trade, sessions)
    assert findings(said) == {}
    assert ms("2023-10-18") < said["window"][0] < ms("2023-10-25")  # 98 sessions of 7 hourly bars, from the 1st of June


def test_late_history_is_told_by_the_minute_that_was_wanted(trade: Trade, sessions: Path) -> None:
    found = findings(preflight(trade, sessions, "--from", "2023-06-15", "--to", TO))
    assert list(found) == ["short-warmup"]  # 70 hourly bars are stored before: enough for a first value
    settle = INDICATORS["ema"].settle_bars({"length": 50})
    assert found["short-warmup"]["data"]["missing_bars"] == {"ema_50_1h": settle - 70, "rsi_14": 97, "ema_21": 27}
    late = findings(preflight(trade, sessions, "--from", "2023-06-06", "--to", TO))["late-start"]["data"]
    assert late["history_starts_ms"] == MINUTES[0]
    assert late["wanted_ms"] == ms("2023-05-24T19:00")  # 21 of 50 hourly bars since the 1st of June, 28 on the four days before, one more


def test_a_run_trades_from_the_first_close_and_verifies(trade: Trade, sessions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = trade("backtest", "run", SAMPLE, "--symbol", "SPY", "--from", FROM, "--to", TO, "--db", sessions, "--out", out, "--json").json
    assert said["trading_start_ms"] == ms("2023-11-20T14:45")  # the first 15m close of the first session
    again = trade("runs", "verify", said["run_id"], "--db", sessions, "--out", out, "--json")
    assert (again.code, again.json["status"]) == (0, "identical")


def test_the_calendar_belongs_to_what_a_run_read(trade: Trade, tmp_path: Path) -> None:
    db, out = store(tmp_path, MINUTES), tmp_path / "out"
    words = ("--symbol", "SPY", "--from", FROM, "--to", TO, "--db", db, "--out", out, "--json")
    run_id = trade("backtest", "run", SAMPLE, *words).json["run_id"]
    set_calendar(db, SPY, "XNAS", exchange_closed("XNAS"))
    verdict = trade("runs", "verify", run_id, "--db", db, "--out", out, "--json")
    assert verdict.code == 4
    assert "data_digest" in json.dumps(verdict.json["findings"])


def test_a_run_around_the_clock_never_loads_the_library_of_exchanges(market: Path) -> None:
    script = f"""
import contextlib, io, sys
from trade.cli.app import run
with contextlib.redirect_stdout(io.StringIO()):
    code = run(["backtest", "preflight", "sample", "--db", {str(market)!r}, "--json"])
print(code, "exchange_calendars" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "0 False\n"
