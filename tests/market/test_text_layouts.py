"""Every text layout is recognised, taken by name, and read the same packed; its bad rows are reported at their line."""

from __future__ import annotations

import gzip
import zipfile

import pytest
from layout_files import TEXT_LAYOUTS, cells, lines_of
from market_tables import JAN_2023_MS, MINUTE_MS

from trade.base.errors import Malformed
from trade.files import csv_source
from trade.market.names import Kind
from trade.market.store import Store

ROWS = 30
each_layout = pytest.mark.parametrize("layout", TEXT_LAYOUTS, ids=[f"{layout.name}-{number}" for number, layout in enumerate(TEXT_LAYOUTS)])

BAD_CELLS = {
    "unreadable": {"open": "abc"},
    "not-finite": {"high": ""},
    "price-not-positive": {"low": "0"},
    "high-below-body": {"high": "1"},
    "low-above-body": {"low": "30002.95", "high": "99999"},
    "volume-negative": {"volume": "-1"},
}


def bad_row(layout, code):
    """Return the cells of a bad row for the place after minute 19, or None if the layout cannot say it."""
    if code == "timestamp-off-grid":
        return cells(layout, 21) | {"ts": layout.clock(JAN_2023_MS + MINUTE_MS * 21 + 1000)} if layout.name != "bybit-mt4" else None
    if code == "unsorted":
        return cells(layout, -5)
    if code == "duplicate-disagrees":
        return cells(layout, 3) | {"close": "30000.7"}
    return cells(layout, 21) | BAD_CELLS[code] if code != "volume-negative" or layout.has_volume else None


BAD_ROWS = [
    pytest.param(layout, code, bad_row(layout, code), id=f"{layout.name}-{number}-{code}")
    for number, layout in enumerate(TEXT_LAYOUTS)
    for code in (*BAD_CELLS, "timestamp-off-grid", "unsorted", "duplicate-disagrees")
    if bad_row(layout, code) is not None
]


def digest(store, report):
    return [month.digest for month in Store(store).manifest.of(report.series, report.kind)]


@each_layout
def test_a_layout_is_recognised_and_taken_by_name(layout, text, load_in, db):
    path = text(lines_of(layout, ROWS))
    seen = load_in(path)
    assert (seen.layout, seen.rows_new, seen.bad, seen.first_ms) == (layout.name, ROWS, {}, JAN_2023_MS)
    named = load_in(path, layout=layout.name)
    assert (named.layout, named.rows_new, named.duplicates_agreeing) == (layout.name, 0, ROWS)
    assert len(digest(db, seen)) == 1


@each_layout
def test_a_packed_file_is_the_file(layout, text, load_in, db, tmp_path):
    path = text(lines_of(layout, ROWS))
    plain = load_in(path, venue="plain")
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    zipped = tmp_path / "a.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "data.csv")
    assert digest(db, load_in(packed, venue="gz")) == digest(db, load_in(zipped, venue="zip")) == digest(db, plain)


@pytest.mark.parametrize(("layout", "code", "bad"), BAD_ROWS)
def test_a_bad_row_is_told_at_its_line_in_every_layout(layout, code, bad, text, load_in):
    lines = lines_of(layout, ROWS)
    lines.insert(len(layout.header) + 20, layout.line(bad))
    report = load_in(text(lines))
    assert report.bad == {code: 1}
    assert [finding.place.line for finding in report.findings if finding.code == code] == [len(layout.header) + 21]
    assert report.rows_new == ROWS


@each_layout
def test_blocks_of_any_size_give_the_same_rows_and_lines(layout, text, load_in, db, monkeypatch):
    lines = lines_of(layout, 300)
    for place in (40, 41, 200):
        lines.insert(place, layout.line(cells(layout, 5) | {"open": "?"}))
    path = text(lines)
    whole = load_in(path, venue="whole")
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(csv_source, "CAREFUL_BYTES", 200)
    cut = load_in(path, venue="cut")
    assert digest(db, whole) == digest(db, cut)
    assert [f.data["lines"] for f in whole.findings] == [f.data["lines"] for f in cut.findings] == [[41, 42, 201]]


def test_seconds_in_a_clock_of_minutes_cannot_be_read(text, load_in):
    layout = TEXT_LAYOUTS[-1]
    lines = lines_of(layout, 5)
    lines[3] = lines[3].replace("03:03", "03:03:30")
    assert load_in(text(lines)).bad == {"unreadable": 1}


def test_the_clock_of_mt4_is_three_hours_ahead(text, load_in):
    report = load_in(text(["2024.12.31 03:00,1.0,1.1,0.9,1.0,5", "2024.12.31 03:01,1.0,1.1,0.9,1.0,5"]), symbol="XUSDT")
    assert report.first_ms == 1_735_603_200_000  # 2024-12-31T00:00Z
    assert (report.series.venue, report.rows_new) == ("bybit", 2)


def test_klines_without_any_volume_are_warned_about(text, load_in):
    layout = TEXT_LAYOUTS[3]
    rows = [cells(layout, minute) | {"volume": "0"} for minute in range(5)]
    lines = [layout.line(row).replace(",10,", ",0,") for row in rows]
    report = load_in(text(lines))
    assert (report.layout, [f.code for f in report.findings]) == ("binance-klines", ["no-volume"])


def test_a_kind_decides_where_layouts_look_alike(text, load_in):
    marks = text(lines_of(TEXT_LAYOUTS[6], 5))
    assert load_in(marks, kind=Kind.BARS).layout == "binance-klines"
    assert load_in(text(lines_of(TEXT_LAYOUTS[3], 5), "b.csv"), kind=Kind.MARK).layout == "binance-mark"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"layout": "bybit-mt4"}, "layout-does-not-fit"),
        ({"layout": "binance-funding"}, "layout-does-not-fit"),
        ({"layout": "bybit-trades"}, "unknown-layout"),
        ({"layout": "binance-klines", "kind": Kind.FUNDING}, "layout-does-not-fit"),
        ({"layout": "bars"}, "unknown-layout"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(words, code, text, load_in):
    with pytest.raises(Malformed) as caught:
        load_in(text(lines_of(TEXT_LAYOUTS[3], 5)), **words)
    assert [finding.code for finding in caught.value.findings] == [code]
