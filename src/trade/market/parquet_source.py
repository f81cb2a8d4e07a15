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
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def instants(column: Any, layout: Layout) -> tuple[Int64, Flags]:
    """Return an arrow column as milliseconds, and which were whole; absent ones as `UNREADABLE`."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.timestamp("ms"))
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    if pa.types.is_timestamp(column.type):
        per_ms = {"s": 1, "ms": 1, "us": 1000, "ns": 10**6}[column.type.unit]
        factor = 1000 if column.type.unit == "s" else 1
        raw = np.asarray(pc.fill_null(column.cast(pa.int64()), UNREADABLE * per_ms).to_numpy(zero_copy_only=False)) * factor
        return np.where(raw < 0, UNREADABLE, raw // per_ms), raw % per_ms == 0
    return from_numbers(np.asarray(pc.fill_null(column, UNREADABLE).to_numpy(zero_copy_only=False)), is_ms=layout.clock_is_ms)


def _broken(path: Path, error: Exception) -> Malformed:
    fact = str(error).partition("\n")[0].lower()
    return Malformed(
        Finding("unreadable-file", f"'{path}' is not a readable parquet file: {fact}", "write the file again", place=Place(str(path)))
    )
