"""Stops that move, with a pencil: what they follow, from when, and that they only tighten (STOP-1)."""

from __future__ import annotations

from typing import Any

import pytest
from tapes import break_even, exits, fixed, flat_bars, only_trade, run, stop_points, trailing_pct

from trade.sim.spec import TRAIL_MEASURED

HALF = fixed(500)
UP = [(100, 100, 100, 100), (100, 110, 98, 108)]  # decided, then the entry at 100 and a best price of 110


def test_a_trail_follows_the_best_price_and_works_from_the_next_bar_on() -> None:
    bars = [*UP, (108, 108, 104, 106), *flat_bars(106)]
    assert exits(run(bars, {0: "long"}, **trailing_pct(5), **HALF)) == [("trailing_stop", 105)]
    assert exits(run([*UP, (108, 108, 106, 106), *flat_bars(106)], {0: "long"}, **trailing_pct(5), **HALF)) == [("end_of_data", 106)]


def test_a_trail_of_a_short_is_the_mirror() -> None:
    bars = [(100, 100, 100, 100), (100, 102, 90, 92), (92, 95, 92, 94), *flat_bars(94)]
    assert exits(run(bars, {0: "short"}, **trailing_pct(5), **HALF)) == [("trailing_stop", 94)]  # 90 + 4.5


def test_a_trail_never_loosens_the_stop_that_is_there() -> None:
    bars = [(100, 100, 100, 100), (100, 101, 99, 100), (100, 101, 94, 95), *flat_bars(95)]
    assert exits(run(bars, {0: "long"}, **trailing_pct(10), **stop_points(5), **HALF)) == [("stop_loss", 95)]


def test_a_trail_begins_where_it_is_told_to() -> None:
    bars = [*UP, (108, 108, 95, 96), *flat_bars(96)]
    assert exits(run(bars, {0: "long"}, **trailing_pct(5, start=10), **HALF)) == [("trailing_stop", 105)]
    assert exits(run(bars, {0: "long"}, **trailing_pct(5, start=11), **HALF)) == [("end_of_data", 96)]


def test_a_trail_keeps_at_least_a_tick() -> None:
    bars = [*UP, (110, 110, 109, 109), *flat_bars(109)]
    assert exits(run(bars, {0: "long"}, trail_kind=1, trail_num=0, trail_den=1, **HALF)) == [("trailing_stop", 109)]


@pytest.mark.parametrize(("trails", "expected"), [((-1, -1, 6), ("trailing_stop", 104)), ((-1, -1, -1), ("end_of_data", 103))])
def test_a_measured_trail_is_what_was_last_known(trails: tuple[int, ...], expected: Any) -> None:
    bars = [*UP, (108, 108, 103, 103), *flat_bars(103)]
    assert exits(run(bars, {0: "long"}, trails=trails, trail_kind=TRAIL_MEASURED, **HALF)) == [expected]


def test_a_measured_trail_tightens_when_its_distance_shrinks() -> None:
    bars = [*UP, *flat_bars(108), (108, 108, 106, 106), *flat_bars(106)]
    outcome = run(bars, {0: "long"}, trails=(-1, -1, 8, 3), trail_kind=TRAIL_MEASURED, **HALF)
    assert exits(outcome) == [("trailing_stop", 107)]


def test_break_even_moves_the_stop_once_to_the_entry_and_beyond() -> None:
    bars = [*UP, (108, 109, 101, 103), *flat_bars(103)]
    assert exits(run(bars, {0: "long"}, **break_even(10, beyond=2), **stop_points(5), **HALF)) == [("break_even", 102)]
    assert exits(run(bars, {0: "long"}, **break_even(11, beyond=2), **stop_points(5), **HALF)) == [("end_of_data", 103)]


def test_the_trade_keeps_the_stop_that_was_placed_at_its_entry() -> None:
    trade = only_trade(run([*UP, (108, 108, 104, 106), *flat_bars(106)], {0: "long"}, **trailing_pct(5), **stop_points(7), **HALF))
    assert (trade["stop_price_ticks"], trade["exit_price_ticks"]) == (93, 105)


def test_a_stop_that_a_gap_jumps_fills_at_the_open_with_the_reason_of_its_move() -> None:
    assert exits(run([*UP, *flat_bars(90, 90)], {0: "long"}, **trailing_pct(5), **HALF)) == [("trailing_stop", 90)]
