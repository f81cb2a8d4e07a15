"""Arrow columns as numpy, and files of arrow batches as chunks of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trade.market.chunk import Chunk, Flags, Int64
from trade.market.files.clocks import Clock
from trade.market.files.layouts import Layout
from trade.market.files.symbols import same_symbol
from trade.market.instants import UNREADABLE, from_numbers

_ROWS_SHOWN = 1000
_PER_SECOND = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}


def chunk_of(batch: Any, layout: Layout, row: int) -> Chunk:
    """Return the rows of a batch whose first one is the file's `row`. Raises ArrowInvalid where text is no number."""
    ts_ms, exact = instants(batch.column(layout.clock.column), layout.clock)
    values = {name: numbers(batch.column(column)) for name, column in layout.values.items()}
    lines = np.arange(row, row + batch.num_rows, dtype=np.int64)
    other = foreign(batch.column(layout.symbol_column), layout) if layout.symbol_column else None
    return Chunk(lines, ts_ms, exact, ts_ms != UNREADABLE, values, other)


def read_columns(layout: Layout) -> list[str]:
    """Return the columns that `chunk_of` looks at, in the order of the file."""
    wanted = {layout.clock.column, *layout.values.values(), layout.symbol_column}
    return [column for column in layout.columns if column in wanted]


def foreign(column: Any, layout: Layout) -> Flags | None:
    """Return which rows name another symbol than the first row did, None if none does; an empty cell names none."""
    if pc.all(pc.equal(column, layout.symbol or "")).as_py():
        return None
    names = pc.unique(column).to_pylist()
    others = [name for name in names if name and not same_symbol(name, layout.symbol or "")]
    if not others:
        return None
    flags: Flags = np.array([name in others for name in column.to_pylist()], np.bool_)
    return flags


def first_rows(batch: Any) -> tuple[tuple[str, ...], ...]:
    """Return the first rows of a batch as text: numbers and text only, anything else is empty."""
    return tuple(zip(*map(_shown, batch.slice(0, _ROWS_SHOWN).columns), strict=True))


def _shown(column: Any) -> list[str]:
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return [str(float(value)) for value in numbers(column)]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    return [""] * len(column)


def numbers(column: Any) -> npt.NDArray[np.float64]:
    """Return an arrow column as float64, absent values as NaN. Raises ArrowInvalid where text is no number."""
    return _values(pc.fill_null(column.cast(pa.float64()), float("nan")), np.float64)


def instants(column: Any, clock: Clock) -> tuple[Int64, Flags]:
    """Return an arrow column as milliseconds, and which were whole; absent ones as `UNREADABLE`."""
    kind = column.type
    if pa.types.is_integer(kind):
        return from_numbers(_values(pc.fill_null(column.cast(pa.int64()), UNREADABLE), np.int64), clock.unit)
    if pa.types.is_floating(kind):
        return from_numbers(numbers(column), clock.unit)
    if not pa.types.is_timestamp(kind):  # dates, and text in ISO form
        column = column.cast(pa.timestamp("ms"))
    per_second = _PER_SECOND[column.type.unit]
    raw = _values(pc.fill_null(column.cast(pa.int64()), -per_second), np.int64)
    ms = raw * 1000 if per_second == 1 else raw // (per_second // 1000)
    whole = np.ones(len(raw), np.bool_) if per_second == 1 else raw % (per_second // 1000) == 0
    return np.where(raw < 0, UNREADABLE, ms - clock.ahead_ms), whole


def _values(array: Any, dtype: type[Any]) -> npt.NDArray[Any]:
    """Return an arrow array without absent values as numpy; arrow's own way would import pandas (0.4 s)."""
    if len(array) == 0:
        return np.empty(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype)[array.offset : array.offset + len(array)]
