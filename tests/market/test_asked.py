"""What the user says of a file decides: columns by name or by place, the unit of its clock, its layout."""

from __future__ import annotations

import numpy as np
import pytest
from market_tables import JAN_2023_MS, MINUTE_MS, bar_lines, make_bars

from trade.base.errors import Malformed
from trade.files.asked import parse_asked
from trade.market.names import Kind

T = JAN_2023_MS


def codes(run, *words, **more):
    with pytest.raises(Malformed) as caught:
        run(*words, **more)
    return [finding.code for finding in caught.value.findings]


def test_columns_are_taken_by_their_names(text, load_in):
    lines = ["Zeit,Erster,Hoch,Tief,Letzter,Menge,Rest", *(f"{line},x" for line in bar_lines(5)[1:])]
    columns = {"ts": "Zeit", "open": "erster", "high": "Hoch", "low": "Tief", "close": "Letzter", "volume": "Menge"}
    report = load_in(text(lines), columns=columns)
    assert (report.layout, report.rows_new, report.bad) == ("bars", 5, {})


def test_what_is_not_named_keeps_its_usual_name(parquet, load_in):
    bars = make_bars(5)
    bars["begin"], bars["close"], bars["last"] = bars.pop("ts_open_ms"), bars["close"] + 1, bars["close"]
    report = load_in(parquet(bars), columns={"ts": "begin", "close": "last"})
    assert report.rows_new == 5


def test_a_file_without_a_header_has_numbers_for_names(text, load_in):
    columns = {"ts": "1", "open": "2", "high": "3", "low": "4", "close": "5", "volume": "6"}
    assert load_in(text(bar_lines(5)[1:]), columns=columns).rows_new == 5


def test_a_rate_makes_it_funding(text, load_in):
    report = load_in(text(["when,paid", f"{T},0.0001", f"{T + 28_800_000},0.0002"]), columns={"ts": "when", "rate": "paid"})
    assert (report.kind, report.rows_new) == (Kind.FUNDING, 2)


@pytest.mark.parametrize(("unit", "per_ms"), [("s", 0.001), ("ms", 1), ("us", 1000), ("ns", 10**6)])
def test_a_unit_that_is_said_is_not_guessed(unit, per_ms, text, load_in):
    early = [int(MINUTE_MS * minute * per_ms) for minute in range(5)]
    lines = ["time,open,high,low,close,volume", *(f"{ts},1,1,1,1,1" for ts in early)]
    report = load_in(text(lines), symbol="XUSDT", unit=unit)
    assert (report.rows_new, report.first_ms, report.last_ms) == (5, 0, 4 * MINUTE_MS)


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_a_wrong_unit_leaves_nothing_to_import(dtype, parquet, load_in):
    bars = make_bars(5)
    bars["time"] = bars.pop("ts_open_ms").astype(dtype)
    assert codes(load_in, parquet(bars), unit="s") == ["nothing-to-import", "timestamp-implausible"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("candles", None, None, None), ["bad-kind"]),
        ((None, "mt5", None, None), ["bad-layout"]),
        ((None, None, "open", None), ["bad-columns"]),
        ((None, None, "open=", None), ["bad-columns"]),
        ((None, None, "first=a", None), ["bad-columns"]),
        ((None, None, "open=a,open=b", None), ["bad-columns"]),
        ((None, None, "", None), ["bad-columns"]),
        ((None, "bybit-mt4", "open=a", None), ["bad-columns"]),
        ((None, None, "x", "minutes"), ["bad-columns", "bad-unit"]),
    ],
)
def test_words_that_mean_nothing_are_refused(words, code):
    assert sorted(codes(parse_asked, *words)) == code


def test_words_become_what_is_asked():
    asked = parse_asked("mark", "bars", "ts=Time, open = O", "us")
    assert (asked.kind, asked.layout, dict(asked.columns), asked.unit) == (Kind.MARK, "bars", {"ts": "Time", "open": "O"}, "us")


def test_a_named_column_that_is_not_there_is_missing(text, load_in):
    assert codes(load_in, text(bar_lines(5)), columns={"open": "nope"}) == ["missing-columns"]
    assert codes(load_in, text(bar_lines(5)), columns={"rate": "open", "high": "high"}) == ["bad-columns"]


def test_a_column_that_is_there_twice_is_refused(text, load_in):
    lines = bar_lines(5)
    lines[0] = lines[0].replace("close", "open")
    assert codes(load_in, text(lines)) == ["repeated-columns"]
