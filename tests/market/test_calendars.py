"""When markets are closed: the week of currencies over a change of clocks, holidays, half days and breaks of exchanges."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.calendar import always_open, expected_opens
from trade.base.errors import DataMissing
from trade.base.spans import complement, inside
from trade.base.timeframe import BASE, DAY_MS, MINUTE_MS
from trade.market.calendars.exchange import exchange_closed, exchange_names
from trade.market.calendars.fx import fx_closed

NEW_YORK, LONDON, TOKYO, CME = (exchange_closed(name) for name in ("XNYS", "XLON", "XTKS", "CMES"))


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def written(spans):
    return [" to ".join(datetime.fromtimestamp(edge / 1000, UTC).strftime("%m-%dT%H:%M") for edge in span) for span in spans.tolist()]


def open_in(closed, start, end):
    return written(complement(closed(ms(start), ms(end)), ms(start), ms(end)))


def test_currencies_rest_from_friday_to_sunday_at_five_in_new_york():
    assert written(fx_closed(ms("2024-03-01"), ms("2024-03-26"))) == [
        "03-01T22:00 to 03-03T22:00",
        "03-08T22:00 to 03-10T21:00",  # the clocks go forward on Sunday the 10th: 47 hours
        "03-15T21:00 to 03-17T21:00",
        "03-22T21:00 to 03-24T21:00",
    ]
    assert written(fx_closed(ms("2024-11-01"), ms("2024-11-09"))) == ["11-01T21:00 to 11-03T22:00", "11-08T22:00 to 11-09T00:00"]


def test_a_span_inside_a_weekend_is_closed_from_end_to_end():
    saturday, sunday = ms("2024-03-02"), ms("2024-03-03")
    assert fx_closed(saturday, sunday).tolist() == [[saturday, sunday]]
    assert len(fx_closed(saturday - 3 * DAY_MS, saturday - 2 * DAY_MS)) == 0


def test_currencies_have_no_holidays():
    assert len(fx_closed(ms("2024-12-24"), ms("2024-12-27"))) == 0


def test_new_york_has_a_holiday_and_a_half_day_after_it():
    assert open_in(NEW_YORK, "2023-11-22", "2023-11-28") == [
        "11-22T14:30 to 11-22T21:00",
        "11-24T14:30 to 11-24T18:00",  # Thanksgiving is closed, the day after ends at 13:00
        "11-27T14:30 to 11-27T21:00",
    ]


def test_exchanges_follow_the_clocks_of_their_city():
    assert open_in(NEW_YORK, "2024-03-08", "2024-03-12") == ["03-08T14:30 to 03-08T21:00", "03-11T13:30 to 03-11T20:00"]
    assert open_in(LONDON, "2024-03-28", "2024-04-03") == ["03-28T08:00 to 03-28T16:30", "04-02T07:00 to 04-02T15:30"]  # Easter


def test_a_break_parts_a_session():
    assert open_in(TOKYO, "2024-01-04", "2024-01-05") == ["01-04T00:00 to 01-04T02:30", "01-04T03:30 to 01-04T06:00"]


def test_futures_trade_through_the_week_but_for_early_closes():
    assert open_in(CME, "2023-11-18", "2023-11-28") == [
        "11-19T23:00 to 11-23T18:00",  # sessions that touch are one
        "11-23T23:00 to 11-24T18:00",
        "11-26T23:00 to 11-28T00:00",
    ]


def test_a_window_over_the_turn_of_a_year_has_the_sessions_of_both():
    assert open_in(TOKYO, "2023-12-29", "2024-01-04T02:00") == [
        "12-29T00:00 to 12-29T02:30",
        "12-29T03:30 to 12-29T06:00",
        "01-04T00:00 to 01-04T02:00",
    ]
    assert open_in(exchange_closed("XASX"), "2023-12-31", "2024-01-02") == ["01-01T23:00 to 01-02T00:00"]  # of Sydney's 2nd


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([fx_closed, NEW_YORK, TOKYO, CME, always_open]), st.integers(0, 700 * 1440), st.integers(0, 12 * 1440))
def test_closed_spans_and_expected_minutes_part_the_window(closed, first, length):
    start = ms("2023-01-01") + first * MINUTE_MS
    end = start + length * MINUTE_MS
    spans, grid = closed(start, end), np.arange(start, end, MINUTE_MS)
    assert (spans[:, 0] >= start).all()
    assert (spans[:, 1] <= end).all()
    assert (spans[:, 1] > spans[:, 0]).all()
    assert (spans[1:, 0] > spans[:-1, 1]).all()
    expected = expected_opens(closed, BASE, start, end)
    assert np.array_equal(np.sort(np.concatenate((expected, grid[inside(spans, grid)]))), grid)


@pytest.mark.parametrize("name", ["fx", "XNYS"])
def test_a_part_of_a_window_is_closed_as_it_is_in_the_whole(name):
    closed = {"fx": fx_closed, "XNYS": NEW_YORK}[name]
    start, middle, end = ms("2023-12-29T12:00"), ms("2023-12-30T12:00"), ms("2024-01-03")
    whole, parts = closed(start, end), np.concatenate((closed(start, middle), closed(middle, end)))
    minutes = np.arange(start, end, MINUTE_MS)
    assert np.array_equal(inside(whole, minutes), inside(parts, minutes))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [("XSHG", "2040-01-01", "2040-02-01"), ("XKRX", "1950-03-01", "1950-04-01"), ("XNYS", "2023-01-01", "9999-01-01")],
)
def test_years_that_a_calendar_does_not_know_are_refused(name, start, end):
    with pytest.raises(DataMissing, match=f"cannot make '{name}' for '") as refused:
        exchange_closed(name)(ms(start), ms(end))
    assert [finding.code for finding in refused.value.findings] == ["calendar-out-of-range"]


def test_an_alias_stands_for_one_code():
    names = exchange_names()
    assert (names["NYSE"], names["XNYS"], names["CME"]) == ("XNYS", "XNYS", "CMES")


def test_a_span_without_length_is_never_closed():
    assert len(NEW_YORK(5, 5)) == len(fx_closed(ms("2024-03-02"), ms("2024-03-02"))) == 0


def test_runs_around_the_clock_and_on_fx_load_no_library_of_exchanges():
    script = "import sys, trade.run.execute, trade.market.calendars.own; print('exchange_calendars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False\n"
