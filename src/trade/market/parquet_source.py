"""Parquet files as chunks of rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.market.chunk import Chunk, Flags, Int64
from trade.market.instants import UNREADABLE, from_numbers
from trade.market.layouts import Layout, recognise
from trade.market.names import Kind

ROWS = 1 << 18


def parquet_layout(path: Path, kind: Kind | None) -> Layout:
    """Return the layout of a parquet file by its schema. Raises Malformed."""
    try:
        schema = pq.read_schema(path)
    except pa.ArrowException as error:
        raise _broken(path, error) from error
    return recognise(schema.names, kind, str(path))


def parquet_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """Yield the rows of a parquet file. Raises Malformed when it is damaged."""
    row = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS, columns=[layout.clock, *layout.values.values()], use_threads=False):
                yield _chunk(batch, layout, row)
                row += batch.num_rows
    except pa.ArrowException as error:
        raise _broken(path, error) from error


def _chunk(batch: Any, layout: Layout, row: int) -> Chunk:
    ts_ms, exact = instants(batch.column(layout.clock), layout)
    values = {name: numbers(batch.column(column)) for name, column in layout.values.items()}
    lines = np.arange(row, row + batch.num_rows, dtype=np.int64)
    return Chunk(lines, ts_ms, exact, ts_ms != UNREADABLE, values)


def numbers(column: Any) -> npt.NDArray[np.float64]:
    """Return an arrow column as float64, absent values as NaN. Raises ArrowInvalid where text is no number."""
    return _values(pc.fill_null(column.cast(pa.float64()), float("nan")), np.float64)


def instants(column: Any, layout: Layout) -> tuple[Int64, Flags]:
    """Return an arrow column as milliseconds, and which were whole; absent ones as `UNREADABLE`."""
    kind = column.type
    if pa.types.is_integer(kind):
        return from_numbers(_values(pc.fill_null(column.cast(pa.int64()), UNREADABLE), np.int64), is_ms=layout.clock_is_ms)
    if pa.types.is_floating(kind):
        return from_numbers(numbers(column), is_ms=layout.clock_is_ms)
    if not pa.types.is_timestamp(kind):  # dates, and text in ISO form
        column = column.cast(pa.timestamp("ms"))
    per_second = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[column.type.unit]
    raw = _values(pc.fill_null(column.cast(pa.int64()), -per_second), np.int64)
    ms = raw * 1000 if per_second == 1 else raw // (per_second // 1000)
    whole = np.ones(len(raw), np.bool_) if per_second == 1 else raw % (per_second // 1000) == 0
    return np.where(raw < 0, UNREADABLE, ms), whole


def _values(array: Any, dtype: type[Any]) -> npt.NDArray[Any]:
    """Return an arrow array without absent values as numpy; arrow's own way would import pandas (0.4 s)."""
    if len(array) == 0:
        return np.empty(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype)[array.offset : array.offset + len(array)]


def _broken(path: Path, error: Exception) -> Malformed:
    fact = str(error).partition("\n")[0].lower()
    return Malformed(
        Finding("unreadable-file", f"'{path}' is not a readable parquet file: {fact}", "write the file again", place=Place(str(path)))
    )
