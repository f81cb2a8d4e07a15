"""One Play from its text to a result, on a tape that a pencil can follow."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from trade.base.bars import Bars, base_bars
from trade.base.errors import Refused
from trade.base.history import Funding, History, Window
from trade.base.instrument import Instrument, Tier, TierTable
from trade.base.records import FILL, NO_PRICE, TRADE, ExitReason, Rejection, StopReason
from trade.base.result import Result
from trade.base.timeframe import MINUTE_MS, Timeframe
from trade.engine.processor import BarProcessor
from trade.features.compute import compute_features
from trade.features.plan import plan_features
from trade.feeds.build import build_feed
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.names import CATALOGUE

START = 1_767_225_600_000  # 2026-01-01
USDT = 10**8
COIN = Instrument(  # the pencil's grid: one tick is 1 USDT, one lot is 1 coin
    venue="paper",
    market="linear",
    symbol="COIN",
    tick_size=Decimal(1),
    qty_step=Decimal(1),
    min_qty=Decimal(1),
    max_qty=Decimal(1000),
    min_notional_usdt=Decimal(0),
    taker_bps=Decimal(0),
    maker_bps=Decimal(0),
    tier_tables=(TierTable(0, (Tier(Decimal(10**6), Decimal("0.005"), Decimal(100), Decimal(0)),)),),
    source="by hand",
)
PLAY = """
version: "3.0.0"
name: pencil
symbol: COIN
timeframes: {low_tf: 5m, exec: low_tf}
account: {starting_equity_usdt: 1000, fee_model: {taker_bps: 0, maker_bps: 0}, slippage_bps: 0, min_trade_notional_usdt: 1}
features:
  mean: {indicator: sma, params: {length: 2}}
actions:
  entry_long:
    all: [["close", ">", "mean"]]
position_policy: {mode: long_only, exit_mode: sl_tp_only}
risk: {stop_loss_pct: 10, take_profit_pct: 50}
"""
# three exec bars of warm-up at 90, then: up to 105; entry at 106, stop at 96 met in minute 7; quiet
CLOSES = [90] * 15 + [90, 95, 100, 102, 105] + [106, 104, 97, 98, 98] + [98, 98, 98, 98, 97]


def at(minute: int) -> int:
    return START + minute * MINUTE_MS


def tape(closes: list[int] = CLOSES, opens: dict[int, int] | None = None, lows: dict[int, int] | None = None) -> Bars:
    """Minute bars from -15 on: each opens at the close before it, unless `opens` or `lows` say otherwise."""
    opened = [closes[0], *closes[:-1]]
    for minute, price in (opens or {}).items():
        opened[minute + 15] = price
    low = [min(pair) for pair in zip(opened, closes, strict=True)]
    for minute, price in (lows or {}).items():
        low[minute + 15] = price
    high = [max(pair) for pair in zip(opened, closes, strict=True)]
    ts = START + np.arange(-15, len(closes) - 15, dtype=np.int64) * MINUTE_MS
    return base_bars(ts, *(np.array(column, np.int64) for column in (opened, high, low, closes)), np.ones(len(closes)))


def accepted(folder: Path, text: str = PLAY) -> AcceptedPlay:
    (folder / "play.yml").write_text(text)
    return accept_file(folder / "play.yml")


def run(made: AcceptedPlay, base: Bars, funding: Funding | None = None, instrument: Instrument = COIN) -> Result:
    window = Window(at(0), at(15))
    plan = plan_features(made.play, CATALOGUE)
    features = compute_features(plan, base, instrument.grid, window)
    history = History(instrument, base, None, funding, "")
    return BarProcessor(made.play, made.program).run(build_feed(history, features, made.play.exec_timeframe, window))


@pytest.fixture
def stopped_out(tmp_path: Path) -> Result:
    return run(accepted(tmp_path), tape(opens={5: 106}, lows={7: 95}))


def test_the_entry_is_sized_at_the_decision_and_filled_at_the_next_open(stopped_out: Result) -> None:
    (trade,) = stopped_out.trades
    assert trade["decision_ts_ms"] == trade["entry_ts_ms"] == at(5)
    assert trade["quantity_lots"] == 9  # 1000 USDT at the close of 105
    assert trade["entry_price_ticks"] == 106
    assert trade["entry_value_quanta"] == 954 * USDT
    assert trade["stop_price_ticks"] == 96  # 10.6 away, to the tick nearer the entry
    assert trade["target_price_ticks"] == 159


def test_the_stop_takes_the_position_at_its_own_price(stopped_out: Result) -> None:
    (trade,) = stopped_out.trades
    assert (trade["exit_ts_ms"], trade["exit_price_ticks"], trade["exit_reason"]) == (at(7), 96, ExitReason.STOP_LOSS)
    assert trade["gross_quanta"] == trade["net_quanta"] == -90 * USDT
    assert trade["bars_held"] == stopped_out.bars_in_position == 3


def test_the_curve_has_the_initial_equity_and_a_point_per_exec_close(stopped_out: Result) -> None:
    equity = stopped_out.equity
    assert equity["ts_ms"].tolist() == [at(0), at(5), at(10), at(15)]
    assert (equity["equity_quanta"] // USDT).tolist() == [1000, 1000, 910, 910]
    assert equity["position_lots"].tolist() == [0, 0, 0, 0]


def test_the_result_says_what_the_run_was(stopped_out: Result) -> None:
    result = stopped_out
    assert (result.initial_equity_quanta, result.final_equity_quanta) == (1000 * USDT, 910 * USDT)
    assert (result.stop_reason, result.base_bars, result.entry_attempts, result.rejections) == (StopReason.COMPLETED, 15, 1, {})
    assert (result.trading_start_ms, result.exec_timeframe, result.leverage) == (at(5), Timeframe("5m"), 1.0)
    assert (result.first_close_ticks, result.last_close_ticks, result.has_funding) == (90, 97, False)
    assert result.max_drawdown_quanta == 90 * USDT
    assert [(row.path, row.true, row.false, row.missing) for row in result.funnel if row.depth == 0] == [("actions.entry_long", 1, 1, 0)]


def test_every_number_of_the_result_is_a_plain_one(stopped_out: Result) -> None:
    plain = {"int": int, "float": float, "bool": bool}
    for field in dataclasses.fields(stopped_out):
        if field.type in plain:
            assert type(getattr(stopped_out, field.name)) is plain[field.type], field.name
    assert type(stopped_out.stop_reason) is StopReason
    assert (stopped_out.trades.dtype, stopped_out.fills.dtype) == (TRADE, FILL)


def test_each_fill_names_its_bar_and_the_sums_agree(stopped_out: Result) -> None:
    fills = stopped_out.fills
    assert fills["bar_ts_open_ms"].tolist() == fills["ts_ms"].tolist() == [at(5), at(7)]
    assert fills["cash_quanta"].sum() == stopped_out.final_equity_quanta - stopped_out.initial_equity_quanta


def test_a_position_open_at_the_end_is_closed_at_the_last_close(tmp_path: Path) -> None:
    result = run(accepted(tmp_path), tape([*CLOSES[:22], *[110] * 8], opens={5: 106}))
    (trade,) = result.trades
    assert (trade["exit_ts_ms"], trade["exit_price_ticks"], trade["exit_reason"]) == (at(15), 110, ExitReason.END_OF_DATA)
    assert (result.equity["equity_quanta"] // USDT).tolist() == [1000, 1000, 1036, 1036]
    assert (result.equity["position_lots"].tolist(), result.bars_in_position) == ([0, 0, 9, 0], 10)


def test_funding_is_paid_on_what_is_held(tmp_path: Path) -> None:
    paid = Funding(np.array([at(4), at(5), at(6)], np.int64), np.array([0.01, 0.01, 0.01]))
    result = run(accepted(tmp_path), tape(opens={5: 106}, lows={7: 95}), paid)
    (trade,) = result.trades
    assert trade["funding_quanta"] == -9 * 106 * USDT // 100  # only the one after the entry, on the close of minute 5
    assert result.has_funding


def test_without_warm_up_nothing_is_decided_before_the_mean_exists(tmp_path: Path) -> None:
    result = run(accepted(tmp_path), tape(opens={5: 106}).between(at(0), at(15)))
    assert result.trading_start_ms == at(10)
    assert (len(result.trades), len(result.fills), len(result.equity), result.entry_attempts) == (0, 0, 4, 0)
    assert (result.trades.dtype, result.final_equity_quanta) == (TRADE, 1000 * USDT)


def test_what_does_not_fit_is_counted_by_its_code(tmp_path: Path) -> None:
    result = run(accepted(tmp_path, PLAY.replace("starting_equity_usdt: 1000", "starting_equity_usdt: 106")), tape(opens={5: 107}))
    assert result.rejections == {Rejection.INSUFFICIENT_MARGIN: 1}
    assert (result.entry_attempts, len(result.trades)) == (1, 0)


def test_a_play_without_stop_has_no_level(tmp_path: Path) -> None:
    leave = "  exit_long: [['close', '<', 'mean']]\n"
    text = PLAY.replace("risk: {stop_loss_pct: 10, take_profit_pct: 50}", "risk: {max_position_pct: 50}")
    text = text.replace("sl_tp_only", "signal").replace("position_policy", f"{leave}position_policy")
    (trade,) = run(accepted(tmp_path, text), tape(opens={5: 106, 10: 99})).trades
    assert (trade["stop_price_ticks"], trade["target_price_ticks"], trade["quantity_lots"]) == (NO_PRICE, NO_PRICE, 4)
    assert (trade["exit_ts_ms"], trade["exit_price_ticks"], trade["exit_reason"]) == (at(10), 99, ExitReason.SIGNAL)


def test_an_instrument_without_tiers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no margin tiers"):
        run(accepted(tmp_path), tape(), instrument=replace(COIN, tier_tables=()))


def test_the_same_processor_runs_twice_to_the_same_rows(tmp_path: Path) -> None:
    made, base = accepted(tmp_path), tape(opens={5: 106}, lows={7: 95})
    first, second = run(made, base), run(made, base)
    assert first.trades.tobytes() == second.trades.tobytes()
    assert first.equity.records().tobytes() == second.equity.records().tobytes()
