"""Parquet files as chunks of rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.arrow import chunk_of, first_rows, read_columns, settled
from trade.files.layouts import Asked, FileHead, Layout
from trade.files.recognising import recognise
from trade.market.chunk import Chunk

ROWS = 1 << 17


def parquet_layout(path: Path, asked: Asked) -> Layout:
    """Return the layout of a parquet file by its schema and its first rows. Raises Malformed."""
    try:
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:  # arrow takes no path that is not UTF-8
            schema = file.schema_arrow
            batch = next((batch for batch in file.iter_batches(1000, use_threads=False) if batch.num_rows), None)
            rows = () if batch is None else first_rows(batch)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise broken(path, "parquet", error) from error
    head = FileHead(str(path), tuple(schema.names), rows)
    return settled(recognise(head, asked), head, asked, schema)


def parquet_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """Yield the rows of a parquet file, page by page. Raises Malformed when it is damaged."""
    row = 1
    try:
        with path.open("rb") as raw, pq.ParquetFile(raw, pre_buffer=False, buffer_size=1 << 20) as file:
            for batch in file.iter_batches(ROWS, columns=read_columns(layout), use_threads=False):
                yield chunk_of(batch, layout, row)
                row += batch.num_rows
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise broken(path, "parquet", error) from error


def broken(path: Path, format_: str, error: Exception) -> Malformed:
    """Say that a file cannot be read to its end."""
    fact = f"'{path}' is not a readable {format_} file: {str(error).partition(chr(10))[0].lower()}"
    return Malformed(Finding("unreadable-file", fact, "write the file again", place=Place(str(path))))
