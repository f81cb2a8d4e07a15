"""Liquidation and funding with a pencil.

One coin at 1000 and 10x posts 100; with a maintenance rate of 6.25 % a long is liquidated at 960, where 100 + p - 1000 = 0.0625 p,
and a short at 1036, the tick above 1100 / 1.0625 = 1035.29.
"""

from __future__ import annotations

from typing import Any

import pytest
from tapes import (
    Row,
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

from trade.base.records import PriceFrom

ONE: dict[str, Any] = {"tiers": [tier(10**6, "0.0625")], **leverage(10), **fixed(1000)}
FLAT = flat_bars(1000, 1000)


def long(*bars: Row, after: int = 1000, **options: Any) -> Any:
    return run([*FLAT, *bars, *flat_bars(after)], {0: "long"}, **{**ONE, **options})


def short(*bars: Row, **options: Any) -> Any:
    return run([*FLAT, *bars, *flat_bars(1000)], {0: "short"}, **{**ONE, **options})


def with_mark(bar: Row, mark: Row, side: str = "long", **options: Any) -> Any:
    bars, marks = [*FLAT, bar, *flat_bars(1000)], [*FLAT, mark, *flat_bars(1000)]
    return run(bars, {0: side}, mark=marks, has_mark=1, **{**ONE, **options})


def test_liq_1_the_range_reaches_the_price_not_only_the_close() -> None:
    assert exits(long((1000, 1000, 960, 1000))) == [("liquidation", 900)]
    assert exits(long((1000, 1000, 961, 1000))) == [("end_of_data", 1000)]
    assert exits(short((1000, 1036, 1000, 1000))) == [("liquidation", 1100)]
    assert exits(short((1000, 1035, 1000, 1000))) == [("end_of_data", 1000)]


def test_liq_1_the_posted_margin_is_lost_exactly_whatever_the_bar_does() -> None:
    for low in (960, 500, 1):
        outcome = long((1000, 1000, low, low), after=low)
        assert only_trade(outcome)["net_quanta"] == usdt(-100)
        assert equity_usdt(outcome)[-1] == 900
    assert only_trade(long((500, 500, 400, 400), after=400))["net_quanta"] == usdt(-100)


def test_liq_1_the_fee_to_close_is_part_of_the_margin() -> None:
    outcome = long((1000, 1000, 960, 960), **taker("0.01"), after=960)
    trade = only_trade(outcome)
    assert trade["margin_quanta"] == usdt(109)  # 100 and 1 % of 900
    assert trade["liquidation_price_ticks"] == 960  # the fee stands on both sides
    assert (trade["gross_quanta"], trade["fees_quanta"], trade["net_quanta"]) == (usdt(-100), usdt(19), usdt(-119))
    assert outcome.fills["fee_quanta"].tolist() == [usdt(10), usdt(9)]
    assert outcome.fills["cash_quanta"].tolist() == [usdt(-10), usdt(-109)]


def test_liq_1_does_not_slip() -> None:
    outcome = long((1000, 1000, 900, 900), **slippage("1"), initial_cash_quanta=usdt(5000), **fixed(1001))
    assert only_trade(outcome)["slippage_quanta"] == usdt(1)  # of the entry


def test_liq_1_one_series_meets_the_nearer_level_first() -> None:
    assert exits(long((1000, 1000, 900, 900), **stop_points(30))) == [("stop_loss", 970)]
    assert exits(long((1000, 1000, 900, 900), **stop_points(50), beyond_liquidation=2)) == [("liquidation", 900)]


def test_liq_1_at_one_and_the_same_level_liquidation_is_first() -> None:
    outcome = long((1000, 1000, 900, 900), **stop_points(40), beyond_liquidation=2)
    trade = only_trade(outcome)
    assert trade["stop_price_ticks"] == trade["liquidation_price_ticks"] == 960
    assert exits(outcome) == [("liquidation", 900)]


def test_liq_1_one_series_unless_the_bar_opens_beyond_the_liquidation_price() -> None:
    assert exits(long((955, 1000, 900, 900), **stop_points(30))) == [("liquidation", 900)]
    assert exits(long((965, 1000, 900, 900), **stop_points(30))) == [("stop_loss", 965)]


def test_liq_1_a_mark_series_of_its_own_triggers() -> None:
    calm, fallen = (1000, 1000, 1000, 1000), (1000, 1000, 960, 1000)
    assert exits(with_mark(calm, fallen)) == [("liquidation", 900)]
    assert exits(with_mark(fallen, calm)) == [("end_of_data", 1000)]
    assert with_mark(calm, fallen).fills["on_mark"].tolist() == [0, 1]


def test_liq_1_with_a_mark_series_stop_and_liquidation_in_one_bar_are_a_liquidation() -> None:
    fallen = (1000, 1000, 950, 1000)
    assert exits(with_mark(fallen, fallen, **stop_points(30))) == [("liquidation", 900)]
    assert exits(with_mark((965, 970, 950, 960), fallen, **stop_points(30))) == [("liquidation", 900)]
    assert exits(with_mark(fallen, (1000, 1000, 961, 1000), **stop_points(30))) == [("stop_loss", 970)]


def test_a_target_beyond_which_the_bar_opens_is_filled_before_anything_the_range_does() -> None:
    jumped, fallen = (1050, 1050, 950, 1000), (1000, 1000, 950, 1000)
    assert exits(with_mark(jumped, fallen, **target_points(20))) == [("take_profit", 1050)]
    assert exits(with_mark(jumped, fallen, **target_points(20), **stop_points(30))) == [("take_profit", 1050)]


def test_target_and_liquidation_in_one_bar_are_a_liquidation_at_worst() -> None:
    wild = (1000, 1020, 900, 1000)
    assert exits(long(wild, **target_points(20))) == [("liquidation", 900)]
    assert exits(long(wild, **target_points(20), intrabar=1)) == [("take_profit", 1020)]


def test_fill_5_a_liquidation_that_took_the_place_of_a_stop_is_as_ambiguous() -> None:
    wild, fallen = (1000, 1030, 950, 1000), (1000, 1000, 950, 1000)
    assert only_trade(long(wild, **stop_points(50), **target_points(20), beyond_liquidation=2))["ambiguous"] == 1
    assert only_trade(with_mark(wild, fallen, **stop_points(30), **target_points(20)))["ambiguous"] == 1
    opened_beyond_the_stop = with_mark((965, 1030, 950, 1000), fallen, **stop_points(30), **target_points(20))
    assert exits(opened_beyond_the_stop) == [("liquidation", 900)]
    assert only_trade(opened_beyond_the_stop)["ambiguous"] == 0


def test_liq_1_what_opens_beyond_its_liquidation_price_is_gone_before_its_exit_order() -> None:
    outcome = run([*FLAT, (950, 1000, 900, 1000), *flat_bars(1000)], {0: "long", 1: "exit"}, **ONE)
    assert exits(outcome) == [("liquidation", 900)]


def test_liq_2_stop_is_the_default_and_the_run_says_so() -> None:
    bars = [*FLAT, (1000, 1000, 900, 1000), *flat_bars(1000, 1000, 1000)]
    outcome = run(bars, {0: "long", 2: "long", 3: "long"}, **ONE)
    assert stop_reason(outcome) == "liquidated"
    assert outcome.tally.stop_ts_ms == at(3)
    assert reasons(outcome) == ["liquidation"]
    assert equity_usdt(outcome) == [1000, 1000, 1000, 900, 900, 900, 900]


def test_liq_2_or_the_run_goes_on_with_what_is_left() -> None:
    bars = [*FLAT, (1000, 1000, 900, 1000), *flat_bars(1000, 1010, 1010)]
    outcome = run(bars, {0: "long", 2: "long"}, **{**ONE, **fixed(500)}, tick_lot_quanta=10**6, stop_on_liquidation=0)
    assert reasons(outcome) == ["liquidation", "end_of_data"]
    assert stop_reason(outcome) == "completed"
    assert equity_usdt(outcome)[-1] == 955  # half a coin lost 50 of 1000 and won 5


def test_a_long_at_1x_without_fees_is_never_liquidated() -> None:
    outcome = long((1000, 1000, 1, 1), **leverage(1), after=1)
    assert only_trade(outcome)["liquidation_price_ticks"] == 0
    assert exits(outcome) == [("end_of_data", 1)]


@pytest.mark.parametrize(
    ("side", "rate", "paid"), [("long", "0.01", -10), ("long", "-0.01", 10), ("short", "0.01", 10), ("short", "-0.01", -10)]
)
def test_fund_1_longs_pay_a_positive_rate_and_shorts_receive_it(side: str, rate: str, paid: int) -> None:
    outcome = run(flat_bars(1000, 1000, 1000), {0: side}, funding=[(at(2), rate)], **ONE)
    assert only_trade(outcome)["funding_quanta"] == only_trade(outcome)["net_quanta"] == usdt(paid)
    assert equity_usdt(outcome)[-1] == 1000 + paid


def test_fund_1_an_entry_at_the_very_minute_does_not_pay_and_an_exit_there_does() -> None:
    bars = flat_bars(1000, 1000, 1000, 1000)
    assert kinds(run(bars, {0: "long", 1: "exit"}, funding=[(at(1), "0.01")], **ONE)) == ["entry", "exit"]
    assert kinds(run(bars, {0: "long", 1: "exit"}, funding=[(at(2), "0.01")], **ONE)) == ["entry", "funding", "exit"]
    assert kinds(run(bars, {0: "long", 1: "exit"}, funding=[(at(3), "0.01")], **ONE)) == ["entry", "exit"]


def test_fund_1_a_stop_in_the_bar_before_does_not_pay() -> None:
    outcome = run([*FLAT, (1000, 1000, 970, 980), *flat_bars(980)], {0: "long"}, funding=[(at(3), "0.01")], **ONE, **stop_points(30))
    assert kinds(outcome) == ["entry", "exit"]


def test_fund_1_is_paid_on_the_mark_open_of_the_instant_else_on_the_last_close_before() -> None:
    bars, marks = flat_bars(1000, 1000, 1010, 1010), flat_bars(1000, 1000, 1100, 1100)
    outcome = run(bars, {0: "long"}, mark=marks, has_mark=1, funding=[(at(2), "0.01")], **ONE)
    assert (outcome.fills[1]["cash_quanta"], outcome.fills[1]["on_mark"]) == (usdt(-11), 1)
    outcome = run(bars, {0: "long"}, mark=marks, has_mark=1, funding=[(at(2), "0.01")], missing={2: 5}, **ONE)
    assert (outcome.fills[1]["cash_quanta"], outcome.fills[1]["price_from"]) == (usdt(-10), PriceFrom.CLOSE)


def test_fund_1_what_the_cash_lacks_comes_from_the_margin_and_moves_the_liquidation_price() -> None:
    everything = {**ONE, **fixed(10_000)}  # ten coins post all 1000; 1 per mille of 10000 leaves 990: 990 + 10 p - 10000 = 0.625 p
    bars = [*FLAT, (1000, 1000, 961, 1000), *flat_bars(1000)]
    assert reasons(run(bars, {0: "long"}, **everything)) == ["end_of_data"]
    outcome = run(bars, {0: "long"}, funding=[(at(2), "0.001")], **everything)
    assert kinds(outcome) == ["entry", "funding", "liquidation"]
    trade = only_trade(outcome)
    assert (trade["liquidation_price_ticks"], outcome.fills[2]["reference_price_ticks"]) == (960, 961)
    assert (trade["gross_quanta"], trade["funding_quanta"], trade["net_quanta"]) == (usdt(-990), usdt(-10), usdt(-1000))
    assert trade["exit_price_ticks"] == 901  # the bankruptcy price moved too


def test_fund_1_never_takes_more_than_cash_and_margin() -> None:
    everything = {**ONE, **fixed(10_000)}
    outcome = run(flat_bars(1000, 1000, 1000, 1000), {0: "long"}, funding=[(at(2), "0.5")], **everything)
    assert outcome.fills["cash_quanta"].tolist() == [0, usdt(-1000), 0]
    assert reasons(outcome) == ["liquidation"]
    assert equity_usdt(outcome)[-1] == 0


def test_margin_1_the_fill_chooses_the_tier_by_the_value_it_opens() -> None:
    table = [tier(1500, "0.0625", 10), tier(10_000, "0.1", 10, "56.25")]
    assert only_trade(run(FLAT, {0: "long"}, **{**ONE, "tiers": table}))["liquidation_price_ticks"] == 960
    two = only_trade(run(FLAT, {0: "long"}, **{**ONE, "tiers": table, **fixed(2000)}))
    assert two["liquidation_price_ticks"] == 968  # 200 + 2 p - 2000 = 0.2 p - 56.25


def test_margin_1_a_position_from_before_the_dated_change_keeps_its_maintenance_on_the_entry() -> None:
    old = {**ONE, "mark_margin_from_ms": at(2)}
    assert only_trade(run(FLAT, {0: "long"}, **old))["liquidation_price_ticks"] == 962  # 100 + p - 1000 = 62.5
    assert only_trade(run(FLAT, {0: "short"}, **old))["liquidation_price_ticks"] == 1038


def test_rules_of_the_rows() -> None:
    outcome = long((1000, 1000, 960, 1000), funding=[(at(2), "0.01")])
    assert rules(outcome) == ["FILL-1", "FUND-1", "LIQ-1"]


def test_liq_1_a_position_that_opens_beyond_its_liquidation_did_not_hold_that_bar() -> None:
    outcome = long((900, 1100, 850, 1000))
    trade = only_trade(outcome)
    assert (reasons(outcome), trade["bars_held"], outcome.tally.bars_in_position) == (["liquidation"], 1, 1)
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (40, 0)  # until 960, where it was gone


def test_a_liquidation_inside_the_bar_holds_it_and_by_path_has_seen_what_came_before() -> None:
    bar = (1000, 1030, 950, 990)
    worst, walked = only_trade(long(bar)), only_trade(long(bar, intrabar=1))
    assert (worst["bars_held"], worst["mae_ticks"], worst["mfe_ticks"]) == (2, 40, 0)
    assert (walked["bars_held"], walked["mae_ticks"], walked["mfe_ticks"]) == (2, 40, 30)


def test_a_mark_series_has_a_path_of_its_own_and_says_nothing_of_what_was_seen_before() -> None:
    trade = only_trade(with_mark((1000, 1030, 950, 990), (1000, 1000, 950, 1000), intrabar=1))
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (40, 0)
