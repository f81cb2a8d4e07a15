"""Holes are the expected minutes minus the existing ones (GAP-1)."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trade.base.timeframe import DAY_MS, MINUTE_MS, Timeframe
from trade.market.gaps import Gap, find_gaps, missing_bars


def opens(*minutes):
    return np.array(minutes, np.int64) * MINUTE_MS


def test_leading_inner_and_trailing_holes_are_found():
    assert find_gaps(opens(2, 3, 5), 0, 8 * MINUTE_MS) == (
        Gap(0, 2 * MINUTE_MS, 2),
        Gap(4 * MINUTE_MS, 5 * MINUTE_MS, 1),
        Gap(6 * MINUTE_MS, 8 * MINUTE_MS, 2),
    )


def test_a_full_grid_has_none():
    assert find_gaps(opens(0, 1, 2), 0, 3 * MINUTE_MS) == ()


def test_without_bars_the_span_is_one_hole():
    assert find_gaps(opens(), MINUTE_MS, 4 * MINUTE_MS) == (Gap(MINUTE_MS, 4 * MINUTE_MS, 3),)


def test_bars_outside_the_span_do_not_count():
    assert find_gaps(opens(0, 9), 3 * MINUTE_MS, 5 * MINUTE_MS) == (Gap(3 * MINUTE_MS, 5 * MINUTE_MS, 2),)


def test_a_minute_belongs_to_the_span_when_its_open_does():
    assert find_gaps(opens(1), 1, MINUTE_MS + 1) == ()


def test_an_empty_span_has_none():
    assert find_gaps(opens(1, 5), 2 * MINUTE_MS, 2 * MINUTE_MS) == ()


def test_daily_bars_have_a_daily_grid():
    assert find_gaps(np.array([0, 2 * DAY_MS]), 0, 3 * DAY_MS, Timeframe("D")) == (Gap(DAY_MS, 2 * DAY_MS, 1),)


def closed(*spans):
    return np.array(spans, np.int64).reshape(-1, 2) * MINUTE_MS


def test_a_closed_market_lacks_nothing_and_parts_a_hole():
    assert find_gaps(opens(0, 1, 8, 9), 0, 10 * MINUTE_MS, closed=closed((2, 8))) == ()
    assert find_gaps(opens(0, 9), 0, 10 * MINUTE_MS, closed=closed((2, 8))) == (
        Gap(MINUTE_MS, 2 * MINUTE_MS, 1),
        Gap(8 * MINUTE_MS, 9 * MINUTE_MS, 1),
    )


def test_bars_of_a_closed_market_are_no_holes():
    assert find_gaps(opens(0, 1, 2, 3), 0, 4 * MINUTE_MS, closed=closed((1, 3))) == ()


def test_a_day_is_expected_when_the_market_opens_during_it():
    sessions = [(day * 1440 + 600, day * 1440 + 660) for day in range(4)]
    nights = closed(*zip([0, *(end for _, end in sessions)], [*(start for start, _ in sessions), 5 * 1440], strict=True))
    assert find_gaps(np.array([0, 3 * DAY_MS]), 0, 5 * DAY_MS, Timeframe("D"), nights) == (Gap(DAY_MS, 3 * DAY_MS, 2),)


@given(st.sets(st.integers(0, 60)), st.lists(st.integers(0, 60), unique=True).map(sorted), st.integers(0, 60), st.integers(0, 60))
def test_holes_bars_and_closed_minutes_together_are_the_grid(minutes, edges, a, b):
    start, end = min(a, b), max(a, b)
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    gaps = find_gaps(opens(*sorted(minutes)), start * MINUTE_MS, end * MINUTE_MS, closed=closed(*spans))
    lacking = {m for gap in gaps for m in range(gap.start_ms // MINUTE_MS, gap.end_ms // MINUTE_MS)}
    assert lacking == set(range(start, end)) - minutes - {m for first, last in spans for m in range(first, last)}
    assert all(gap.missing_bars * MINUTE_MS == gap.end_ms - gap.start_ms > 0 for gap in gaps)


@given(st.sets(st.integers(0, 60)), st.integers(0, 60), st.integers(0, 60))
def test_holes_and_bars_together_are_the_grid(minutes, a, b):
    start, end = min(a, b), max(a, b)
    gaps = find_gaps(opens(*sorted(minutes)), start * MINUTE_MS, end * MINUTE_MS)
    lacking = {m for gap in gaps for m in range(gap.start_ms // MINUTE_MS, gap.end_ms // MINUTE_MS)}
    assert lacking == set(range(start, end)) - minutes
    assert missing_bars(gaps) == len(lacking)
    assert all(gap.missing_bars * MINUTE_MS == gap.end_ms - gap.start_ms for gap in gaps)
