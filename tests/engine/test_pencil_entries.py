"""Entries with a pencil: market fills, anchors, minima, sizes, and what the fill makes of a size."""

from __future__ import annotations

from typing import Any

import pytest
from tapes import (
    at,
    caps,
    equity_pct,
    equity_usdt,
    exits,
    fixed,
    flat_bars,
    kinds,
    leverage,
    only_trade,
    rejected,
    risk_pct,
    run,
    slippage,
    stop_margin_pct,
    stop_points,
    taker,
    target_margin_pct,
    target_points,
    target_ratio,
    tier,
    usdt,
)

from trade.sim.spec import SIZE_EQUITY

IN_AND_OUT = {0: "long", 1: "exit"}
SHORT_AND_OUT = {0: "short", 1: "exit"}
STEEP = [tier(10**6, "0.0625")]  # a long of one coin at 1000 and 10x is liquidated at 960: 100 + p - 1000 = 0.0625 p


def test_fill_1_slippage_moves_every_market_fill_against_the_trader_and_rounds_to_the_tick_against_him() -> None:
    long = only_trade(run(flat_bars(1001, 1001, 1001), IN_AND_OUT, **slippage("10"), **fixed(3000), initial_cash_quanta=usdt(9000)))
    assert (long["entry_price_ticks"], long["exit_price_ticks"]) == (1003, 999)  # 1001 ± 1.001
    assert long["slippage_quanta"] == usdt(8)
    assert long["gross_quanta"] == usdt(-8)
    short = only_trade(run(flat_bars(1001, 1001, 1001), SHORT_AND_OUT, **slippage("10"), **fixed(3000), initial_cash_quanta=usdt(9000)))
    assert (short["entry_price_ticks"], short["exit_price_ticks"]) == (999, 1003)


def test_fill_1_slippage_that_is_a_whole_tick_is_that_tick() -> None:
    trade = only_trade(run(flat_bars(1000, 1000, 1000), IN_AND_OUT, **slippage("10"), **fixed(3000), initial_cash_quanta=usdt(9000)))
    assert (trade["entry_price_ticks"], trade["exit_price_ticks"]) == (1001, 999)


def test_fill_1_market_fills_pay_the_taker_fee() -> None:
    outcome = run(flat_bars(100, 100, 110), IN_AND_OUT, **taker("0.001"), **fixed(500))
    assert outcome.fills["fee_quanta"].tolist() == [usdt("0.5"), usdt("0.55")]
    assert only_trade(outcome)["net_quanta"] == usdt("48.95")


def test_fill_4_stop_and_target_belong_to_the_fill() -> None:
    trade = only_trade(run(flat_bars(100, 104, 104), {0: "long"}, **fixed(500), **stop_points(10), **target_points(20)))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (94, 124)


def test_fill_4_or_to_the_close_of_the_signal() -> None:
    trade = only_trade(run(flat_bars(100, 104, 104), {0: "long"}, **fixed(500), **stop_points(10), **target_points(20), anchor_signal=1))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (90, 120)


def test_fill_4_a_fill_beyond_a_level_of_the_signal_has_no_distance_left() -> None:
    outcome = run(flat_bars(100, 90, 90), {0: "long"}, **fixed(500), **stop_points(10), anchor_signal=1)
    assert rejected(outcome) == {"stop_too_close": 1}


def test_fill_5_a_stop_is_rounded_nearer_and_a_target_farther() -> None:
    levels = {**stop_points("2.5"), **target_points("2.5"), **fixed(500)}
    long = only_trade(run(flat_bars(100, 100, 100), {0: "long"}, **levels))
    assert (long["stop_price_ticks"], long["target_price_ticks"]) == (98, 103)
    short = only_trade(run(flat_bars(100, 100, 100), {0: "short"}, **levels))
    assert (short["stop_price_ticks"], short["target_price_ticks"]) == (102, 97)


def test_fill_5_no_distance_left_after_rounding_is_a_rejection() -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, **fixed(500), **stop_points("0.9"))
    assert rejected(outcome) == {"stop_too_close": 1}
    assert len(outcome.trades) == 0


def test_rr_ratio_counts_in_the_distance_of_the_stop_as_placed() -> None:
    trade = only_trade(run(flat_bars(100, 100, 100), {0: "long"}, **fixed(500), **stop_points("4.9"), **target_ratio("1.6")))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (96, 107)  # 4 × 1.6 = 6.4, farther


def test_fill_10_entries_round_the_quantity_down() -> None:
    assert only_trade(run(flat_bars(300, 300, 300), {0: "long"}))["quantity_lots"] == 3


def test_fill_10_under_the_minimum_quantity_is_a_rejection_never_an_adjustment() -> None:
    rich = {"initial_cash_quanta": usdt(5000), **fixed(1000)}
    assert rejected(run(flat_bars(300, 300), {0: "long"}, min_lots=4, **rich)) == {"below_minimum": 1}
    assert only_trade(run(flat_bars(300, 300), {0: "long"}, min_lots=3, **rich))["quantity_lots"] == 3


def test_fill_10_under_the_minimum_notional_too() -> None:
    bars = flat_bars(300, 300)
    assert rejected(run(bars, {0: "long"}, **fixed(600), min_notional_quanta=usdt(601))) == {"below_minimum": 1}
    assert only_trade(run(bars, {0: "long"}, **fixed(600), min_notional_quanta=usdt(600)))["quantity_lots"] == 2


def test_fill_10_the_maximum_quantity_caps() -> None:
    assert only_trade(run(flat_bars(100, 100), {0: "long"}, max_lots=7))["quantity_lots"] == 7


def test_fill_11_the_same_signal_again_adds_nothing() -> None:
    outcome = run(flat_bars(100, 100, 100, 100), {0: "long", 1: "long", 2: "long"}, **fixed(500))
    assert kinds(outcome) == ["entry", "exit"]


def test_fill_11_a_stop_ends_what_belonged_to_the_position() -> None:
    bars = [*flat_bars(100, 100), (100, 100, 80, 80), (80, 200, 70, 150), *flat_bars(150)]
    outcome = run(bars, {0: "long"}, **stop_points(10), **target_points(20))
    assert exits(outcome) == [("stop_loss", 90)]


def test_size_1_percent_of_equity_is_margin_and_leverage_makes_it_notional() -> None:
    trade = only_trade(run(flat_bars(100, 100), {0: "long"}, **equity_pct(50), **leverage(4)))
    assert (trade["quantity_lots"], trade["margin_quanta"]) == (20, usdt(500))


def test_size_1_all_equity_at_1x_trades_and_leaves_room_for_the_fee() -> None:
    trade = only_trade(run(flat_bars(10, 10), {0: "long"}, **taker("0.001")))
    assert trade["quantity_lots"] == 99  # 990 + 0.99 fits 1000, 1000 + 1 does not


def test_size_1_a_short_at_1x_also_keeps_the_fee_to_close_at_twice_the_price() -> None:
    trade = only_trade(run(flat_bars(10, 10), {0: "short"}, **taker("0.001")))
    assert trade["quantity_lots"] == 99  # 990 + 0.99 + 1.98
    assert trade["margin_quanta"] == usdt("991.98")


def test_margin_1_under_1x_a_long_has_no_fee_to_close_at_a_bankruptcy_price_below_zero() -> None:
    trade = only_trade(run(flat_bars(10, 10), {0: "long"}, **taker("0.01"), **leverage("0.5"), **fixed(400)))
    assert trade["margin_quanta"] == usdt(800)
    assert trade["liquidation_price_ticks"] == 0
    everything = only_trade(run(flat_bars(10, 10), {0: "long"}, **taker("0.01"), **leverage("0.5")))
    assert everything["quantity_lots"] == 49  # 980 + 4.9 fits 1000, 1000 + 5 does not


def test_size_1_risk_is_what_the_stop_loses() -> None:
    trade = only_trade(run(flat_bars(100, 100), {0: "long"}, **risk_pct(2), **stop_points(5)))
    assert trade["quantity_lots"] == 4  # 20 / 5


def test_size_1_risk_includes_both_fees() -> None:
    trade = only_trade(run(flat_bars(100, 100), {0: "long"}, **risk_pct(10), **stop_points(5), **taker("0.01"), **leverage(10)))
    assert trade["quantity_lots"] == 14  # 100 / (5 + 1 + 0.95) = 14.4


def test_size_1_risk_of_a_short_pays_the_fee_of_a_higher_stop() -> None:
    bars, costs = flat_bars(100, 100), taker("0.01")
    trade = only_trade(run(bars, {0: "short"}, **risk_pct("14.10"), **stop_points(5), **costs, **leverage(10)))
    assert trade["quantity_lots"] == 20  # 141 / (5 + 1 + 1.05) = 20 exactly


def test_size_1_fixed_is_notional() -> None:
    trade = only_trade(run(flat_bars(100, 100), {0: "long"}, **fixed(777), **leverage(10)))
    assert (trade["quantity_lots"], trade["margin_quanta"]) == (7, usdt(70))


def test_size_1_the_tier_that_allows_the_leverage_caps_the_notional() -> None:
    table = [tier(1500, "0.005", 10), tier(10_000, "0.01", 5, "7.5")]
    assert only_trade(run(flat_bars(100, 100), {0: "long"}, tiers=table, **leverage(10)))["quantity_lots"] == 15
    assert only_trade(run(flat_bars(100, 100), {0: "long"}, tiers=table, **leverage(5)))["quantity_lots"] == 50
    outcome = run(flat_bars(100, 100), {0: "long"}, tiers=table, **leverage(11))
    assert rejected(outcome) == {"leverage_above_tier": 1}


def test_size_1_the_tiers_are_those_in_force_at_the_decision() -> None:
    old, new = tier(2000, "0.005", 10), tier(500, "0.005", 10, from_ms=at(3))
    bars = flat_bars(100, 100, 100, 100, 100)
    outcome = run(bars, {0: "long", 1: "exit", 2: "long"}, tiers=[old, new], **leverage(10))
    assert outcome.trades["quantity_lots"].tolist() == [20, 5]


def test_size_1_a_table_that_starts_later_is_better_than_none() -> None:
    outcome = run(flat_bars(100, 100), {0: "long"}, tiers=[tier(500, "0.005", 10, from_ms=at(99))], **leverage(10))
    assert only_trade(outcome)["quantity_lots"] == 5


def test_size_1_the_plays_own_cap() -> None:
    assert only_trade(run(flat_bars(100, 100), {0: "long"}, max_notional_quanta=usdt(350)))["quantity_lots"] == 3


def test_size_1_what_cannot_be_paid_is_rejected() -> None:
    tight = {**taker("0.001"), "min_lots": 99, "initial_cash_quanta": usdt(992)}  # 990 + 0.99, and 1.98 more for a short
    assert rejected(run(flat_bars(10, 10), {0: "short"}, **tight)) == {"insufficient_margin": 1}
    assert only_trade(run(flat_bars(10, 10), {0: "long"}, **tight))["quantity_lots"] == 99


def test_size_2_percent_is_return_on_margin() -> None:
    options = {**stop_margin_pct(10, 5), **target_margin_pct(20, 5), **leverage(5), **fixed(500)}
    trade = only_trade(run(flat_bars(100, 100), {0: "long"}, **options))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (98, 104)


def test_size_3_the_quantity_comes_from_the_close_of_the_decision_as_slippage_would_move_it() -> None:
    assert only_trade(run(flat_bars(100, 50), {0: "long"}, **fixed(990)))["quantity_lots"] == 9
    assert only_trade(run(flat_bars(99, 50), {0: "long"}, **fixed(990), **slippage("100")))["quantity_lots"] == 9  # at 100, not 99
    assert only_trade(run(flat_bars(99, 50), {0: "short"}, **fixed(990), **slippage("100")))["quantity_lots"] == 10  # at 98


def test_size_3_an_entry_is_cut_at_the_fill_to_what_fits_and_the_row_says_so() -> None:
    outcome = run(flat_bars(100, 125, 125), {0: "long"})
    assert only_trade(outcome)["quantity_lots"] == 8
    assert outcome.fills["cut_lots"].tolist() == [2, 0]
    assert equity_usdt(outcome)[-1] == 1000


CAPS: dict[str, tuple[str, dict[str, Any], tuple[int, int]]] = {  # of 20 coins wanted at 100
    "nothing": ("none", {}, (20, 20)),
    "the margin": ("margin", {"initial_cash_quanta": usdt(1500)}, (20, 15)),
    "the tier": ("tier", {"tiers": [tier(1200, "0.005")]}, (20, 12)),
    "the notional": ("max_notional", {"max_notional_quanta": usdt(1100)}, (20, 11)),
    "the maximum quantity": ("max_qty", {"max_lots": 13}, (20, 13)),
    "the tightest of them": ("max_notional", {"max_lots": 13, "max_notional_quanta": usdt(900), "tiers": [tier(1200, "0.005")]}, (20, 9)),
    "the margin under a cap": ("margin", {"max_lots": 13, "initial_cash_quanta": usdt(700)}, (20, 7)),
    "a cap under the margin": ("max_qty", {"max_lots": 5, "initial_cash_quanta": usdt(700)}, (20, 5)),
}


@pytest.mark.parametrize("name", CAPS)
@pytest.mark.parametrize("side", ["long", "short"])
def test_size_1_a_row_names_the_cap_that_made_the_entry_smaller_than_asked(name: str, side: str) -> None:
    cap, options, (asked, lots) = CAPS[name]
    outcome = run(flat_bars(100, 100), {0: side}, **{"initial_cash_quanta": usdt(9000), **fixed(2000), **options})
    entry, exit_ = outcome.fills
    assert (entry["asked_lots"], entry["quantity_lots"], entry["cut_lots"]) == (asked, lots, 0)
    assert (caps(outcome), exit_["asked_lots"]) == ([cap, "none"], 0)


@pytest.mark.parametrize("model", [fixed(2000), {"size_model": SIZE_EQUITY, "size_e12": 10**12}, {**risk_pct("10"), **stop_points(5)}])
def test_size_1_every_model_says_what_it_asked_for(model: Any) -> None:
    outcome = run(flat_bars(100, 100), {0: "long"}, **{**leverage(2), **model}, max_lots=3)  # 1,000 USDT, at 2x and at 5 a coin
    assert (outcome.fills[0]["asked_lots"], outcome.fills[0]["quantity_lots"], caps(outcome)[0]) == (20, 3, "max_qty")


def test_size_3_what_the_margin_cuts_at_the_fill_is_named_over_the_cap_of_the_decision() -> None:
    outcome = run(flat_bars(100, 125, 125), {0: "long"}, **fixed(2000), max_lots=10)
    entry = outcome.fills[0]
    assert (caps(outcome)[0], entry["asked_lots"], entry["quantity_lots"], entry["cut_lots"]) == ("margin", 20, 8, 2)


def test_size_3_cut_below_the_minimum_is_a_rejection() -> None:
    outcome = run(flat_bars(100, 125, 100), {0: "long"}, min_lots=9)
    assert rejected(outcome) == {"insufficient_margin": 1}
    assert len(outcome.fills) == 0


def test_fill_10_minima_are_of_the_order_as_sent_not_of_a_better_fill() -> None:
    assert only_trade(run(flat_bars(100, 90, 90), {0: "long"}, **fixed(500), min_notional_quanta=usdt(500)))["quantity_lots"] == 5


def test_stop_2_a_stop_at_or_beyond_the_liquidation_price_is_rejected_at_the_decision() -> None:
    one = {"tiers": STEEP, **leverage(10), **fixed(1000)}
    assert rejected(run(flat_bars(1000, 1000), {0: "long"}, **one, **stop_points(40))) == {"stop_beyond_liquidation": 1}
    assert only_trade(run(flat_bars(1000, 1000), {0: "long"}, **one, **stop_points(39)))["stop_price_ticks"] == 961


def test_stop_2_or_moved_one_tick_inside() -> None:
    one = {"tiers": STEEP, **leverage(10), **fixed(1000), "beyond_liquidation": 1}
    trade = only_trade(run(flat_bars(1000, 1000), {0: "long"}, **one, **stop_points(70)))
    assert (trade["stop_price_ticks"], trade["liquidation_price_ticks"]) == (961, 960)
    short = only_trade(run(flat_bars(1000, 1000), {0: "short"}, **one, **stop_points(70)))
    assert (short["stop_price_ticks"], short["liquidation_price_ticks"]) == (1035, 1036)  # 1100 / 1.0625 = 1035.3


def test_stop_2_or_left_with_a_warning_and_then_liquidation_is_first() -> None:
    bars = [*flat_bars(1000, 1000), (1000, 1000, 900, 900)]
    outcome = run(bars, {0: "long"}, tiers=STEEP, **leverage(10), **fixed(1000), **stop_points(70), beyond_liquidation=2)
    assert exits(outcome) == [("liquidation", 900)]


def test_stop_2_is_tested_again_at_the_fill() -> None:
    one = {"tiers": STEEP, **leverage(10), **fixed(1000), **stop_points(39)}  # fill 900: liquidation at 864, stop at 861
    bars = flat_bars(1000, 900, 900)
    assert rejected(run(bars, {0: "long"}, **one)) == {"stop_beyond_liquidation": 1}
    assert only_trade(run(bars, {0: "long"}, **one, beyond_liquidation=1))["stop_price_ticks"] == 865
    assert only_trade(run(bars, {0: "long"}, **one, beyond_liquidation=2))["stop_price_ticks"] == 861
