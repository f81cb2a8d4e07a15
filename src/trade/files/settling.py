"""What only the first rows of a text file can tell of its layout: how instants and numbers are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trade.files.clocks import settle_clock
from trade.files.layouts import Asked, FileHead, Layout
from trade.files.numerals import recognise_numerals


def settle(layout: Layout, head: FileHead, asked: Asked) -> Layout:
    """Return the layout with its clock and numbers as the first rows show them. Raises Malformed where they can be read in two ways."""
    places = [layout.columns.index(column) for column in layout.values.values()]
    cells = [row[place] for row in _rows(layout, head) for place in places]
    numerals = recognise_numerals(cells, layout.text.delimiter, asked.decimal, head.file, _line(layout, head))
    return replace(settle_instants(layout, head, asked), text=replace(layout.text, numerals=numerals))


def settle_instants(layout: Layout, head: FileHead, asked: Asked) -> Layout:
    """Return the layout with its clock as the first rows of text show it. Raises Malformed where they tell no instant."""
    if layout.is_trades or asked.unit is not None:
        return layout
    places = [layout.columns.index(column) for column in layout.clock.columns]
    cells = [" ".join(row[place] for place in places) for row in _rows(layout, head)]
    return replace(layout, clock=settle_clock(layout.clock, cells, layout.kind, head.file, _line(layout, head)))


def _line(layout: Layout, head: FileHead) -> int:
    """Return the line of the first row."""
    return head.line + layout.has_header


def _rows(layout: Layout, head: FileHead) -> Iterator[tuple[str, ...]]:
    """Yield the first rows, as far as they are whole."""
    rows = head.rows if layout.has_header else (head.columns, *head.rows)
    yield from (row for row in rows if len(row) == len(layout.columns))
