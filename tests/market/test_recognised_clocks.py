"""Clocks in the writings that people have: read for what they are; what could be two instants is refused with what to say."""

from __future__ import annotations

import pytest
from market_tables import MINUTE_MS
from written_files import BARE, HEADER, HOUR_MS, T, assert_the_bars, bars, clock, lines, refusal

from trade.files import csv_source
from trade.market.names import Kind


@pytest.mark.parametrize("form", ["%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y%m%d %H%M%S", "%Y%m%d %H%M", "%Y%m%d %H:%M", "%Y-%m-%d %H:%M"])
def test_dates_in_every_form_that_tells_one_instant_are_read(form, text, load_in, db):
    assert_the_bars(db, load_in(text(lines(write=clock(form)))))


def test_an_hour_of_one_digit_is_read(text, load_in, db):
    assert_the_bars(db, load_in(text([each.replace(" 00:", " 0:", 1) for each in lines(write=clock("%Y-%m-%d %H:%M"))])))


@pytest.mark.parametrize("forms", [("%Y-%m-%d", "%H:%M"), ("%Y.%m.%d", "%H:%M:%S"), ("%Y%m%d", "%H%M%S"), ("%Y%m%d", "%H:%M")])
@pytest.mark.parametrize("careful", [False, True])
def test_a_day_and_a_time_in_two_columns_are_one_instant(forms, careful, text, load_in, db, monkeypatch):
    if careful:
        monkeypatch.setattr(csv_source, "_fast", lambda *_: None)
    day, time = map(clock, forms)
    found = lines(("date,time,open,high,low,close,volume",), write=lambda ts: f"{day(ts)},{time(ts)}")
    assert_the_bars(db, load_in(text(found)))


def test_the_user_may_name_both_columns_of_a_clock(text, load_in, db):
    found = lines(("day,at,open,high,low,close,volume",), write=clock("%Y-%m-%d,%H:%M"))
    assert_the_bars(db, load_in(text(found), columns={"ts": "day+at"}))


def test_a_file_whose_time_is_forgotten_is_not_one_of_days(text, load_in):
    found = lines(("day,at,open,high,low,close,volume",), write=clock("%Y-%m-%d,%H:%M"))
    finding = refusal(text(found), load_in, columns={"ts": "day"})
    assert (finding.code, "DAY+TIME" in finding.hint) == ("timeframe-not-supported", True)


@pytest.mark.parametrize(
    ("write", "word"),
    [
        (clock("%d.%m.%Y %H:%M:%S"), "the month"),
        (clock("%m/%d/%Y %H:%M"), "the month"),
        (clock("%m/%d/%y %H:%M"), "the month"),
        (clock("%Y/%m/%d %H:%M:%S"), "no form"),
        (clock("%Y-%m-%d %H:%M:%S UTC"), "words"),
        (clock("%d %b %Y %H:%M"), "words"),
        (clock("%Y%m%d%H%M"), "written as a number"),
        (clock("%Y%m%d%H%M%S"), "written as a number"),
        (lambda ts: f"{ts:.5E}", "lost its last digits"),
        (lambda ts: str(ts + MINUTE_MS - 1), "the ends of the bars"),
        (lambda ts: str((ts + MINUTE_MS - 1) * 1000 + 999), "the ends of the bars"),
        (lambda ts: str(ts // 1000 + 59), "the ends of the bars"),
        (lambda ts: str(ts + 30_000), "'30' seconds after"),
    ],
)
def test_a_clock_that_could_be_two_instants_or_none_is_refused(write, word, text, load_in, db):
    finding = refusal(text(lines(write=write)), load_in)
    assert (finding.code, word in finding.fact) == ("clock-unclear", True)
    assert not (db / "manifest.json").exists()


def test_one_odd_instant_is_a_bad_row_and_no_unclear_clock(text, load_in):
    found = lines(write=clock("%Y-%m-%d %H:%M:%S"))
    found[1], found[9] = found[1].replace("2024-01-01", "1/1/2024"), found[9].replace("00:08:00", "24:00:00")
    report = load_in(text(found))
    assert (report.rows_new, report.bad) == (28, {"unreadable": 2})


def test_seconds_in_a_column_named_ms_are_seconds(text, load_in, db):
    found = lines(("ts_open_ms,open,high,low,close,volume",), write=lambda ts: str(ts // 1000))
    assert_the_bars(db, load_in(text(found)))


@pytest.mark.parametrize("name", ["timestamp_ms", "ts", "unix", "<TIMESTAMP>"])
def test_clocks_are_found_under_the_names_people_give_them(name, text, load_in, db):
    assert_the_bars(db, load_in(text(lines((HEADER.replace("timestamp", name),)))))


def test_histdata_is_taken_for_what_the_user_says(text, load_in, db):
    path = text(lines((), write=clock("%Y%m%d %H%M%S"), delimiter=";"))
    finding = refusal(path, load_in)
    assert (finding.code, "--layout histdata" in finding.hint, "--columns ts=1" in finding.hint) == ("clock-unclear", True, True)
    assert_the_bars(db, load_in(path, symbol="AUSDT", columns=BARE))
    assert_the_bars(db, load_in(path, symbol="BUSDT", layout="histdata"), shift_ms=5 * HOUR_MS)


# Length of the bars


@pytest.mark.parametrize("step_ms", [500, 1000, 5000, 30_000])
@pytest.mark.parametrize("count", [2, 30])
@pytest.mark.parametrize("kind", [Kind.BARS, Kind.MARK])
def test_bars_finer_than_a_minute_are_refused(step_ms, count, kind, text, load_in, db):
    finding = refusal(text(lines(rows=bars(count, step_ms))), load_in, kind=kind)
    assert (finding.code, f"'{step_ms / 1000:g}' seconds" in finding.fact) == ("timeframe-not-supported", True)
    assert not (db / "manifest.json").exists()


def test_seconds_taken_for_milliseconds_are_refused_with_the_option_that_says_it(text, load_in):
    finding = refusal(text(lines(write=lambda ts: str(ts // 1000))), load_in, unit="ms")
    assert (finding.code, "--time-unit" in finding.hint) == ("timeframe-not-supported", True)


@pytest.mark.parametrize("count", [1, 2, 30])
def test_days_without_a_time_are_no_minutes(count, text, load_in):
    for form in ("%Y-%m-%d", "%Y.%m.%d"):
        finding = refusal(text(lines(rows=bars(count, 24 * HOUR_MS), write=clock(form))), load_in)
        assert (finding.code, "daily" in finding.fact) == ("timeframe-not-supported", True)


@pytest.mark.parametrize("step_ms", [HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS])
def test_two_bars_on_whole_hours_are_no_minutes(step_ms, text, load_in):
    assert refusal(text(lines(rows=bars(2, step_ms))), load_in).code == "timeframe-not-supported"


def test_one_second_too_many_is_a_bad_row_of_a_file_of_minutes(text, load_in):
    rows = bars()
    rows.insert(5, (rows[4][0] + 1000, *rows[4][1:]))
    assert load_in(text(lines(rows=rows))).bad == {"timestamp-off-grid": 1}


def test_rows_that_jump_back_and_forth_are_refused(text, load_in):
    days = bars(), bars(first_ms=T + 24 * HOUR_MS)
    finding = refusal(text(lines(rows=[row for pair in zip(*days, strict=True) for row in pair])), load_in)
    assert (finding.code, "sort" in finding.hint) == ("file-unsorted", True)
