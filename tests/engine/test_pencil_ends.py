"""How a run ends, and what its rows and ledger say, with a pencil."""

from __future__ import annotations

from typing import Any

from tapes import (
    MINUTE,
    at,
    equity_usdt,
    exits,
    fixed,
    flat_bars,
    kinds,
    leverage,
    only_trade,
    reasons,
    rules,
    run,
    slippage,
    stop_points,
    stop_reason,
    taker,
    target_points,
    tier,
    usdt,
)

from trade.base.records import ExitReason, FillKind, PriceFrom, Rule

FLOOR = {"equity_floor_quanta": usdt(900)}
FALL = {"max_drawdown_e12": 10**11}  # 10 %


def test_end_1_an_open_position_is_closed_at_the_last_close_with_slippage_and_fee() -> None:
    outcome = run(flat_bars(100, 100, 120), {0: "long"}, **fixed(550), **slippage("100"), **taker("0.01"))
    trade = only_trade(outcome)
    assert exits(outcome) == [("end_of_data", 118)]  # 120 less 1.2, down
    assert (trade["entry_price_ticks"], trade["quantity_lots"]) == (101, 5)
    assert trade["net_quanta"] == usdt(85) - usdt("5.05") - usdt("5.9")
    assert (trade["exit_ts_ms"], trade["bars_held"]) == (at(3), 2)
    last = outcome.fills[-1]
    assert (last["price_from"], last["rule"], last["bar_ts_open_ms"]) == (PriceFrom.CLOSE, Rule.END_1, at(2))
    assert equity_usdt(outcome)[-1] == 1074.05


def test_stop_3_the_equity_floor_closes_at_the_next_open() -> None:
    bars = [*flat_bars(100, 100), (100, 100, 85, 90), (88, 95, 80, 95), *flat_bars(95, 95)]
    outcome = run(bars, {0: "long", 4: "long"}, **FLOOR)
    assert stop_reason(outcome) == "equity_floor"  # 900 <= 900 at the close of bar 2
    assert outcome.tally.stop_ts_ms == at(3)
    assert exits(outcome) == [("equity_floor", 88)]
    assert rules(outcome) == ["FILL-1", "STOP-3"]
    assert equity_usdt(outcome) == [1000, 1000, 1000, 900, 880, 880, 880]


def test_stop_3_the_floor_looks_at_closes_only() -> None:
    assert stop_reason(run([*flat_bars(100, 100), (100, 100, 50, 91), *flat_bars(91)], {0: "long"}, **FLOOR)) == "completed"


def test_stop_3_max_drawdown_is_from_the_running_peak_of_base_closes() -> None:
    bars = flat_bars(100, 100, 120, 109, 108, 107)
    outcome = run(bars, {0: "long"}, **FALL)
    assert (stop_reason(outcome), outcome.tally.stop_ts_ms) == ("max_drawdown", at(5))  # 1080 is 10 % under 1200: inclusive
    assert exits(outcome) == [("max_drawdown", 107)]
    assert (outcome.tally.max_drawdown_quanta, outcome.tally.max_drawdown_frac) == (usdt(130), 130 / 1200)


def test_stop_3_the_peak_starts_at_the_initial_equity() -> None:
    outcome = run(flat_bars(100, 100, 90, 90), {0: "long"}, **FALL)
    assert stop_reason(outcome) == "max_drawdown"


def test_stop_3_the_floor_comes_before_the_drawdown() -> None:
    assert stop_reason(run(flat_bars(100, 100, 80, 80), {0: "long"}, **FLOOR, **FALL)) == "equity_floor"


def test_stop_3_without_a_next_bar_the_last_close_is_the_price_and_the_reason_is_kept() -> None:
    outcome = run(flat_bars(100, 100, 85), {0: "long"}, **FLOOR)
    assert exits(outcome) == [("equity_floor", 85)]
    assert rules(outcome) == ["FILL-1", "END-1"]
    assert stop_reason(outcome) == "equity_floor"


def test_stop_3_an_account_that_starts_at_its_floor_stops_at_the_first_close() -> None:
    outcome = run(flat_bars(100, 100, 100), {1: "long"}, equity_floor_quanta=usdt(1000))
    assert stop_reason(outcome) == "equity_floor"
    assert outcome.tally.stop_ts_ms == at(1)
    assert outcome.tally.entry_attempts == 0


def test_stop_3_no_drawdown_at_all_allowed_stops_at_the_first_close_too() -> None:
    outcome = run(flat_bars(100, 100, 100), {}, max_drawdown_e12=0)
    assert (stop_reason(outcome), outcome.tally.stop_ts_ms) == ("max_drawdown", at(1))


def test_stop_3_starved_is_flat_and_under_the_smallest_order() -> None:
    bars = [*flat_bars(100, 100), (100, 100, 95, 100), *flat_bars(100, 100)]
    outcome = run(bars, {0: "long", 3: "long"}, min_lots=10, **stop_points(5))
    assert reasons(outcome) == ["stop_loss"]
    assert (stop_reason(outcome), outcome.tally.stop_ts_ms) == ("starved", at(3))
    assert len(outcome.equity) == 6
    assert equity_usdt(outcome)[-1] == 950


def test_stop_3_starving_follows_the_price() -> None:
    outcome = run(flat_bars(100, 100, 101, 100), {}, min_lots=10)
    assert (stop_reason(outcome), outcome.tally.stop_ts_ms) == ("starved", at(3))


def test_stop_3_a_side_that_may_not_be_traded_does_not_feed() -> None:
    tight = {**taker("0.001"), "min_lots": 99, "initial_cash_quanta": usdt(992)}  # enough for a long, not for a short
    assert stop_reason(run(flat_bars(10, 10), {}, **tight)) == "completed"
    assert stop_reason(run(flat_bars(10, 10), {}, **tight, may_long=0)) == "starved"


def test_stop_3_funding_that_is_due_at_the_closing_open_is_still_paid() -> None:
    outcome = run(flat_bars(100, 100, 90, 90), {0: "long"}, **FLOOR, funding=[(at(3), "0.01")])
    assert kinds(outcome) == ["entry", "funding", "exit"]
    assert only_trade(outcome)["net_quanta"] == usdt(-109)


def test_stop_3_a_stopped_position_that_opens_beyond_its_liquidation_price_is_liquidated() -> None:
    options: dict[str, Any] = {"tiers": [tier(10**6, "0.0625")], **leverage(10), **fixed(1000), "equity_floor_quanta": usdt(970)}
    outcome = run(flat_bars(1000, 1000, 970, 950, 950), {0: "long"}, **options)
    assert exits(outcome) == [("liquidation", 900)]
    assert stop_reason(outcome) == "equity_floor"


def test_money_2_a_run_ends_flat_and_its_cash_is_what_its_trades_made_of_it() -> None:
    bars = [*flat_bars(100, 100, 104), (104, 111, 100, 108), *flat_bars(108, 100, 95)]
    outcome = run(
        bars, {0: "long", 4: "short"}, **fixed(500), **target_points(10), **taker("0.001"), funding=[(at(2), "0.002"), (at(6), "0.001")]
    )
    long, short = outcome.trades
    assert (long["gross_quanta"], long["fees_quanta"], long["funding_quanta"]) == (usdt(50), usdt("1.05"), usdt(-1))
    assert (short["gross_quanta"], short["fees_quanta"], short["funding_quanta"]) == (usdt(20), usdt("0.78"), usdt("0.4"))
    assert outcome.equity["cash_quanta"][-1] == usdt(1000) + long["net_quanta"] + short["net_quanta"]
    assert outcome.fills["cash_quanta"].sum() == long["net_quanta"] + short["net_quanta"]


def test_money_3_the_rows_of_the_curve_are_the_ledger() -> None:
    outcome = run(flat_bars(1000, 1000, 1010, 1010), {0: "long"}, **leverage(10), **fixed(1000), **taker("0.01"))
    row = outcome.equity[3]
    assert row["cash_quanta"] == usdt(990)  # less the fee; the margin is inside
    assert row["used_margin_quanta"] == usdt(109)
    assert row["equity_quanta"] == usdt(1000)  # 10 unrealised
    assert (row["notional_quanta"], row["position_lots"]) == (usdt(1010), 1)
    assert row["maintenance_margin_quanta"] == usdt("5.05") + usdt(9)


def test_money_3_equity_is_marked_on_the_mark_series() -> None:
    outcome = run(flat_bars(100, 100, 110, 110), {0: "long"}, mark=flat_bars(100, 100, 105, 105), has_mark=1)
    assert equity_usdt(outcome) == [1000, 1000, 1000, 1050, 1100]


def test_evid_1_each_row_names_the_instant_the_price_its_source_and_the_rule() -> None:
    bars = [*flat_bars(100, 100), (100, 112, 98, 105), *flat_bars(105)]
    outcome = run(bars, {0: "long"}, **fixed(500), **target_points(10), **slippage("100"), **taker("0.001"), funding=[(at(2), "0.001")])
    entry, funding, target = outcome.fills
    assert {name: entry[name] for name in ("kind", "ts_ms", "side", "price_ticks", "reference_price_ticks", "price_from", "rule")} == {
        "kind": FillKind.ENTRY,
        "ts_ms": at(1),
        "side": 1,
        "price_ticks": 101,
        "reference_price_ticks": 100,
        "price_from": PriceFrom.OPEN,
        "rule": Rule.FILL_1,
    }
    assert (entry["bar_ts_open_ms"], entry["decision_ts_ms"], entry["delay_ms"], entry["quantity_lots"]) == (at(1), at(1), 0, 4)
    assert (funding["kind"], funding["ts_ms"], funding["rate_e12"], funding["side"]) == (FillKind.FUNDING, at(2), 10**9, 0)
    assert (funding["price_ticks"], funding["price_from"], funding["bar_ts_open_ms"]) == (100, PriceFrom.CLOSE, at(1))
    assert funding["cash_quanta"] == usdt("-0.4")
    assert (target["price_ticks"], target["reference_price_ticks"], target["price_from"]) == (109, 111, PriceFrom.TARGET_LEVEL)
    assert (target["rule"], target["side"], target["bar_ts_open_ms"]) == (Rule.FILL_3, -1, at(2))
    assert outcome.fills["trade"].tolist() == [0, 0, 0]
    assert only_trade(outcome)["exit_reason"] == ExitReason.TAKE_PROFIT


def test_evid_1_an_exit_row_says_when_it_was_decided() -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long", 1: "exit"}, missing={2: 2})
    assert (outcome.fills[1]["decision_ts_ms"], outcome.fills[1]["delay_ms"]) == (at(2), 2 * MINUTE)
