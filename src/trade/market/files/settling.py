"""What only the first rows of a text file can tell of its layout: how instants and numbers are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trade.market.files.clocks import settle_clock
from trade.market.files.layouts import Asked, Head, Layout
from trade.market.files.numerals import recognise_numerals


def settle(layout: Layout, head: Head, asked: Asked) -> Layout:
    """Return the layout with its clock and numbers as the first rows show them. Raises Malformed where they can be read in two ways."""
    line = head.line + layout.has_header
    rows = list(_rows(layout, head))
    clock = layout.clock
    if not layout.is_trades and asked.unit is None:
        cells = [" ".join(row[layout.columns.index(column)] for column in clock.columns) for row in rows]
        clock = settle_clock(clock, cells, layout.kind, head.file, line)
    places = [layout.columns.index(column) for column in layout.values.values()]
    cells = [row[place] for row in rows for place in places]
    numerals = recognise_numerals(cells, layout.text.delimiter, asked.decimal, head.file, line)
    return replace(layout, clock=clock, text=replace(layout.text, numerals=numerals))


def _rows(layout: Layout, head: Head) -> Iterator[tuple[str, ...]]:
    """Yield the first rows, as far as they are whole."""
    rows = head.rows if layout.has_header else (head.columns, *head.rows)
    yield from (row for row in rows if len(row) == len(layout.columns))
