"""A coin whose price has seven zeros is traded by the billion: no maximum quantity is invented for it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from command_line import Trade

PLAY = """version: "3.0.0"
name: cheap
symbol: CHEAPUSDT
timeframes: {low_tf: 5m, med_tf: 1h, high_tf: D, exec: low_tf}
account: {starting_equity_usdt: EQUITY, max_leverage: 3, slippage_bps: 2, fee_model: {taker_bps: 5.5, maker_bps: 2.0}}
features: {ema_3: {indicator: ema, params: {length: 3}}}
actions: {entry_long: {all: [[close, ">", ema_3]]}}
position_policy: {mode: long_only, exit_mode: sl_tp_only}
risk: {stop_loss_pct: 8, take_profit_pct: 8, max_position_pct: 50}
"""


def swings(path: Path) -> Path:
    """Write ten hours of minutes between 0.00000700 and 0.00000800, up and down in turns of forty minutes."""
    lines = ["timestamp,open,high,low,close,volume"]
    ticks = [720 + abs(minute % 80 - 40) for minute in range(601)]
    for minute, (opened, close) in enumerate(pairwise(ticks)):
        prices = (opened, max(opened, close), min(opened, close), close)
        lines.append(f"2024-01-01T{minute // 60:02}:{minute % 60:02}:00Z,{','.join(f'{tick / 10**8:.8f}' for tick in prices)},667")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_hundred_times_the_equity_earns_the_same_percent(trade: Trade, tmp_path: Path) -> None:
    db = tmp_path / "store"
    assert trade("data", "import", swings(tmp_path / "bars.csv"), "--symbol", "CHEAPUSDT", "--db", db, "--json").code == 0
    documents = []
    for equity in ("1000", "100000"):
        play = tmp_path / "cheap.yml"
        play.write_text(PLAY.replace("EQUITY", equity))
        documents.append(trade("backtest", "run", play, "--db", db, "--out", tmp_path / "out", "--json").json)
    small, large = documents
    assert small["metrics"]["total_trades"] == large["metrics"]["total_trades"] > 3
    assert [document["cut_entries"] for document in documents] == [{}, {}]
    assert abs(small["metrics"]["net_return_pct"] - large["metrics"]["net_return_pct"]) < 0.001
    assert abs(small["metrics"]["net_return_pct"]) > 1
