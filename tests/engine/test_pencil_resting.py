"""Entries that wait for a price, with a pencil: where they stand, what they measure, and how they end (FILL-2, 3, 7, 8, 11)."""

from __future__ import annotations

from typing import Any

import pytest
from tapes import (
    MINUTE,
    START,
    at,
    caps,
    exits,
    fixed,
    flat_bars,
    leverage,
    only_trade,
    rejected,
    resting,
    run,
    stop_points,
    taker,
    target_points,
    usdt,
)

from trade.base.records import PriceFrom, TimeInForce
from trade.sim.spec import ENTRY_LIMIT, ENTRY_STOP, OFFSET_FRACTION, OFFSET_MEASURED, STOP_AT, STOP_MEASURED, TARGET_AT, TARGET_MEASURED

HALF = fixed(500)
LIMIT_3 = {**resting(ENTRY_LIMIT, 3), **HALF}


def entry(outcome: Any) -> tuple[int, int, str]:
    """Return (price, quantity, where the price is from) of the only trade's entry."""
    fill = outcome.fills[0]
    return int(fill["price_ticks"]), int(fill["quantity_lots"]), PriceFrom(int(fill["price_from"])).word


@pytest.mark.parametrize(
    ("kind", "side", "price"),
    [(ENTRY_LIMIT, "long", 97), (ENTRY_LIMIT, "short", 103), (ENTRY_STOP, "long", 103), (ENTRY_STOP, "short", 97)],
)
def test_a_limit_stands_better_than_the_close_and_a_stop_beyond_it(kind: int, side: str, price: int) -> None:
    outcome = run([(100, 100, 100, 100), (100, 103, 97, 100), (100, 100, 100, 100)], {0: side}, **resting(kind, 3), **HALF)
    assert entry(outcome)[0] == price
    assert only_trade(outcome)["entry_ts_ms"] == at(1)


@pytest.mark.parametrize(("side", "price"), [("long", 99), ("short", 101)])
def test_a_fraction_of_the_close_is_rounded_away_from_it(side: str, price: int) -> None:
    options = {**resting(ENTRY_LIMIT), "offset_kind": OFFSET_FRACTION, "offset_num": 1, "offset_den": 250}  # 0.4 ticks
    assert entry(run([(100, 100, 100, 100), (100, 101, 99, 100)], {0: side}, **options, **HALF))[0] == price


def test_an_offset_that_is_measured_is_that_of_the_decision() -> None:
    options = {**resting(ENTRY_LIMIT), "offset_kind": OFFSET_MEASURED, **HALF}
    bars = [(100, 100, 100, 100), (100, 101, 95, 100), (100, 100, 100, 100)]
    assert entry(run(bars, {0: "long"}, measures={0: (4, -1, -1)}, **options)) == (96, 5, "limit_price")
    assert rejected(run(bars, {0: "long"}, **options)) == {"no_level": 1}


def test_a_limit_is_sized_at_its_own_price_and_pays_the_maker_once_it_rests() -> None:
    outcome = run([(100, 100, 100, 100), (100, 101, 97, 100)], {0: "long"}, **LIMIT_3, **taker("0.01", maker="0.001"))
    assert entry(outcome) == (97, 5, "limit_price")
    assert outcome.fills[0]["fee_quanta"] == usdt("0.485")


def test_a_limit_that_is_marketable_at_its_first_open_takes_there() -> None:
    outcome = run(flat_bars(100, 95, 95), {0: "long"}, **LIMIT_3, **taker("0.01", maker="0.001"))
    assert entry(outcome) == (95, 5, "open")
    assert outcome.fills[0]["fee_quanta"] == usdt("4.75")


def test_at_a_later_open_beyond_it_a_limit_still_fills_at_its_own_price() -> None:
    outcome = run(flat_bars(100, 99, 90), {0: "long"}, **LIMIT_3)
    assert entry(outcome) == (97, 5, "limit_price")


def test_a_limit_by_through_needs_a_tick_more_but_not_to_take() -> None:
    touched = [(100, 100, 100, 100), (100, 101, 97, 100), (100, 100, 96, 99)]
    outcome = run(touched, {0: "long"}, **LIMIT_3, limit_through=1)
    assert (entry(outcome)[0], only_trade(outcome)["entry_ts_ms"]) == (97, at(2))
    assert entry(run(flat_bars(100, 97, 97), {0: "long"}, **LIMIT_3, limit_through=1)) == (97, 5, "open")


def test_a_stop_entry_that_is_opened_beyond_fills_at_the_open_and_slips() -> None:
    outcome = run(flat_bars(100, 110, 110), {0: "long"}, **resting(ENTRY_STOP, 3), **HALF, slippage_e9=10**7)
    assert entry(outcome) == (112, 4, "open")  # 110 + 1.1, and 500 at 103 + 1.03 are 4 coins


def test_the_same_signal_adds_nothing_to_an_entry_that_works_and_the_opposite_one_replaces_it() -> None:
    bars = [*flat_bars(100, 100, 100), (100, 103, 100, 100), *flat_bars(100)]
    outcome = run(bars, {0: "long", 1: "long", 2: "short"}, **LIMIT_3)
    assert rejected(outcome) == {"replaced": 1}
    assert (only_trade(outcome)["side"], outcome.tally.entry_attempts) == (-1, 2)


def test_an_entry_that_never_fills_is_told_at_the_end() -> None:
    assert rejected(run(flat_bars(100, 100, 100), {0: "long"}, **LIMIT_3)) == {"unfilled": 1}


def test_a_day_order_ends_with_the_day() -> None:
    late = 24 * 60 - 2  # minutes after `START`, which is a midnight
    bars = [(100, 100, 100, 100)] * (late + 4)
    assert START % (24 * 60 * MINUTE) == 0
    day = {**resting(ENTRY_LIMIT, 3, TimeInForce.DAY), **HALF}
    low = [(100, 100, 90, 100)]
    assert entry(run(bars[: late + 1] + low + bars[:2], {late: "long"}, **day))[0] == 97
    assert rejected(run(bars[: late + 2] + low, {late: "long"}, **day)) == {"expired": 1}


def test_an_entry_that_expires_does_so_at_the_open_of_the_bar_after_its_last() -> None:
    bars = flat_bars(100, 100, 100)
    low = [(100, 100, 90, 100)]
    lives = {**resting(ENTRY_LIMIT, 3, minutes=2), **HALF}
    assert entry(run(bars[:2] + low, {0: "long"}, **lives))[0] == 97
    assert rejected(run(bars + low, {0: "long"}, **lives)) == {"expired": 1}


def test_an_entry_at_market_takes_its_levels_from_what_was_measured_at_the_decision() -> None:
    levels = {"stop_kind": STOP_MEASURED, "target_kind": TARGET_MEASURED, "buffer_num": 1, "buffer_den": 40}
    trade = only_trade(run(flat_bars(100, 104, 104), {0: "long"}, measures={0: (-1, 7, 9)}, **levels, **HALF))
    assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (95, 113)  # 104 - 7 - 2.6, rounded nearer; 104 + 9
    short = only_trade(run(flat_bars(100, 104, 104), {0: "short"}, measures={0: (-1, 7, 9)}, **levels, **HALF))
    assert (short["stop_price_ticks"], short["target_price_ticks"]) == (113, 95)


def test_levels_of_a_structure_stand_where_they_are_whatever_the_fill() -> None:
    levels = {"stop_kind": STOP_AT, "target_kind": TARGET_AT, "buffer_num": 1, "buffer_den": 50}
    for fill in (99, 104):
        trade = only_trade(run(flat_bars(100, fill, fill), {0: "long"}, measures={0: (-1, 90, 120)}, **levels, **HALF))
        assert (trade["stop_price_ticks"], trade["target_price_ticks"]) == (89, 120)  # 90 less 1.8, rounded nearer the entry
    beyond = run(flat_bars(100, 88, 88), {0: "long"}, measures={0: (-1, 90, 120)}, **levels, **HALF)
    assert rejected(beyond) == {"stop_too_close": 1}


@pytest.mark.parametrize("missing", [(-1, -1, 120), (-1, 90, -1)])
def test_an_entry_without_the_level_it_needs_is_rejected(missing: tuple[int, int, int]) -> None:
    levels = {"stop_kind": STOP_AT, "target_kind": TARGET_AT}
    assert rejected(run(flat_bars(100, 100), {0: "long"}, measures={0: missing}, **levels, **HALF)) == {"no_level": 1}


def test_a_cap_on_the_margin_is_a_cap_on_the_notional_over_the_leverage() -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, max_margin_quanta=usdt(250), **leverage(2), **fixed(800))
    assert only_trade(outcome)["quantity_lots"] == 5
    assert caps(outcome)[0] == "max_margin"


def test_fill_7_after_a_limit_entry_the_stop_counts_wherever_the_range_holds_it() -> None:
    bars = [(100, 100, 100, 100), (100, 108, 89, 104), *flat_bars(104)]
    assert exits(run(bars, {0: "long"}, **LIMIT_3, **stop_points(8), **target_points(10))) == [("stop_loss", 89)]


def test_fill_7_a_target_counts_once_the_close_is_beyond_it() -> None:
    bars = [(100, 100, 100, 100), (100, 108, 96, 107), *flat_bars(107)]
    trade = only_trade(run(bars, {0: "long"}, **LIMIT_3, **stop_points(8), **target_points(10)))
    assert (trade["exit_price_ticks"], trade["ambiguous"], trade["mae_ticks"], trade["mfe_ticks"]) == (107, 0, 0, 10)


def test_fill_7_the_excursion_of_that_bar_is_what_it_certainly_lived_through() -> None:
    bars = [(100, 100, 100, 100), (100, 109, 95, 99), *flat_bars(99)]
    worst = only_trade(run(bars, {0: "long"}, **LIMIT_3))
    assert (worst["mae_ticks"], worst["mfe_ticks"]) == (0, 2)  # entry at 97, close at 99
    walked = only_trade(run(bars, {0: "long"}, **LIMIT_3, intrabar=1))
    assert (walked["mae_ticks"], walked["mfe_ticks"]) == (2, 12)  # the low was nearer: 97 is met on the way to 95, then 109
