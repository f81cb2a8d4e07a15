"""Text files, plain or packed, as chunks of rows: fast by the block, cell by cell only around what is odd."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.market.chunk import Chunk, Flags, Int64, joined
from trade.market.files.arrow import instants, numbers
from trade.market.files.layouts import Asked, Clock, Head, Layout
from trade.market.files.packed import pieces
from trade.market.files.recognising import recognise
from trade.market.instants import UNREADABLE, from_form, from_numbers, from_text, is_number

BLOCK_BYTES = 8 << 20
CAREFUL_BYTES = 16 << 10
_LONGEST_LINE_BYTES = 1 << 16
_LONGEST_BLOCKS = 4
_INTEGER = re.compile(r"-?[0-9]{1,18}")  # more digits are no instant, and do not fit
_PARTS = 8
_BOM = b"\xef\xbb\xbf"


def csv_layout(path: Path, asked: Asked) -> Layout:
    """Return the layout of a text file by its first lines. Raises Malformed."""
    head = b""
    for piece in pieces(path):
        head += piece
        if head.count(b"\n") > 1 or len(head) > 2 * _LONGEST_LINE_BYTES:
            break
    lines = [_text(line, path) for line in head.removeprefix(_BOM).split(b"\n")[:2]]
    delimiter = _delimiter(lines[0])
    columns, first = ([cell.strip() for cell in _row(line, delimiter)] for line in (*lines, "")[:2])
    return recognise(Head(str(path), tuple(columns), tuple(first)), asked)


def csv_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """Yield the rows of a text file. A row that cannot be read is marked, never an end."""
    line = 1
    delimiter = ""
    for block in _blocks(path):
        if not delimiter:
            delimiter = _delimiter(_text(block[:_LONGEST_LINE_BYTES].partition(b"\n")[0], path))
            if layout.has_header:
                block = block.partition(b"\n")[2]
                line += 1
        if found := list(_chunks(block, layout, delimiter, line)):
            yield joined(found)
        line += _lines(block)


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in pieces that end with a line, without its byte order mark."""
    rest, wanted = b"", BLOCK_BYTES
    for piece in _without_mark(pieces(path)):
        rest += piece
        if len(rest) < wanted:
            continue
        head, newline, tail = rest.rpartition(b"\n")
        if newline:
            yield head + newline
            rest, wanted = tail, BLOCK_BYTES
        elif len(rest) > _LONGEST_BLOCKS * BLOCK_BYTES:
            fact = f"'{path}' has a line longer than '{_LONGEST_BLOCKS * BLOCK_BYTES}' bytes"
            raise Malformed(Finding("unreadable-file", fact, "is it a text file?", place=Place(str(path))))
        else:
            wanted = len(rest) + BLOCK_BYTES
    if rest:
        yield rest


def _without_mark(found: Iterable[bytes]) -> Iterator[bytes]:
    for number, piece in enumerate(found):
        yield piece.removeprefix(_BOM) if number == 0 else piece


def _lines(block: bytes) -> int:
    return block.count(b"\n") + (block[-1:] not in (b"", b"\n"))


def _chunks(block: bytes, layout: Layout, delimiter: str, line: int) -> Iterator[Chunk]:
    """Yield the rows of a block; one that holds something odd is cut until only its surroundings are read with care."""
    if not block.strip():  # blank lines are no rows
        return
    fast = _fast(block, layout, delimiter, line, _lines(block))
    if fast is not None:
        yield fast
        return
    parts = list(_cut(block, max(CAREFUL_BYTES // 2, len(block) // _PARTS))) if len(block) > CAREFUL_BYTES else [block]
    if len(parts) == 1:
        yield _careful(block, layout, delimiter, line)
        return
    for part in parts:
        yield from _chunks(part, layout, delimiter, line)
        line += _lines(part)


def _cut(block: bytes, size: int) -> Iterator[bytes]:
    """Yield parts of at most a size that end with a line; a line longer than that is a part."""
    begin = 0
    while begin < len(block):
        end = len(block) if len(block) - begin <= size else block.rfind(b"\n", begin, begin + size) + 1
        end = end or block.find(b"\n", begin + size) + 1 or len(block)
        yield block[begin:end]
        begin = end


def _fast(block: bytes, layout: Layout, delimiter: str, line: int, count: int) -> Chunk | None:
    """Return the rows of a block, or None if any line of it is not one plain row."""
    clock = layout.clock
    first_row = _row(block.partition(b"\n")[0].decode(errors="replace"), delimiter)
    if len(first_row) != len(layout.columns):
        return None
    types = {clock.column: _clock_type(clock, first_row[layout.columns.index(clock.column)])}
    types |= {column: pa.float64() for column in layout.values.values()}
    options = arrow_csv.ConvertOptions(
        column_types=types, include_columns=list(types), null_values=[""], timestamp_parsers=[clock.form] if clock.form else None
    )
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
    stamps = table.column(clock.column).combine_chunks()
    if stamps.null_count:
        return None
    ts_ms, exact = instants(stamps, clock)
    values = {name: numbers(table.column(column).combine_chunks()) for name, column in layout.values.items()}
    return Chunk(np.arange(line, line + count, dtype=np.int64), ts_ms, exact, ts_ms != UNREADABLE, values)


def _clock_type(clock: Clock, cell: str) -> Any:
    cell = cell.strip()
    if clock.form is None and is_number(cell):
        return pa.int64() if cell.lstrip("-").isdigit() else pa.float64()
    zoned = clock.form is None and (cell.endswith("Z") or "+" in cell)
    return pa.timestamp("ms", tz="UTC" if zoned else None)


def _careful(block: bytes, layout: Layout, delimiter: str, line: int) -> Chunk:
    """Return the rows of a block, read cell by cell; blank lines are no rows."""
    rows = [(line + i, text) for i, text in enumerate(block.decode(errors="replace").split("\n")) if text.strip()]
    places = [layout.columns.index(column) for column in (layout.clock.column, *layout.values.values())]
    cells = [_cells(text, delimiter, len(layout.columns), places) for _, text in rows]
    ts_ms, exact = _instants([row[0] for row in cells], layout.clock)
    numbers = [[_number(cell) for cell in row[1:]] for row in cells]
    whole = np.array([None not in row for row in numbers], np.bool_)
    values = np.array(numbers, np.float64).reshape(len(rows), len(layout.values))  # None becomes NaN
    lines = np.array([number for number, _ in rows], np.int64)
    columns = {name: np.ascontiguousarray(values[:, i]) for i, name in enumerate(layout.values)}
    return Chunk(lines, ts_ms, exact, whole & (ts_ms != UNREADABLE), columns)


def _row(text: str, delimiter: str) -> list[str]:
    """Return the cells of a line; none of one that is no line of cells at all."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _cells(text: str, delimiter: str, width: int, places: list[int]) -> list[str]:
    row = _row(text, delimiter)
    return [row[place].strip() for place in places] if len(row) == width else ["?"] * len(places)


def _instants(cells: list[str], clock: Clock) -> tuple[Int64, Flags]:
    """Return milliseconds, and which were whole; what is neither number nor date is `UNREADABLE`."""
    ts_ms, exact = np.full(len(cells), UNREADABLE), np.ones(len(cells), np.bool_)
    whole = [i for i, cell in enumerate(cells) if clock.form is None and _INTEGER.fullmatch(cell)]
    broken = [i for i, cell in enumerate(cells) if clock.form is None and is_number(cell)]
    for places, parse in ((broken, float), (whole, int)):
        if places:
            ts_ms[places], exact[places] = from_numbers(np.array([parse(cells[i]) for i in places]), clock.unit)
    for i in sorted(set(range(len(cells))).difference(broken)):
        try:
            ts_ms[i] = (from_text(cells[i]) if clock.form is None else from_form(cells[i], clock.form)) - clock.ahead_ms
        except ValueError:
            continue
    return ts_ms, exact


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell else float("nan")
    except ValueError:
        return None


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _text(raw: bytes, path: Path) -> str:
    try:
        return raw.removeprefix(_BOM).decode().strip("\r\n")
    except UnicodeDecodeError as error:
        fact = f"'{path}' is neither parquet, feather nor text"
        hint = "give a CSV, parquet or feather file; of archives only gzip and zip of one CSV file"
        raise Malformed(Finding("unreadable-file", fact, hint, place=Place(str(path)))) from error
