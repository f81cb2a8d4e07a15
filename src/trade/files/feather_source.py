"""Feather files as chunks of rows, one stored batch in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from trade.files.arrow import chunk_of, first_rows, read_columns, settled
from trade.files.layouts import Asked, FileHead, Layout
from trade.files.parquet_source import ROWS, broken
from trade.files.recognising import recognise
from trade.market.chunk import Chunk


def feather_layout(path: Path, asked: Asked) -> Layout:
    """Return the layout of a feather file by its schema and its first rows. Raises Malformed."""
    with _opened(path, None) as file:
        schema = file.schema
        batches = (file.get_batch(number) for number in range(file.num_record_batches))
        batch = next((batch for batch in batches if batch.num_rows), None)
        rows = () if batch is None else first_rows(batch)
    head = FileHead(str(path), tuple(schema.names), rows, may_be_freqtrade=True)
    return settled(recognise(head, asked), head, asked, schema)


def feather_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """Yield the rows of a feather file. Raises Malformed when it is damaged."""
    wanted = [layout.columns.index(column) for column in read_columns(layout)]
    row = 1
    with _opened(path, pa.ipc.IpcReadOptions(included_fields=sorted(wanted), use_threads=False)) as file:
        for number in range(file.num_record_batches):
            batch = file.get_batch(number)
            batch.validate(full=True)
            for first in range(0, batch.num_rows, ROWS):
                chunk = chunk_of(batch.slice(first, ROWS), layout, row)
                yield chunk
                row += len(chunk)


@contextmanager
def _opened(path: Path, options: Any) -> Iterator[Any]:
    try:
        with path.open("rb") as raw, pa.ipc.open_file(raw, options=options) as file:
            yield file
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise broken(path, "feather", error) from error
