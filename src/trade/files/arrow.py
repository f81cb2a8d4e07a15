"""Arrow columns as numpy, and files of arrow batches as chunks of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trade.base.arrays import Bool, Float64, Int64
from trade.base.arrow import values_of
from trade.files.cells import instants_of, number_of
from trade.files.clocks import FileClock
from trade.files.layouts import Asked, FileHead, Layout
from trade.files.numerals import PLAIN
from trade.files.settling import settle_instants
from trade.files.symbols import same_symbol
from trade.market.chunk import Chunk, OddCell
from trade.market.instants import UNREADABLE, from_numbers

_ROWS_SHOWN = 1000
_PER_SECOND = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}


def chunk_of(batch: Any, layout: Layout, row: int) -> Chunk:
    """Return the rows of a batch whose first one is the file's `row`; text is read as in a text file."""
    ts_ms, exact = _clock(batch, layout.clock)
    readable, values = ts_ms != UNREADABLE, {}
    for name, column in layout.values.items():
        values[name], are_numbers = _numbers_or_text(batch.column(column))
        readable &= are_numbers
    lines = np.arange(row, row + batch.num_rows, dtype=np.int64)
    other = foreign(batch.column(layout.symbol_column), layout) if layout.symbol_column else None
    odd = {row + i: _odd(batch, layout, i) for i in np.flatnonzero(~readable).tolist()}
    return Chunk(lines, ts_ms, exact, readable, values, other, odd)


def _odd(batch: Any, layout: Layout, at: int) -> OddCell:
    """Return the first value of a row that is text and no number, or else the clock; its place is that of its column."""
    for column in layout.values.values():
        cell = batch.column(column)[at].as_py()
        if isinstance(cell, str) and number_of(cell.strip(), PLAIN) is None:
            return OddCell(cell.strip(), column, 1 + layout.columns.index(column))
    cells = [batch.column(column)[at].as_py() for column in layout.clock.columns]
    text = " ".join("" if cell is None else str(cell).strip() for cell in cells)
    return OddCell(text, layout.clock.column, 1 + layout.columns.index(layout.clock.column), is_clock=True)


def _clock(batch: Any, clock: FileClock) -> tuple[Int64, Bool]:
    if clock.time is None:
        return instants(batch.column(clock.column), clock)
    days, times = (_cells(batch.column(column)) for column in clock.columns)
    return instants_of([f"{day} {time}" for day, time in zip(days, times, strict=True)], clock)


def settled(layout: Layout, head: FileHead, asked: Asked, schema: Any) -> Layout:
    """Return a layout with the form that a clock of text has, as in a text file. Raises Malformed."""
    return settle_instants(layout, head, asked) if is_text(schema.field(layout.clock.column).type) else layout


def is_text(kind: Any) -> bool:
    """Return whether an arrow type holds text, as such or by a dictionary."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def read_columns(layout: Layout) -> list[str]:
    """Return the columns that `chunk_of` looks at, in the order of the file."""
    wanted = {*layout.clock.columns, *layout.values.values(), layout.symbol_column}
    return [column for column in layout.columns if column in wanted]


def foreign(column: Any, layout: Layout) -> Bool | None:
    """Return which rows name another symbol than the first row did, None if none does; an empty cell names none."""
    if pc.all(pc.equal(column, layout.symbol or "")).as_py():
        return None
    names = pc.unique(column).to_pylist()
    others = [name for name in names if name and not same_symbol(name, layout.symbol or "")]
    if not others:
        return None
    flags: Bool = np.array([name in others for name in column.to_pylist()], np.bool_)
    return flags


def first_rows(batch: Any) -> tuple[tuple[str, ...], ...]:
    """Return the first rows of a batch as text: numbers and text only, anything else is empty."""
    return tuple(zip(*map(_shown, batch.slice(0, _ROWS_SHOWN).columns), strict=True))


def _shown(column: Any) -> list[str]:
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return [str(float(value)) for value in numbers(column)]
    if is_text(kind):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    return [""] * len(column)


def numbers(column: Any) -> Float64:
    """Return an arrow column as float64, absent values as NaN. Raises ArrowInvalid where text is no number.

    A number of single precision is the shortest decimal that gives it: 0.1 is not 0.10000000149. By way of text it is one rounding, and
    so it is with decimals, which arrow rounds twice.
    """
    if pa.types.is_float32(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return values_of(pc.fill_null(column.cast(pa.float64()), float("nan")), np.dtype(np.float64))


def _numbers_or_text(column: Any) -> tuple[Float64, Bool]:
    """Return a column as float64, and which cells are numbers, or absent."""
    try:
        return numbers(column), np.ones(len(column), np.bool_)
    except pa.ArrowInvalid:
        if not is_text(column.type):
            raise
        found = [number_of(cell, PLAIN) for cell in _cells(column)]
        return np.array(found, np.float64), np.array([number is not None for number in found], np.bool_)


def _cells(column: Any) -> list[str]:
    return ["" if value is None else str(value).strip() for value in column.to_pylist()]


def instants(column: Any, clock: FileClock) -> tuple[Int64, Bool]:
    """Return an arrow column as milliseconds, and which were whole; absent ones as `UNREADABLE`."""
    kind = column.type
    if pa.types.is_integer(kind):
        return from_numbers(values_of(pc.fill_null(column.cast(pa.int64()), UNREADABLE), np.dtype(np.int64)), clock.unit)
    if pa.types.is_floating(kind):
        return from_numbers(numbers(column), clock.unit)
    if is_text(kind):
        iso = _iso_instants(column) if clock.form is None else None
        if iso is None:
            return instants_of(_cells(column), clock)
        column = iso
    elif not pa.types.is_timestamp(kind):  # dates
        column = column.cast(pa.timestamp("ms"))
    per_second = _PER_SECOND[column.type.unit]
    raw = values_of(pc.fill_null(column.cast(pa.int64()), -per_second), np.dtype(np.int64))
    ms = raw * 1000 if per_second == 1 else raw // (per_second // 1000)
    whole = np.ones(len(raw), np.bool_) if per_second == 1 else raw % (per_second // 1000) == 0
    return np.where(raw < 0, UNREADABLE, ms - clock.ahead_ms), whole


def _iso_instants(column: Any) -> Any | None:
    """Return text as timestamps where all of it is in ISO form, and all of it with an offset or all without; else None."""
    text = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    for zone in (None, "UTC"):
        try:
            return text.cast(pa.timestamp("ms", zone))
        except pa.ArrowInvalid:
            continue
    return None
