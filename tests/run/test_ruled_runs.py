"""From the command line to a verified run: rules that change inside the window, and a symbol that is delisted in it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from command_line import Trade
from runs import PLAYS, execution, hashes, ms

PLAY = PLAYS / "cross_both_sides.yml"
FINER, COARSER, ENDED = "2025-02-01T00:00", "2025-03-01T00:00", "2025-04-20T10:07"


@pytest.fixture
def ruled(market: Path, tmp_path: Path, trade: Trade) -> Path:
    """The sample market with a tick of 0.05 from February, a step of 0.01 from March, and its end in April."""
    store = tmp_path / "store"
    shutil.copytree(market, store)
    for words in (["--from", FINER, "--tick", "0.05"], ["--from", COARSER, "--step", "0.01"], ["--delisted", ENDED]):
        assert trade("data", "rules", "SAMPLEUSDT", *words, "--db", store).code == 0
    return store


def test_a_run_uses_each_rule_at_its_date_says_the_end_and_is_verified(ruled: Path, tmp_path: Path, trade: Trade) -> None:
    said = trade("backtest", "run", PLAY, "--db", ruled, "--out", tmp_path / "out", "--to", "2025-04-25", "--json")
    assert (said.code, said.json["status"], said.json["stop_reason"]) == (0, "completed", "completed")
    assert {"delisted", "bars-after-delisting"} <= set(said.codes)
    assert "history-gaps" not in said.codes
    [told] = [finding for finding in said.json["findings"] if finding["code"] == "delisted"]
    assert (told["severity"], told["data"]) == ("note", {"delisted_ms": ms(ENDED)})
    folder = Path(said.json["folder"])
    trades = pq.read_table(folder / "trades.parquet").to_pylist()
    check_prices(trades)
    check_quantities(trades)
    assert (trades[-1]["exit_reason_word"], trades[-1]["exit_ts_ms"]) == ("delisted", ms(ENDED))
    points = pq.read_table(folder / "equity.parquet").to_pylist()
    assert points[-1]["ts_ms"] == ms("2025-04-25")
    assert len({point["equity_quanta"] for point in points if point["ts_ms"] > ms(ENDED)}) == 1
    assert trade("runs", "verify", folder, "--db", ruled, "--json").json["status"] == "identical"


def on(value: float, unit: str) -> bool:
    return Decimal(repr(value)) % Decimal(unit) == 0


def check_prices(trades: list[dict[str, Any]]) -> None:
    before = [trade for trade in trades if trade["exit_ts_ms"] < ms(FINER)]
    after = [trade for trade in trades if trade["entry_ts_ms"] >= ms(FINER)]
    assert len(before) > 5
    for trade in before:
        assert all(on(trade[name], "0.1") for name in ("entry_price", "exit_price", "stop_price", "target_price", "liquidation_price"))
    for trade in after:
        assert all(on(trade[name], "0.05") for name in ("entry_price", "exit_price", "stop_price", "target_price", "liquidation_price"))
    assert not all(on(trade["entry_price"], "0.1") for trade in after)


def check_quantities(trades: list[dict[str, Any]]) -> None:
    assert all(on(trade["quantity"], "0.01") for trade in trades if trade["entry_ts_ms"] >= ms(COARSER))
    assert not all(on(trade["quantity"], "0.01") for trade in trades if trade["entry_ts_ms"] < ms(COARSER))


def test_hash_2_rules_after_the_window_change_nothing_in_it(market: Path, ruled: Path) -> None:
    span = ("2025-01-10", "2025-02-01")
    before, after = execution("cross_both_sides", market, *span), execution("cross_both_sides", ruled, *span)
    assert before.ready.history.digest == after.ready.history.digest
    assert hashes(before.result) == hashes(after.result)


def test_a_window_after_the_end_has_no_history(ruled: Path, tmp_path: Path, trade: Trade) -> None:
    said = trade("backtest", "run", PLAY, "--db", ruled, "--out", tmp_path, "--from", "2025-04-22", "--to", "2025-04-25", "--json")
    assert said.code == 3
    [missing] = [finding for finding in said.json["findings"] if finding["code"] == "no-history"]
    assert "it was delisted at 2025-04-20 10:07" in missing["fact"]
