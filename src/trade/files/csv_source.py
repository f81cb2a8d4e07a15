"""Text files, plain or packed, as chunks of rows: fast by the block, cell by cell only around what is odd."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.arrow import foreign, instants, numbers
from trade.files.cells import instants_of, number_of
from trade.files.clocks import FileClock
from trade.files.layouts import Asked, FileHead, Layout, TextStyle
from trade.files.numerals import Numerals
from trade.files.packed import pieces
from trade.files.recognising import recognise
from trade.files.settling import settle
from trade.market.chunk import Chunk, OddCell, joined
from trade.market.instants import UNREADABLE, is_number

Read = Callable[[Path], Iterator[bytes]]

BLOCK_BYTES = 8 << 20
CAREFUL_BYTES = 16 << 10
_LONGEST_LINE_BYTES = 1 << 16
_LONGEST_BLOCKS = 4
_PARTS = 8
_ENOUGH = 4  # signs between the five or more cells of a bar
_NO_ROW = re.compile(rb"\"?(?:(?:https?://|www\.)[^\s,;]*|sep=.)\"?", re.IGNORECASE)  # an address, or a word to spreadsheets
ROWS_SHOWN = 1000
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def csv_layout(path: Path, asked: Asked) -> Layout:
    """Return the layout of a text file by its first lines. Raises Malformed."""
    head = csv_head(path, pieces)
    return settle(recognise(head, asked), head, asked)


def csv_head(path: Path, read: Read) -> FileHead:
    """Return what the first lines of a text file show. Raises Malformed."""
    begin = b""
    for piece in _plain(read(path)):
        begin += piece
        if begin.count(b"\n") > 2 * ROWS_SHOWN or len(begin) > 2 * _LONGEST_LINE_BYTES:
            break
    if not begin.strip():
        raise Malformed(Finding("nothing-to-import", f"'{path}' is empty", "give a file with rows", place=Place(str(path))))
    raw = begin[: 2 * _LONGEST_LINE_BYTES].split(b"\n")
    skipped = _skipped(raw)
    lines = [_text(line, path) for line in raw[skipped : skipped + 1]] or [""]
    lines += [line.decode(errors="replace").strip("\r\n") for line in raw[skipped + 1 : skipped + ROWS_SHOWN]]
    if len(begin) > 2 * _LONGEST_LINE_BYTES and len(lines) > 1:
        lines.pop()  # it may be cut
    delimiter = _delimiter(lines[0])
    columns, *rows = (tuple(cell.strip() for cell in _row(line, delimiter)) for line in lines if line.strip() or line is lines[0])
    return FileHead(str(path), columns, tuple(rows), text=TextStyle(delimiter, skipped))


def _skipped(lines: list[bytes]) -> int:
    """Return how many of the first lines say only where the file is from, how it is written, or nothing; 0 if none says more."""
    return next((number for number, line in enumerate(lines) if line.strip() and not _says_nothing(line.strip())), 0)


def _says_nothing(line: bytes) -> bool:
    """Return whether a line is no row: an address, a word to spreadsheets, or a comment; one of many cells is a header."""
    few = max(map(line.count, (b",", b";", b"\t", b"|"))) < _ENOUGH
    return bool(_NO_ROW.fullmatch(line)) or (line.startswith(b"#") and few)


def csv_chunks(path: Path, layout: Layout, read: Read = pieces) -> Iterator[Chunk]:
    """Yield the rows of a text file. A row that cannot be read is marked, never an end."""
    line, before = 1, layout.text.skipped + layout.has_header
    for block in _blocks(path, read):
        while before and block:
            block = block.partition(b"\n")[2]
            line, before = line + 1, before - 1
        if found := list(_chunks(block, layout, line)):
            yield joined(found)
        line += _lines(block)


def _blocks(path: Path, read: Read) -> Iterator[bytes]:
    """Yield the file in pieces that end with a line, as `_plain` gives them."""
    rest, wanted = b"", BLOCK_BYTES
    for piece in _plain(read(path)):
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


def _plain(found: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a file without its byte order mark, its lines ended by a line feed where they are by a carriage return alone."""
    returns = False
    for number, piece in enumerate(found):
        if number == 0:
            piece = piece.removeprefix(_BOM)
            returns = b"\r" in piece and b"\n" not in piece
        yield piece.replace(b"\r", b"\n") if returns else piece


def _lines(block: bytes) -> int:
    return block.count(b"\n") + (block[-1:] not in (b"", b"\n"))


def _chunks(block: bytes, layout: Layout, line: int) -> Iterator[Chunk]:
    """Yield the rows of a block; one that holds something odd is cut until only its surroundings are read with care."""
    if not block.strip():  # blank lines are no rows
        return
    fast = _fast(block, layout, line, _lines(block))
    if fast is not None:
        yield fast
        return
    parts = list(_cut(block, max(CAREFUL_BYTES // 2, len(block) // _PARTS))) if len(block) > CAREFUL_BYTES else [block]
    if len(parts) == 1:
        yield _careful(block, layout, line)
        return
    for part in parts:
        yield from _chunks(part, layout, line)
        line += _lines(part)


def _cut(block: bytes, size: int) -> Iterator[bytes]:
    """Yield parts of at most a size that end with a line; a line longer than that is a part."""
    begin = 0
    while begin < len(block):
        end = len(block) if len(block) - begin <= size else block.rfind(b"\n", begin, begin + size) + 1
        end = end or block.find(b"\n", begin + size) + 1 or len(block)
        yield block[begin:end]
        begin = end


def _fast(block: bytes, layout: Layout, line: int, count: int) -> Chunk | None:
    """Return the rows of a block, or None if any line of it is not one plain row."""
    clock, numerals = layout.clock, layout.text.numerals
    first_row = _row(block.partition(b"\n")[0].decode(errors="replace"), layout.text.delimiter)
    if len(first_row) != len(layout.columns):
        return None
    types = {clock.column: _clock_type(clock, first_row[layout.columns.index(clock.column)])}
    types |= {clock.time: pa.string()} if clock.time else {}
    types |= {layout.symbol_column: pa.string()} if layout.symbol_column else {}
    types |= {column: pa.string() if numerals.group else pa.float64() for column in layout.values.values()}
    options = arrow_csv.ConvertOptions(
        column_types=types,
        include_columns=list(types),
        null_values=[""],
        timestamp_parsers=[clock.form] if clock.form else None,
        decimal_point=numerals.decimal,
    )
    try:
        table = arrow_csv.read_csv(
            BytesIO(block),
            read_options=arrow_csv.ReadOptions(column_names=list(layout.columns), use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=layout.text.delimiter),
            convert_options=options,
        ).combine_chunks()
    except pa.ArrowException:
        return None
    if table.num_rows != count:
        return None
    try:
        stamps = _stamps(table, clock)
        values = {name: _values(table.column(column).combine_chunks(), numerals) for name, column in layout.values.items()}
    except pa.ArrowException:
        return None
    if stamps.null_count:
        return None
    ts_ms, exact = instants(stamps, clock)
    other = foreign(table.column(layout.symbol_column), layout) if layout.symbol_column else None
    return Chunk(np.arange(line, line + count, dtype=np.int64), ts_ms, exact, ts_ms != UNREADABLE, values, other)


def _stamps(table: Any, clock: FileClock) -> Any:
    """Return the instants of rows as arrow read them. Raises ArrowInvalid where a day and a time of the day make none."""
    if clock.time is None:
        return table.column(clock.column).combine_chunks()
    text = pc.binary_join_element_wise(*(table.column(column).combine_chunks() for column in clock.columns), " ")
    return text.cast(pa.timestamp("ms")) if clock.form is None else pc.strptime(text, format=clock.form, unit="ms")


def _values(column: Any, numerals: Numerals) -> Any:
    """Return the numbers of a column; grouped ones come as text. Raises ArrowInvalid where one is not written so."""
    if numerals.group:
        if not pc.all(pc.match_substring_regex(column, f"^(?:{numerals.form})?$")).as_py():
            raise pa.ArrowInvalid("a number is written in another way")
        column = pc.replace_substring(pc.replace_substring(column, numerals.group, ""), numerals.decimal, ".")
        column = pc.if_else(pc.equal(column, ""), None, column)
    return numbers(column)


def _clock_type(clock: FileClock, cell: str) -> Any:
    cell = cell.strip()
    if clock.time is not None:
        return pa.string()
    if clock.form is None and is_number(cell):
        return pa.int64() if cell.lstrip("-").isdigit() else pa.float64()
    zoned = clock.form is None and (cell.endswith("Z") or "+" in cell)
    return pa.timestamp("ms", tz="UTC" if zoned else None)


def _careful(block: bytes, layout: Layout, line: int) -> Chunk:
    """Return the rows of a block, read cell by cell; blank lines are no rows."""
    rows = [(line + i, text) for i, text in enumerate(block.decode(errors="replace").split("\n")) if text.strip()]
    text = layout.text
    clocks, values = len(layout.clock.columns), len(layout.values)
    named = (*layout.clock.columns, *layout.values.values(), *((layout.symbol_column,) if layout.symbol_column else ()))
    places = [layout.columns.index(column) for column in named]
    cells = [_cells(row, text.delimiter, len(layout.columns), places) for _, row in rows]
    ts_ms, exact = instants_of([" ".join(row[:clocks]) for row in cells], layout.clock)
    numbers = [[number_of(cell, text.numerals) for cell in row[clocks : clocks + values]] for row in cells]
    whole = np.array([None not in row for row in numbers], np.bool_)
    table = np.array(numbers, np.float64).reshape(len(rows), values)  # None becomes NaN
    lines = np.array([number for number, _ in rows], np.int64)
    columns = {name: np.ascontiguousarray(table[:, i]) for i, name in enumerate(layout.values)}
    other = foreign(pa.array([row[-1] if whole[i] else "" for i, row in enumerate(cells)]), layout) if layout.symbol_column else None
    readable = whole & (ts_ms != UNREADABLE)
    odd = {rows[i][0]: _odd(rows[i][1], numbers[i], layout) for i in np.flatnonzero(~readable).tolist()}
    return Chunk(lines, ts_ms, exact, readable, columns, other, odd)


def _odd(line: str, numbers: list[float | None], layout: Layout) -> OddCell:
    """Return what of a row cannot be read: too few or too many cells, the first value that is no number, or else the clock."""
    delimiter, row = layout.text.delimiter, _row(line, layout.text.delimiter)
    if len(row) != len(layout.columns):
        return OddCell(f"'{len(row)}' cells, not '{len(layout.columns)}'", "", 1)
    wrong = next((column for column, number in zip(layout.values.values(), numbers, strict=True) if number is None), None)
    column = wrong or layout.clock.column
    at = layout.columns.index(column)
    plain = line.split(delimiter)
    place = 1 + sum(len(cell) + len(delimiter) for cell in plain[:at]) if len(plain) == len(row) else 1
    text = row[at].strip() if wrong else " ".join(row[layout.columns.index(each)].strip() for each in layout.clock.columns)
    return OddCell(text, column, place, is_clock=not wrong)


def _row(text: str, delimiter: str) -> list[str]:
    """Return the cells of a line; none of one that is no line of cells at all."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _cells(text: str, delimiter: str, width: int, places: list[int]) -> list[str]:
    row = _row(text, delimiter)
    return [row[place].strip() for place in places] if len(row) == width else ["?"] * len(places)


def _delimiter(line: str) -> str:
    """Return what stands between the cells of a line; commas beside another sign stand before decimals."""
    return next((sign for sign in ";\t|" if line.count(sign) >= _ENOUGH), max(";\t|,", key=lambda sign: (line.count(sign), sign == ",")))


def _text(raw: bytes, path: Path) -> str:
    try:
        return raw.decode().strip("\r\n")
    except UnicodeDecodeError as error:
        place = Place(str(path))
        if raw.startswith(_UTF16) or b"\0" not in raw:
            written = "UTF-16" if raw.startswith(_UTF16) else "another encoding than UTF-8"
            fact, hint = f"'{path}' is text in {written}, which cannot be read", "save it as UTF-8"
        else:
            fact = f"'{path}' is neither parquet, feather nor text"
            hint = "give a CSV, parquet or feather file; of archives only gzip and zip of one CSV file"
        raise Malformed(Finding("unreadable-file", fact, hint, place=place)) from error
