"""JSON files of rows of numbers, as freqtrade writes candles, read as the text file without a header that they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.bare import has_bar_order
from trade.files.csv_source import csv_chunks, csv_head
from trade.files.layouts import FREQTRADE, Asked, FileHead, Layout
from trade.files.packed import pieces
from trade.files.recognising import is_zero, recognise
from trade.files.settling import settle
from trade.market.chunk import Chunk

_BLANKS = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


def is_json(begin: bytes) -> bool:
    """Return whether the first bytes of a text are those of a JSON list or object."""
    return begin.removeprefix(_BOM).lstrip(_BLANKS)[:1] in (b"[", b"{")


def json_layout(path: Path, asked: Asked) -> Layout:
    """Return the layout of a JSON file by its first rows. Raises Malformed."""
    head = csv_head(path, _lines)
    if len(head.columns) == len(FREQTRADE) and (has_bar_order(head, asked) or _is_funding(head)):
        head = replace(head.named(FREQTRADE), may_be_freqtrade=True)
    return replace(settle(recognise(head, asked), head, asked), has_header=False)


def json_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """Yield the rows of a JSON file; rows count from 1. Raises Malformed when it is damaged."""
    yield from csv_chunks(path, layout, _lines)


def _is_funding(head: FileHead) -> bool:
    """Return whether the first row has a value in place of the open and zeros in those of all others."""
    return all(map(is_zero, head.columns[2:]))


def _lines(path: Path) -> Iterator[bytes]:
    """Yield `[[1, 2], [3, 4]]` as lines of cells. Raises Malformed for any other JSON, and for a list that is cut off."""
    rest, begun = b"", False
    for piece in pieces(path):
        rest += (piece if begun or rest else piece.removeprefix(_BOM)).translate(None, _BLANKS)
        if not begun and len(rest) > 1:
            if rest[:2] not in (b"[[", b"[]"):
                raise Malformed(_no_rows(path))
            rest, begun = rest[2:] if rest[:2] == b"[[" else rest[1:], True
        rows, comma, tail = rest.rpartition(b"],[")
        if comma:
            yield _cells(path, rows)
            rest = tail
    if rest == b"]" and begun:
        raise Malformed(Finding("nothing-to-import", f"'{path}' is an empty list", "write rows into it", place=Place(str(path))))
    if not begun or not rest.endswith(b"]]"):
        fact = f"'{path}' is cut off: its list does not end"
        raise Malformed(Finding("unreadable-file", fact, "download or write it again", place=Place(str(path))))
    yield _cells(path, rest[:-2])


def _cells(path: Path, rows: bytes) -> bytes:
    lines = rows.replace(b"],[", b"\n").replace(b"null", b"") + b"\n"
    if any(sign in lines for sign in (b"[", b"]", b"{", b"}")):
        raise Malformed(_no_rows(path))
    return lines


def _no_rows(path: Path) -> Finding:
    fact = f"'{path}' is JSON, but no list of rows like [[1704067200000, 1.0, 1.1, 0.9, 1.0, 5.0], ...]"
    return Finding("unsupported-file", fact, "write the rows so, or as CSV", place=Place(str(path)))
