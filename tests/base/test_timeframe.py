from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.timeframe import BASE, DAY_MS, HOUR_MS, MINUTE_MS, NAMES, WEEK_MS, Timeframe

EVERY = tuple(Timeframe(name) for name in NAMES)
INSTANTS = st.integers(0, 4_102_444_800_000)  # 1970 .. 2100


def ms(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp()) * 1000


def slow_floor(timeframe: Timeframe, ts_ms: int) -> int:
    """The open of the bar that contains an instant, by the calendar of the standard library."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ts_ms)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if timeframe.name == "M":
        return ms(at.year, at.month, 1)
    if timeframe.name == "W":
        midnight -= timedelta(days=at.weekday())
        return ms(midnight.year, midnight.month, midnight.day)
    since_midnight = ts_ms - ms(at.year, at.month, at.day)
    return ts_ms - since_midnight % timeframe.length_ms


@given(ts_ms=INSTANTS, name=st.sampled_from(NAMES))
def test_every_instant_lies_in_the_bar_the_calendar_names(ts_ms: int, name: str) -> None:
    timeframe = Timeframe(name)
    opened = timeframe.floor_at(ts_ms)
    assert opened == slow_floor(timeframe, ts_ms)
    closed = int(timeframe.close(np.array([opened]))[0])
    assert opened <= ts_ms < closed
    assert timeframe.floor_at(closed) == closed
    assert timeframe.floor_at(closed - 1) == opened


@given(ts_ms=INSTANTS, name=st.sampled_from(NAMES))
def test_the_ceiling_is_the_next_open_unless_it_is_one(ts_ms: int, name: str) -> None:
    timeframe = Timeframe(name)
    opened = timeframe.floor_at(ts_ms)
    closed = int(timeframe.close(np.array([opened]))[0])
    assert timeframe.ceil_at(ts_ms) == (opened if ts_ms == opened else closed)
    assert timeframe.ceil_at(opened) == opened


@given(ts_ms=INSTANTS, name=st.sampled_from(NAMES), bars=st.integers(0, 40))
def test_going_back_is_stepping_to_the_bar_before_so_many_times(ts_ms: int, name: str, bars: int) -> None:
    timeframe = Timeframe(name)
    opened = timeframe.floor_at(ts_ms + 5 * 366 * DAY_MS)
    stepped = opened
    for _ in range(bars):
        stepped = timeframe.floor_at(stepped - 1)
    assert timeframe.back(opened, bars) == timeframe.back(opened + MINUTE_MS - 1, bars) == stepped


@given(ts_ms=INSTANTS, name=st.sampled_from(NAMES), bars=st.integers(0, 40))
def test_the_grid_holds_every_open_once_end_exclusive(ts_ms: int, name: str, bars: int) -> None:
    timeframe = Timeframe(name)
    start = timeframe.floor_at(ts_ms)
    opens, at = [], start
    for _ in range(bars):
        opens.append(at)
        at = int(timeframe.close(np.array([at]))[0])
    assert timeframe.grid(start, at).tolist() == opens


def test_months_have_their_own_lengths_leap_years_included() -> None:
    month = Timeframe("M")
    assert month.floor_at(ms(2024, 2, 29, 23, 59)) == ms(2024, 2, 1)
    assert month.close(np.array([ms(2024, 2, 1)]))[0] - ms(2024, 2, 1) == 29 * DAY_MS
    assert month.close(np.array([ms(2023, 2, 1)]))[0] - ms(2023, 2, 1) == 28 * DAY_MS
    assert month.close(np.array([ms(2000, 2, 1), ms(2023, 12, 1)])).tolist() == [ms(2000, 3, 1), ms(2024, 1, 1)]
    assert month.back(ms(2024, 3, 31), 1) == ms(2024, 2, 1)
    assert month.back(ms(2024, 3, 31), 13) == ms(2023, 2, 1)
    assert month.grid(ms(2023, 12, 1), ms(2024, 3, 1)).tolist() == [ms(2023, 12, 1), ms(2024, 1, 1), ms(2024, 2, 1)]


def test_weeks_begin_on_monday() -> None:
    week = Timeframe("W")
    assert week.floor_at(ms(2023, 1, 1, 12)) == ms(2022, 12, 26)
    assert week.ceil_at(ms(2023, 1, 1, 12)) == ms(2023, 1, 2)
    assert week.back(ms(2023, 1, 4), 2) == ms(2022, 12, 19)
    assert week.grid(ms(2023, 1, 2), ms(2023, 1, 16)).tolist() == [ms(2023, 1, 2), ms(2023, 1, 9)]


def test_a_bar_is_known_one_length_after_its_open() -> None:
    assert BASE.close(np.array([0, MINUTE_MS])).tolist() == [MINUTE_MS, 2 * MINUTE_MS]
    assert Timeframe("W").length_ms == WEEK_MS
    assert [t.length_ms for t in EVERY] == sorted(t.length_ms for t in EVERY)


def test_figures_are_annualised_over_365_days() -> None:
    assert Timeframe("1h").bars_per_year == 8760
    assert Timeframe("15m").bars_per_year == 35_040
    assert Timeframe("D").bars_per_year == 365
    assert (Timeframe("W").bars_per_year, Timeframe("M").bars_per_year) == (52, 12)
    assert Timeframe("4h").length_ms == 4 * HOUR_MS


def test_an_unknown_name_is_refused_and_a_known_one_prints_as_itself() -> None:
    with pytest.raises(ValueError, match="unknown timeframe '7m'"):
        Timeframe("7m")
    assert [str(t) for t in EVERY] == list(NAMES)
