"""Tables fit where they are shown: spare columns leave, text goes on below, and no number, date or name is ever cut."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from trade.cli.console import visible
from trade.cli.sheet import Heading, Sheet, number, words

RUN = ("abcdef123456", "a mean reversion on four hours", "binance:linear:BTCUSDT", "-1,234.50", "2025-01-01")


def runs() -> Sheet:
    sheet = Sheet("run", words("play"), Heading("symbol"), number("return %"), Heading("from", spare=1))
    sheet.add(*RUN)
    sheet.add("0123456789ab", "cross", "bybit:linear:ETHUSDT", "3.25", "2024-12-31")
    return sheet


def shown(sheet: Sheet, width: int | None) -> list[str]:
    """Return the lines on a terminal of a width; None for a file."""
    stream = io.StringIO()
    how = {"soft_wrap": True, "width": 40} if width is None else {"force_terminal": True, "width": width}
    Console(file=stream, color_system=None, markup=False, emoji=False, highlight=False, **how).print(sheet, crop=False)
    return stream.getvalue().splitlines()


def test_a_table_that_fits_is_shown_on_a_line_a_row() -> None:
    assert shown(runs(), 100) == [
        "run           play                            symbol                   return %  from",
        "abcdef123456  a mean reversion on four hours  binance:linear:BTCUSDT  -1,234.50  2025-01-01",
        "0123456789ab  cross                           bybit:linear:ETHUSDT         3.25  2024-12-31",
    ]


def test_text_goes_on_below_between_two_words() -> None:
    assert shown(runs(), 80) == [
        "run           play                 symbol                   return %  from",
        "abcdef123456  a mean reversion on  binance:linear:BTCUSDT  -1,234.50  2025-01-01",
        "              four hours",
        "0123456789ab  cross                bybit:linear:ETHUSDT         3.25  2024-12-31",
    ]


def test_where_folding_does_not_help_the_spare_column_leaves_and_is_named() -> None:
    lines = shown(runs(), 62)
    assert lines[0] == "run           play           symbol                   return %"
    assert lines[-1] == "a wider terminal also shows: from"
    assert max(map(len, lines)) <= 62


def test_a_spare_column_that_left_for_nothing_comes_back() -> None:
    sheet = Sheet("key", number("sum", 3), Heading("path", spare=2))
    sheet.add("one", "12.5", "x" * 60)
    assert shown(sheet, 40) == ["key   sum", "one  12.5", "a wider terminal also shows: path"]


def test_a_word_that_is_too_long_goes_on_below_once_nothing_else_can_leave() -> None:
    sheet = Sheet("key", words("name"), Heading("one", right=True, folds=True), Heading("spare", spare=1))
    sheet.add("k", "n" * 30, "v" * 20, "s")
    lines = shown(sheet, 42)
    assert max(map(len, lines)) <= 42
    assert [line.split() for line in lines[1:]] == [["k", "n" * 14, "v" * 14, "s"], ["n" * 14, "v" * 6], ["nn"]]
    assert shown(sheet, 70)[0].split() == ["key", "name", "one", "spare"]


def test_off_a_terminal_a_row_is_a_line_however_long() -> None:
    assert shown(runs(), None) == shown(runs(), 200)


def test_what_cannot_leave_is_shown_whole_on_the_narrowest_terminal() -> None:
    text = " ".join(shown(runs(), 20))
    assert all(value in text for value in ("abcdef123456", "binance:linear:BTCUSDT", "-1,234.50"))


CELL = st.from_regex(r"[a-z0-9:,.\-]{1,14}( [a-z0-9]{1,9}){0,3}", fullmatch=True)


@given(rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=5), width=st.integers(20, 120))
def test_no_word_is_ever_cut_and_what_is_gone_is_named(rows: list[tuple[str, ...]], width: int) -> None:
    sheet = Sheet(Heading("one"), words("two"), number("three", 1), words("four", 2))
    for row in rows:
        sheet.add(*row)
    table, _, said = "\n".join(shown(sheet, width)).partition("a wider terminal")
    gone = {head for head in ("three", "four") if head in said}
    for at, head in enumerate(("one", "two", "three", "four")):
        if head not in gone:
            assert {word for row in rows for word in row[at].split()} <= set(table.split())
    least = max(3, *(len(row[0]) for row in rows)) + 2 + max(len(word) for row in rows for word in ("two", *row[1].split()))
    if least <= width:
        assert max(map(len, table.splitlines())) <= width


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_cell_keeps_its_style(width: int) -> None:
    from rich.text import Text

    sheet = Sheet("a", "b")
    sheet.add(Text("red", style="red"), "plain")
    stream = io.StringIO()
    Console(file=stream, force_terminal=True, color_system="standard", width=width).print(sheet)
    assert re.search(r"\x1b\[31mred\x1b\[0m", stream.getvalue())


ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("ab \t\n\x1bé漢"), max_size=12)


@given(
    rows=st.lists(st.tuples(ANY, CELL, st.integers() | st.floats() | st.none()), max_size=6),
    width=st.none() | st.integers(10, 120),
    at_once=st.integers(1, 4),
)
def test_rows_laid_out_together_look_like_rows_laid_out_alone(rows: list[tuple[Any, ...]], width: int | None, at_once: int) -> None:
    def made() -> Sheet:
        return Sheet("one", words("two"), number("three", 1))

    alone, together, styled = made(), made(), made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trade.cli.sheet._AT_ONCE", at_once)
        together.extend(rows)
        for row in rows:
            cells = ["" if cell is None else cell for cell in row]
            alone.add(*cells)
            styled.add(*(Text(visible(str(cell))) for cell in cells))
        assert shown(alone, width) == shown(together, width) == shown(styled, width)


def test_plain_rows_pass_rich_by(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("trade.cli.sheet._lines", lambda row, *_: asked.append(row) or iter(()))
    sheet = Sheet("one", number("two"))
    sheet.extend([(f"row {at}", at) for at in range(5000)])
    assert len(shown(sheet, None)) == 5000
    assert len(asked) == 1  # the head
