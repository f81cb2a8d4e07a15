"""How lines end, what stands before the header, and in what a text is written: read, or refused plainly."""

from __future__ import annotations

import numpy as np
import pytest
from market_tables import BTC, bar_lines, make_bars

from trade.base.errors import Malformed
from trade.files import csv_source
from trade.market.names import Kind
from trade.market.store import Store

HEADER, *ROWS = bar_lines(300)
TEXTS = {
    "lf": "\n".join([HEADER, *ROWS]) + "\n",
    "crlf": "\r\n".join([HEADER, *ROWS]) + "\r\n",
    "cr": "\r".join([HEADER, *ROWS]) + "\r",
    "cr-no-end": "\r".join([HEADER, *ROWS]),
    "blank-first": "\n".join(["", " ", HEADER, *ROWS]),
    "blank-first-cr": "\r".join(["", HEADER, *ROWS]),
    "comment-first": "\n".join(["# from my script", "#", "# a, b, c", HEADER, *ROWS]),
    "bars": "\n".join([HEADER, *ROWS]).replace(",", "|"),
}


@pytest.fixture
def raw(tmp_path):
    def write(content, name="bars.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("block", [csv_source.BLOCK_BYTES, 500])
def test_the_same_bars_are_read_however_lines_end_and_begin(block, name, mark, raw, load_in, db, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", block)
    report = load_in(raw(mark + TEXTS[name].encode()))
    assert (report.rows_new, report.bad) == (300, {})
    found = Store(db).rows(BTC, Kind.BARS, 0, 2**60).columns
    assert all(np.array_equal(found[column], values) for column, values in make_bars(300).items())


@pytest.mark.parametrize(("name", "line"), [("lf", 102), ("cr", 102), ("blank-first", 104), ("comment-first", 105)])
def test_lines_are_counted_as_they_stand_in_the_file(name, line, raw, load_in):
    report = load_in(raw(TEXTS[name].replace(ROWS[100], "x").encode()))
    assert [finding.place.line for finding in report.findings] == [line]


def test_a_carriage_return_inside_a_line_ends_none(raw, load_in):
    report = load_in(raw(TEXTS["lf"].replace(ROWS[100], "1,2\r3,4").encode()))
    assert (report.rows_new, report.bad) == (299, {"unreadable": 1})


def test_a_first_line_of_many_cells_is_a_header_and_no_comment(raw, load_in):
    assert load_in(raw(TEXTS["lf"].replace("ts_open_ms", "#ts").encode()), columns={"ts": "#ts"}).rows_new == 300


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(content, raw, load_in):
    with pytest.raises(Malformed, match="is empty") as caught:
        load_in(raw(content))
    assert [finding.code for finding in caught.value.findings] == ["nothing-to-import"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TEXTS["lf"].encode("utf-16"), "UTF-16"),
        (TEXTS["lf"].replace("volume", "volume,börse").encode("latin-1"), "another encoding than UTF-8"),
        (b"\x80\x00\x01\xff" * 100, "neither parquet, feather nor text"),
    ],
)
def test_text_in_another_encoding_is_told_from_no_text(content, said, raw, load_in):
    with pytest.raises(Malformed, match=said):
        load_in(raw(content))


@pytest.mark.parametrize(("names", "told"), [("volume,Volume", "volume, Volume"), ("Volume,VOLUME", "Volume, VOLUME")])
def test_twin_columns_are_refused_by_name_until_one_is_meant(names, told, raw, load_in, db):
    first, second = names.split(",")
    lines = [HEADER.replace("volume", names), *(f"{row},{number}" for number, row in enumerate(ROWS))]
    path = raw("\n".join(lines).encode())
    with pytest.raises(Malformed, match=told) as caught:
        load_in(path)
    assert (caught.value.findings[0].code, "--columns" in caught.value.findings[0].hint) == ("repeated-columns", True)
    meant = {first: make_bars(300)["volume"].tolist(), second: list(range(300))}
    for venue, column in (("one", first), ("other", second)):
        report = load_in(path, columns={"volume": column}, venue=venue)
        assert Store(db).rows(report.series, Kind.BARS, 0, 2**60).columns["volume"].tolist() == meant[column]


def test_twins_of_a_column_that_nobody_needs_do_no_harm(raw, load_in):
    lines = [f"{HEADER},note,Note", *(f"{row},1,2" for row in ROWS)]
    assert load_in(raw("\n".join(lines).encode())).rows_new == 300
