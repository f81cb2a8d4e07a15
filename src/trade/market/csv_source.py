"""Text files as chunks of rows: fast by the block, cell by cell where a block holds something odd."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.market.chunk import Chunk
from trade.market.instants import UNREADABLE, from_numbers, from_text, is_number
from trade.market.layouts import Layout, recognise
from trade.market.names import Kind
from trade.market.parquet_source import instants, numbers

BLOCK_BYTES = 8 << 20
_LONGEST_LINE_BYTES = 1 << 16
_BOM = b"\xef\xbb\xbf"


def csv_layout(path: Path, kind: Kind | None) -> Layout:
    """Return the layout of a text file by its first line. Raises Malformed."""
    with path.open("rb") as file:
        first = _text(file.readline(_LONGEST_LINE_BYTES), path)
    cells = next(csv.reader([first], delimiter=_delimiter(first)), [])
    return recognise([cell.strip() for cell in cells], kind, str(path))


def csv_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """Yield the rows of a text file. A row that cannot be read is marked, never an end."""
    line = 1
    delimiter = ""
    for block in _blocks(path):
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        if not delimiter:
            delimiter = _delimiter(_text(block[:_LONGEST_LINE_BYTES].partition(b"\n")[0], path))
            if layout.has_header:
                block = block.partition(b"\n")[2]
                line, count = line + 1, count - 1
        if block:
            yield _fast(block, layout, delimiter, line, count) or _careful(block, layout, delimiter, line)
        line += count


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in pieces that end with a line, without its byte order mark."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(BLOCK_BYTES):
            if file.tell() == len(piece):
                piece = piece.removeprefix(_BOM)
            head, newline, tail = piece.rpartition(b"\n")
            if newline:
                yield rest + head + newline
                rest = tail
            else:
                rest += tail
            if len(rest) > 4 * BLOCK_BYTES:
                fact = f"'{path}' has a line longer than {4 * BLOCK_BYTES} bytes"
                raise Malformed(Finding("unreadable-file", fact, "is it a text file?", place=Place(str(path))))
    if rest:
        yield rest


def _fast(block: bytes, layout: Layout, delimiter: str, line: int, count: int) -> Chunk | None:
    """Return the rows of a block, or None if any line of it is not one plain row."""
    types = {column: pa.float64() for column in layout.values.values()}
    first_row = next(csv.reader([block.partition(b"\n")[0].decode(errors="replace")], delimiter=delimiter), [])
    if len(first_row) != len(layout.columns):
        return None
    types = {layout.clock: _clock_type(first_row[layout.columns.index(layout.clock)]), **types}
    options = arrow_csv.ConvertOptions(column_types=types, include_columns=list(types), null_values=[""])
    try:
        table = arrow_csv.read_csv(
            BytesIO(block),
            read_options=arrow_csv.ReadOptions(column_names=list(layout.columns), use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=options,
        ).combine_chunks()
    except pa.ArrowException:
        return None
    if table.num_rows != count:
        return None
    clock = table.column(layout.clock).combine_chunks()
    if clock.null_count:
        return None
    ts_ms, exact = instants(clock, layout)
    values = {name: numbers(table.column(column).combine_chunks()) for name, column in layout.values.items()}
    return Chunk(np.arange(line, line + count, dtype=np.int64), ts_ms, exact, np.ones(count, np.bool_), values)


def _clock_type(cell: str) -> Any:
    cell = cell.strip()
    if is_number(cell):
        return pa.int64() if cell.lstrip("-").isdigit() else pa.float64()
    zoned = cell.endswith("Z") or "+" in cell
    return pa.timestamp("ms", tz="UTC" if zoned else None)


def _careful(block: bytes, layout: Layout, delimiter: str, line: int) -> Chunk:
    """Return the rows of a block, read cell by cell; blank lines are no rows."""
    rows = [(line + i, text) for i, text in enumerate(block.decode(errors="replace").split("\n")) if text.strip()]
    places = [layout.columns.index(column) for column in (layout.clock, *layout.values.values())]
    cells = [_cells(text, delimiter, len(layout.columns), places) for _, text in rows]
    clock = [_instant(row[0], layout) for row in cells]
    values = np.array([[_number(cell) for cell in row[1:]] for row in cells], np.float64).reshape(len(rows), len(layout.values))
    readable = np.array(
        [ts is not None and None not in map(_number_or_none, row[1:]) for ts, row in zip(clock, cells, strict=True)], np.bool_
    )
    return Chunk(
        np.array([number for number, _ in rows], np.int64),
        np.array([UNREADABLE if ts is None else ts[0] for ts in clock], np.int64),
        np.array([ts is not None and ts[1] for ts in clock], np.bool_),
        readable,
        {name: np.ascontiguousarray(values[:, i]) for i, name in enumerate(layout.values)},
    )


def _cells(text: str, delimiter: str, width: int, places: list[int]) -> list[str]:
    row = next(csv.reader([text], delimiter=delimiter), [])
    return [row[place].strip() for place in places] if len(row) == width else ["?"] * len(places)


def _instant(cell: str, layout: Layout) -> tuple[int, bool] | None:
    if is_number(cell):
        raw = np.array([int(cell)]) if cell.lstrip("-").isdigit() and len(cell) < 19 else np.array([float(cell)])
        ts_ms, exact = from_numbers(raw, is_ms=layout.clock_is_ms)
        return int(ts_ms[0]), bool(exact[0])
    try:
        return from_text(cell), True
    except ValueError:
        return None


def _number_or_none(cell: str) -> float | None:
    try:
        return float(cell) if cell else float("nan")
    except ValueError:
        return None


def _number(cell: str) -> float:
    value = _number_or_none(cell)
    return float("nan") if value is None else value


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _text(raw: bytes, path: Path) -> str:
    try:
        return raw.removeprefix(_BOM).decode().strip("\r\n")
    except UnicodeDecodeError as error:
        fact = f"'{path}' is neither parquet nor text"
        raise Malformed(Finding("unreadable-file", fact, "give a CSV or parquet file", place=Place(str(path)))) from error
