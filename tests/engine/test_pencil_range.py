"""Stop, target and the range of one bar with a pencil. The position is five coins bought or sold at 100, stop 90, target 110."""

from __future__ import annotations

from typing import Any

import pytest
from tapes import Row, at, exits, fixed, flat_bars, only_trade, rules, run, slippage, stop_points, taker, target_points, usdt

LEVELS: dict[str, Any] = {**stop_points(10), **target_points(10), **fixed(500)}
LIMIT = {**LEVELS, "target_is_limit": 1}
PATH = {**LEVELS, "intrabar": 1}


def long(*bars: Row, **options: Any) -> Any:
    return run([*flat_bars(100, 100), *bars, *flat_bars(100)], {0: "long"}, **(options or LEVELS))


def short(*bars: Row, **options: Any) -> Any:
    return run([*flat_bars(100, 100), *bars, *flat_bars(100)], {0: "short"}, **(options or LEVELS))


def test_fill_3_a_stop_fills_at_its_trigger_and_touching_is_enough() -> None:
    assert exits(long((100, 105, 90, 95))) == [("stop_loss", 90)]
    assert exits(long((100, 105, 91, 95))) == [("end_of_data", 100)]
    assert exits(short((100, 110, 95, 95))) == [("stop_loss", 110)]


def test_fill_3_then_slippage() -> None:
    trade = only_trade(long((100, 105, 90, 95), **LEVELS, slippage_e9=10**7))  # entry 101, stop 91, filled 1 % lower
    assert (trade["stop_price_ticks"], trade["exit_price_ticks"]) == (91, 90)


def test_fill_6_a_bar_that_opens_beyond_the_stop_fills_there() -> None:
    outcome = long((80, 85, 75, 82))
    assert exits(outcome) == [("stop_loss", 80)]
    assert rules(outcome)[1] == "FILL-6"
    assert exits(short((120, 125, 118, 119))) == [("stop_loss", 120)]


def test_fill_6_even_when_it_comes_back_to_the_target() -> None:
    outcome = long((80, 115, 75, 112))
    assert exits(outcome) == [("stop_loss", 80)]
    assert only_trade(outcome)["ambiguous"] == 0


def test_fill_6_a_market_target_that_is_opened_beyond_fills_at_the_open() -> None:
    assert exits(long((118, 119, 85, 90))) == [("take_profit", 118)]
    assert exits(short((82, 115, 80, 90))) == [("take_profit", 82)]


def test_fill_6_a_limit_target_fills_at_its_own_price() -> None:
    outcome = long((118, 119, 115, 116), **LIMIT)
    assert exits(outcome) == [("take_profit", 110)]
    assert rules(outcome)[1] == "FILL-6"


def test_fill_2_a_limit_target_fills_when_touched() -> None:
    assert exits(long((100, 110, 95, 100), **LIMIT)) == [("take_profit", 110)]
    assert rules(long((100, 110, 95, 100), **LIMIT))[1] == "FILL-2"


def test_fill_2_or_when_traded_through_by_a_tick() -> None:
    through = {**LIMIT, "limit_through": 1}
    assert exits(long((100, 110, 95, 100), **through)) == [("end_of_data", 100)]
    assert exits(long((110, 110, 95, 100), **through)) == [("end_of_data", 100)]
    assert exits(long((100, 111, 95, 100), **through)) == [("take_profit", 110)]
    assert exits(short((100, 105, 89, 100), **through)) == [("take_profit", 90)]


def test_fill_2_through_is_for_limits_only() -> None:
    assert exits(long((100, 110, 95, 100), **LEVELS, limit_through=1)) == [("take_profit", 110)]


def test_fill_2_a_limit_target_pays_the_maker_fee_and_does_not_slip() -> None:
    outcome = long((100, 110, 95, 100), **LIMIT, **taker("0.01", maker="0.001"))
    assert outcome.fills["fee_quanta"].tolist() == [usdt(5), usdt("0.55")]
    slipped = only_trade(long((100, 115, 95, 100), **LIMIT, **slippage("100")))
    assert (slipped["entry_price_ticks"], slipped["exit_price_ticks"]) == (101, 111)


def test_a_market_target_pays_the_taker_fee_and_slips() -> None:
    outcome = long((100, 115, 95, 100), **LEVELS, **taker("0.01", maker="0.001"), **slippage("100"))
    assert only_trade(outcome)["exit_price_ticks"] == 109  # 111 less 1.11, down
    assert outcome.fills["fee_quanta"].tolist()[1] == usdt("4.36")  # 4 coins at 101 were bought with 500


def test_fill_5_stop_and_target_in_one_bar_take_the_stop() -> None:
    outcome = long((100, 115, 85, 100))
    assert exits(outcome) == [("stop_loss", 90)]
    assert only_trade(outcome)["ambiguous"] == 1
    assert rules(outcome)[1] == "FILL-5"
    assert exits(short((100, 115, 85, 100))) == [("stop_loss", 110)]


@pytest.mark.parametrize(
    ("bar", "for_long", "for_short"),
    [
        ((100, 112, 80, 100), ("take_profit", 110), ("stop_loss", 110)),  # high is nearer
        ((100, 120, 88, 100), ("stop_loss", 90), ("take_profit", 90)),  # low is nearer
        ((100, 112, 88, 100), ("stop_loss", 90), ("take_profit", 90)),  # equal: low first
    ],
)
def test_fill_5_path_walks_to_the_nearer_extreme_first(bar: Row, for_long: Any, for_short: Any) -> None:
    assert exits(long(bar, **PATH)) == [for_long]
    assert exits(short(bar, **PATH)) == [for_short]
    assert only_trade(long(bar, **PATH))["ambiguous"] == only_trade(short(bar, **PATH))["ambiguous"] == 1


def test_fill_5_one_level_alone_is_not_ambiguous() -> None:
    assert only_trade(long((100, 115, 95, 100)))["ambiguous"] == 0
    assert only_trade(long((100, 105, 85, 100)))["ambiguous"] == 0
    assert only_trade(long((115, 116, 85, 100)))["ambiguous"] == 0


def test_fill_5_a_limit_that_was_only_touched_where_a_trade_through_is_needed_is_not_in_doubt() -> None:
    assert only_trade(long((100, 110, 85, 100), **LIMIT, limit_through=1))["ambiguous"] == 0


def test_fill_7_the_whole_range_of_the_entry_bar_counts() -> None:
    outcome = run([*flat_bars(100), (100, 101, 90, 100), *flat_bars(100)], {0: "long"}, **LEVELS)
    assert exits(outcome) == [("stop_loss", 90)]
    trade = only_trade(outcome)
    assert trade["entry_ts_ms"] == trade["exit_ts_ms"] == at(1)
    assert trade["bars_held"] == 1


def test_a_stop_nearer_than_the_slippage_is_gone_at_the_open_of_the_entry() -> None:
    near = {**slippage("100"), **stop_points(5), **fixed(1010), "initial_cash_quanta": usdt(9000)}
    outcome = run(flat_bars(1000, 1000, 1000), {0: "long"}, **near)  # bought at 1010, the stop at 1005 is above the market
    assert exits(outcome) == [("stop_loss", 990)]
    assert rules(outcome)[1] == "FILL-6"


def test_excursions_are_of_prices_that_were_certainly_traded_while_held() -> None:
    bars = [*flat_bars(100), (100, 108, 97, 103), (103, 106, 94, 95), (95, 109, 85, 100), *flat_bars(100)]
    trade = only_trade(run(bars, {0: "long"}, **LEVELS))
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (10, 8)  # the last bar gave its open and the stop, not its high
    trade = only_trade(run(bars, {0: "short"}, **{**LEVELS, **stop_points(20), **target_points(20)}))
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (9, 15)
    assert trade["bars_held"] == 4


def test_a_bar_at_whose_open_a_signal_closed_is_not_held() -> None:
    outcome = run(flat_bars(100, 100, 100, 100), {0: "long", 1: "exit"}, **fixed(500))
    assert only_trade(outcome)["bars_held"] == 1
    assert outcome.tally.bars_in_position == 1


LEAVES_AT_OPEN: dict[str, tuple[str, Row, dict[str, Any], tuple[int, int]]] = {
    "a stop": ("long", (50, 130, 40, 60), LEVELS, (50, 0)),
    "the stop of a short": ("short", (150, 160, 70, 140), LEVELS, (50, 0)),
    "a market target": ("long", (118, 119, 85, 90), LEVELS, (0, 18)),
    "the market target of a short": ("short", (82, 115, 80, 90), LEVELS, (0, 18)),
    "a limit target": ("long", (118, 119, 85, 90), LIMIT, (0, 10)),
    "the limit target of a short": ("short", (82, 115, 80, 90), LIMIT, (0, 10)),
}


@pytest.mark.parametrize("name", LEAVES_AT_OPEN)
def test_a_bar_that_opens_beyond_a_level_is_not_held_and_adds_only_the_price_of_the_exit(name: str) -> None:
    side, bar, options, excursions = LEAVES_AT_OPEN[name]
    outcome = (long if side == "long" else short)(bar, **options)
    trade = only_trade(outcome)
    assert (trade["entry_ts_ms"], trade["exit_ts_ms"], trade["bars_held"]) == (at(1), at(2), 1)
    assert outcome.tally.bars_in_position == 1
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == excursions


def test_a_position_that_is_gone_at_the_open_of_its_entry_held_no_bar() -> None:
    near = {**slippage("100"), **stop_points(5), **fixed(1010), "initial_cash_quanta": usdt(9000)}
    outcome = run(flat_bars(1000, 1000, 1000), {0: "long"}, **near)
    assert (only_trade(outcome)["bars_held"], outcome.tally.bars_in_position) == (0, 0)


@pytest.mark.parametrize("intrabar", [0, 1])
def test_a_bar_that_gaps_towards_the_target_raises_the_excursion_by_what_was_traded(intrabar: int) -> None:
    trade = only_trade(long((108, 108, 89, 95), **LEVELS, intrabar=intrabar))
    assert (trade["exit_price_ticks"], trade["mae_ticks"], trade["mfe_ticks"], trade["bars_held"]) == (90, 10, 8, 2)


SECOND_LEG: dict[str, tuple[str, Row, tuple[int, int], tuple[int, int]]] = {  # (against, in favour) by worst and by path
    "a stop": ("long", (100, 107, 85, 95), (10, 0), (10, 7)),
    "a target": ("long", (100, 112, 95, 111), (0, 10), (5, 10)),
    "the stop of a short": ("short", (100, 115, 93, 95), (10, 0), (10, 7)),
    "the target of a short": ("short", (100, 105, 88, 90), (0, 10), (5, 10)),
}


@pytest.mark.parametrize("name", SECOND_LEG)
def test_by_path_the_bar_of_an_exit_also_adds_the_extreme_that_was_walked_before(name: str) -> None:
    side, bar, worst, walked = SECOND_LEG[name]
    for options, expected in ((LEVELS, worst), (PATH, walked)):
        trade = only_trade((long if side == "long" else short)(bar, **options))
        assert (trade["mae_ticks"], trade["mfe_ticks"]) == expected


def test_by_path_an_extreme_after_the_exit_was_not_lived_through() -> None:
    trade = only_trade(long((100, 109, 90, 95), **{**PATH, **stop_points(9)}))  # equal distance but one: the high comes first
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (9, 9)
    trade = only_trade(long((100, 109, 92, 95), **{**PATH, **stop_points(8)}))  # the low comes first
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (8, 0)
    trade = only_trade(long((100, 105, 94, 95), **{**PATH, **target_points(5)}))  # the high comes first
    assert (trade["mae_ticks"], trade["mfe_ticks"]) == (0, 5)
