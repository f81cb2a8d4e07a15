"""Bars are counted on the grid of a calendar: those during which the market is open at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.calendar import ahead, always_open, back, expected_opens
from trade.base.spans import Int64, complement
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS, NAMES, Timeframe

MONDAY = 1_704_067_200_000  # 2024-01-01 00:00
HOURLY = Timeframe("1h")


def nights(start_ms: int, end_ms: int) -> Int64:
    """Closed but from 09:30 to 16:00, seven days a week."""
    days = np.arange(start_ms // DAY_MS - 1, end_ms // DAY_MS + 2, dtype=np.int64) * DAY_MS
    sessions = np.column_stack((days + 9 * HOUR_MS + HOUR_MS // 2, days + 16 * HOUR_MS))
    return complement(sessions, start_ms, end_ms)


@given(st.sampled_from(NAMES), st.integers(0, 4_000_000_000_000), st.integers(0, 500))
def test_a_market_that_never_closes_has_every_bar(name: str, ts_ms: int, bars: int) -> None:
    timeframe = Timeframe(name)
    assert back(always_open, timeframe, ts_ms, bars) == timeframe.back(ts_ms, bars)
    assert ahead(always_open, timeframe, ts_ms, bars) == timeframe.back(timeframe.ceil_at(ts_ms), -bars)


def test_a_bar_is_expected_when_the_market_opens_during_it() -> None:
    opens = expected_opens(nights, HOURLY, MONDAY, MONDAY + DAY_MS)
    assert ((opens - MONDAY) // HOUR_MS).tolist() == [9, 10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    ("hour", "bars", "found"), [(24, 1, 15), (24, 7, 9), (24, 8, -9), (12.5, 1, 11), (12.5, 3, 9), (12.5, 4, -9), (3, 0, 3), (3, 14, -39)]
)
def test_bars_before_an_instant_are_counted_without_the_nights(hour: float, bars: int, found: int) -> None:
    assert (back(nights, HOURLY, MONDAY + int(hour * HOUR_MS), bars) - MONDAY) // HOUR_MS == found


@pytest.mark.parametrize(("hour", "bars", "found"), [(0, 1, 10), (0, 7, 16), (0, 8, 34), (9.5, 1, 11), (16, 1, 34), (16, 0, 16)])
def test_bars_after_an_instant_are_counted_without_the_nights(hour: float, bars: int, found: int) -> None:
    assert (ahead(nights, HOURLY, MONDAY + int(hour * HOUR_MS), bars) - MONDAY) // HOUR_MS == found


@given(st.sampled_from(["1m", "15m", "1h", "D"]), st.integers(0, 3 * DAY_MS), st.integers(1, 60))
def test_what_lies_ahead_of_a_bar_lies_back_of_its_end(name: str, after_ms: int, bars: int) -> None:
    timeframe, start_ms = Timeframe(name), MONDAY + after_ms // MINUTE_MS * MINUTE_MS
    end_ms = ahead(nights, timeframe, start_ms, bars)
    first_ms = back(nights, timeframe, end_ms, bars)
    assert first_ms >= start_ms
    assert len(expected_opens(nights, timeframe, timeframe.ceil_at(start_ms), first_ms)) == 0
