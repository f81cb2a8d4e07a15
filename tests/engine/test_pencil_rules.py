"""Rules that change at a date, and a symbol that ends, with a pencil.

The grid of the whole history is one: a tick of 0.5 that becomes 0.1 and then 0.05 is 10, then 2, then 1 of its ticks.
"""

from __future__ import annotations

from typing import Any

import pytest
from tapes import (
    MINUTE,
    at,
    caps,
    equity_usdt,
    exits,
    fixed,
    flat_bars,
    kinds,
    leverage,
    only_trade,
    reasons,
    rejected,
    rules,
    run,
    slippage,
    stop_points,
    stop_reason,
    target_points,
    target_ratio,
    tier,
    usdt,
)

from trade.base.records import Rule

HALF: dict[str, Any] = {"price_step_ticks": 10}
TENTH, TWENTIETH = {"price_step_ticks": 2}, {"price_step_ticks": 1}
RICH = {"initial_cash_quanta": usdt(10**6)}


def test_fill_1_a_price_is_rounded_against_the_trader_to_the_tick_of_its_date() -> None:
    bars = flat_bars(*[1000] * 9)
    decided = {0: "long", 1: "exit", 3: "long", 4: "exit", 6: "long", 7: "exit"}
    outcome = run(bars, decided, **HALF, **slippage("13"), **fixed(3000), **RICH, changes=[(at(3), TENTH), (at(6), TWENTIETH)])
    assert outcome.fills["price_ticks"].tolist() == [1010, 990, 1002, 998, 1002, 998]  # 1.3 away, in whole ticks of 10, then 2, then 1


def test_a_tick_of_one_is_finer_than_one_of_two() -> None:
    outcome = run(
        flat_bars(*[1000] * 4), {0: "long", 1: "exit"}, **HALF, **slippage("11"), **fixed(3000), **RICH, changes=[(at(1), TWENTIETH)]
    )
    assert outcome.fills["price_ticks"].tolist() == [1002, 998]
    outcome = run(
        flat_bars(*[1000] * 4), {0: "long", 1: "exit"}, **HALF, **slippage("9"), **fixed(3000), **RICH, changes=[(at(1), TWENTIETH)]
    )
    assert outcome.fills["price_ticks"].tolist() == [1001, 999]


@pytest.mark.parametrize(("change", "stop", "target"), [((), 980, 1030), ([(at(1), TENTH)], 976, 1026), ([(at(1), TWENTIETH)], 975, 1025)])
def test_fill_5_a_stop_is_on_the_tick_nearer_the_entry_a_target_on_the_one_farther(change: Any, stop: int, target: int) -> None:
    trade = only_trade(run(flat_bars(1000, 1000, 1000), {0: "long"}, **HALF, **stop_points(25), **target_points(25), changes=change))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (stop, target)
    short = only_trade(run(flat_bars(1000, 1000, 1000), {0: "short"}, **HALF, **stop_points(25), **target_points(25), changes=change))
    assert (short["stop_price_ticks"], short["target_price_ticks"]) == (2000 - stop, 2000 - target)


def test_fill_5_a_ratio_counts_the_stop_as_it_was_rounded() -> None:
    trade = only_trade(run(flat_bars(1000, 1000, 1000), {0: "long"}, **HALF, **stop_points(25), **target_ratio(2)))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (980, 1040)


def test_fill_5_no_whole_tick_left_is_too_close() -> None:
    assert rejected(run(flat_bars(1000, 1000), {0: "long"}, **HALF, **stop_points(9))) == {"stop_too_close": 1}
    assert only_trade(run(flat_bars(1000, 1000), {0: "long"}, **TENTH, **stop_points(9)))["stop_price_ticks"] == 992


def test_the_rules_of_the_fill_count_not_those_of_the_decision() -> None:
    outcome = run(flat_bars(1000, 1000), {0: "long"}, **TENTH, **stop_points(9), changes=[(at(1), HALF)])
    assert rejected(outcome) == {"stop_too_close": 1}  # decided at the close of bar 0, which is the instant of the new tick
    outcome = run(flat_bars(1000, 1000), {0: "long"}, **TENTH, **stop_points(9), missing={1: 1}, changes=[(at(2), HALF)])
    assert rejected(outcome) == {"stop_too_close": 1}  # decided under the old one, met by the new one after a gap


def test_levels_that_stand_keep_their_prices_and_fill_on_the_new_tick() -> None:
    bars = [*flat_bars(1000, 1000, 1000), (1000, 1000, 980, 1000), *flat_bars(1000)]
    outcome = run(bars, {0: "long"}, **TWENTIETH, **stop_points(15), **fixed(3000), **RICH, changes=[(at(2), HALF)])
    assert only_trade(outcome)["stop_price_ticks"] == 985
    stopped = outcome.fills[1]
    assert (stopped["reference_price_ticks"], stopped["price_ticks"]) == (985, 980)  # sold: down to the tick of that date
    assert only_trade(outcome)["slippage_quanta"] == usdt(15)  # three lots were held


def test_a_limit_target_that_stands_fills_at_its_own_price_whatever_the_new_tick() -> None:
    bars = [*flat_bars(1000, 1000, 1000), (1000, 1020, 1000, 1000), *flat_bars(1000)]
    outcome = run(bars, {0: "long"}, **TWENTIETH, **target_points(15), target_is_limit=1, changes=[(at(2), HALF)])
    assert exits(outcome) == [("take_profit", 1015)]


def test_fill_2_traded_through_means_by_the_tick_in_force() -> None:
    through = {**target_points(10), "target_is_limit": 1, "limit_through": 1}
    bars = [*flat_bars(1000, 1000), (1000, 1012, 1000, 1000), *flat_bars(1000)]
    assert exits(run(bars, {0: "long"}, **HALF, **through)) == [("end_of_data", 1000)]
    assert exits(run(bars, {0: "long"}, **HALF, **through, changes=[(at(2), TENTH)])) == [("take_profit", 1010)]


def test_fill_2_a_limit_between_two_new_ticks_is_traded_through_at_the_next_one() -> None:
    through = {**target_points(26), "target_is_limit": 1, "limit_through": 1, "changes": [(at(2), {"price_step_ticks": 50})]}
    bought = [*flat_bars(1000, 1000), (1000, 1030, 1000, 1000), *flat_bars(1000)]
    assert exits(run(bought, {0: "long"}, **TWENTIETH, **through)) == [("end_of_data", 1000)]
    crossed = [*flat_bars(1000, 1000), (1000, 1050, 1000, 1050), *flat_bars(1000)]
    outcome = run(crossed, {0: "long"}, **TWENTIETH, **through)
    assert exits(outcome) == [("take_profit", 1026)]
    assert outcome.fills[1]["rule"] == Rule.FILL_2
    gapped = run([*flat_bars(1000, 1000, 1050), *flat_bars(1000)], {0: "long"}, **TWENTIETH, **through)
    assert exits(gapped) == [("take_profit", 1026)]  # it opened at the next tick: the limit was gapped through
    assert gapped.fills[1]["rule"] == Rule.FILL_6
    short = run([*flat_bars(1000, 1000), (1000, 1000, 950, 950), *flat_bars(1000)], {0: "short"}, **TWENTIETH, **through)
    assert exits(short) == [("take_profit", 974)]


def test_fill_6_a_price_off_the_new_tick_beyond_a_limit_is_no_price_inside_the_bar() -> None:
    through = {**target_points(26), "target_is_limit": 1, "limit_through": 1, "changes": [(at(2), {"price_step_ticks": 50})]}
    bars = [*flat_bars(1000, 1000), (1040, 1055, 1030, 1050), *flat_bars(1000)]
    outcome = run(bars, {0: "long"}, **TWENTIETH, **through)
    assert exits(outcome) == [("take_profit", 1026)]
    assert outcome.fills[1]["rule"] == Rule.FILL_6


def test_liq_1_the_liquidation_price_is_the_first_whole_tick() -> None:
    one: dict[str, Any] = {"tiers": [tier(10**6, "0.0625")], **leverage(10), **fixed(1000)}
    bars = [*flat_bars(1000, 1000), (1000, 1000, 950, 950), *flat_bars(950)]
    assert only_trade(run(bars, {0: "long"}, **one))["liquidation_price_ticks"] == 960
    assert only_trade(run(bars, {0: "long"}, **one, price_step_ticks=25))["liquidation_price_ticks"] == 950
    assert only_trade(run(bars, {0: "short"}, **one))["liquidation_price_ticks"] == 1036
    assert only_trade(run(bars, {0: "short"}, **one, price_step_ticks=25))["liquidation_price_ticks"] == 1050
    liquidated = run(bars, {0: "long"}, **one, changes=[(at(2), {"price_step_ticks": 40})])
    assert exits(liquidated) == [("liquidation", 920)]  # 900 to the nearest tick, upwards from the middle; the money is exact
    assert only_trade(liquidated)["net_quanta"] == usdt(-100)


def test_stop_2_one_tick_inside_is_one_of_the_ticks_in_force() -> None:
    one: dict[str, Any] = {"tiers": [tier(10**6, "0.0625")], **leverage(10), **fixed(1000), "beyond_liquidation": 1}
    assert only_trade(run(flat_bars(1000, 1000, 1000), {0: "long"}, **one, **stop_points(60)))["stop_price_ticks"] == 961
    assert only_trade(run(flat_bars(1000, 1000, 1000), {0: "long"}, **one, **stop_points(60), **HALF))["stop_price_ticks"] == 970


# quantities


def test_fill_10_entries_round_down_to_the_step_of_their_date() -> None:
    bars = flat_bars(*[100] * 6)
    outcome = run(bars, {0: "long", 1: "exit", 3: "long"}, **fixed(800), changes=[(at(3), {"quantity_step_lots": 5, "min_lots": 5})])
    assert outcome.trades["quantity_lots"].tolist() == [8, 5]


def test_a_position_that_lives_over_a_new_step_keeps_its_quantity_and_closes_whole() -> None:
    bars = flat_bars(*[100] * 5)
    outcome = run(bars, {0: "long", 3: "exit"}, **fixed(800), changes=[(at(2), {"quantity_step_lots": 5, "min_lots": 10})])
    assert (only_trade(outcome)["quantity_lots"], reasons(outcome)) == (8, ["signal"])
    assert outcome.fills["quantity_lots"].tolist() == [8, 8]


def test_an_order_between_two_steps_is_cut_at_the_fill_and_the_row_says_so() -> None:
    late = {"missing": {1: 1}, "changes": [(at(2), {"quantity_step_lots": 5, "min_lots": 5})]}
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, **fixed(800), **late)
    assert (only_trade(outcome)["quantity_lots"], outcome.fills[0]["cut_lots"]) == (5, 3)
    assert (outcome.fills[0]["asked_lots"], caps(outcome)[0]) == (8, "qty_step")


@pytest.mark.parametrize("change", [{"min_lots": 9}, {"min_notional_quanta": usdt(801)}, {"quantity_step_lots": 10, "min_lots": 10}])
def test_an_order_under_the_new_minima_is_refused_at_the_fill(change: Any) -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, **fixed(800), missing={1: 1}, changes=[(at(2), change)])
    assert rejected(outcome) == {"below_minimum": 1}


def test_an_order_over_the_new_maximum_is_cut() -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, **fixed(800), missing={1: 1}, changes=[(at(2), {"max_lots": 3})])
    assert (only_trade(outcome)["quantity_lots"], outcome.fills[0]["cut_lots"]) == (3, 5)
    assert (outcome.fills[0]["asked_lots"], caps(outcome)[0]) == (8, "max_qty")


def test_a_minimum_notional_holds_from_its_date() -> None:
    bars = flat_bars(*[100] * 6)
    outcome = run(bars, {0: "long", 1: "exit", 3: "long"}, **fixed(800), changes=[(at(4), {"min_notional_quanta": usdt(801)})])
    assert (len(outcome.trades), rejected(outcome)) == (1, {"below_minimum": 1})


def test_a_minimum_notional_is_met_in_whole_steps() -> None:
    tight = {**RICH, **fixed(800), "quantity_step_lots": 4, "min_lots": 4}
    assert rejected(run(flat_bars(100, 100), {0: "long"}, **tight, min_notional_quanta=usdt(801))) == {"below_minimum": 1}
    assert only_trade(run(flat_bars(100, 100), {0: "long"}, **tight, min_notional_quanta=usdt(800)))["quantity_lots"] == 8


def test_stop_3_an_account_can_starve_of_a_new_minimum() -> None:
    outcome = run(flat_bars(100, 100, 100, 100), {}, changes=[(at(2), {"min_lots": 11})])
    assert (stop_reason(outcome), outcome.tally.stop_ts_ms) == ("starved", at(2))


# funding whose interval changes


def test_fund_1_an_interval_of_eight_hours_then_four_then_one_is_paid_as_it_is_stored() -> None:
    hours = [0, 8, 16, 20, 24, 25, 26, 27]
    funding = [(at(60 * hour), "0.001") for hour in hours]
    outcome = run(flat_bars(*[100] * 28 * 60), {0: "long"}, **fixed(500), funding=funding)
    paid = outcome.fills[outcome.fills["kind"] == 3]
    assert paid["ts_ms"].tolist() == [at(60 * hour) for hour in hours[1:]]
    assert paid["cash_quanta"].tolist() == [usdt("-0.5")] * 7


# a symbol that ends


def test_end_2_a_delisted_position_is_closed_at_the_last_close_with_slippage() -> None:
    outcome = run(flat_bars(100, 100, 120), {0: "long"}, **fixed(550), **slippage("100"), is_delisted=1)
    assert exits(outcome) == [("delisted", 118)]
    assert rules(outcome) == ["FILL-1", "END-2"]
    assert (only_trade(outcome)["exit_ts_ms"], stop_reason(outcome)) == (at(3), "completed")


def test_end_2_no_funding_is_charged_after_the_last_bar() -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, is_delisted=1, funding=[(at(2), "0.001"), (at(3), "0.001")])
    assert kinds(outcome) == ["entry", "funding", "exit"]


def test_end_2_a_terminal_stop_without_a_next_bar_keeps_its_reason() -> None:
    outcome = run(flat_bars(100, 100, 85), {0: "long"}, equity_floor_quanta=usdt(900), is_delisted=1)
    assert exits(outcome) == [("equity_floor", 85)]
    assert rules(outcome) == ["FILL-1", "END-2"]


def test_end_2_the_curve_goes_on_flat() -> None:
    outcome = run(flat_bars(100, 100, 120), {0: "long"}, is_delisted=1, exec_bars=2)
    assert equity_usdt(outcome) == [1000, 1000, 1200]
    assert outcome.equity["position_lots"].tolist() == [0, 10, 0]
    assert outcome.equity["ts_ms"][-1] - outcome.equity["ts_ms"][0] == MINUTE * 4
