"""A file as chunks of rows, whatever its format; its size never decides how much memory it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.base.nearest import nearest
from trade.base.plain_file import require_plain
from trade.files.csv_source import csv_chunks, csv_layout
from trade.files.feather_source import feather_chunks, feather_layout
from trade.files.json_source import is_json, json_chunks, json_layout
from trade.files.layouts import Asked, Layout
from trade.files.packed import pieces
from trade.files.parquet_source import parquet_chunks, parquet_layout
from trade.market.chunk import Chunk

_PARQUET, _FEATHER = b"PAR1", b"ARROW1"
_UNSUPPORTED = {b"FEA1": "feather of version 1", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ": "xz", b"BZh": "bzip2", b"7z\xbc\xaf": "7z"}


@dataclass(frozen=True)
class Source:
    """A recognised file: its layout, and its rows."""

    path: Path
    layout: Layout
    _read: Callable[[Path, Layout], Iterator[Chunk]]

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows in file order. Raises Malformed when the file cannot be read to its end."""
        try:
            yield from self._read(self.path, self.layout)
        except OSError as error:
            raise _unreadable(self.path, error) from error


def open_source(path: Path, asked: Asked) -> Source:
    """Return a file, recognised by its first bytes and its columns. Raises Malformed."""
    try:
        require_plain(path)
        with path.open("rb") as file:
            head = file.read(8)
        packed = next((word for magic, word in _UNSUPPORTED.items() if head.startswith(magic)), None)
        if packed is not None:
            fact = f"'{path}' is {packed}, which cannot be read"
            hint = "unpack it, or pack it with gzip or zip; write feather of version 2"
            raise Malformed(Finding("unsupported-file", fact, hint, place=Place(str(path))))
        if head.startswith(_PARQUET):
            return Source(path, parquet_layout(path, asked), parquet_chunks)
        if head.startswith(_FEATHER):
            return Source(path, feather_layout(path, asked), feather_chunks)
        if is_json(next(pieces(path), b"")):
            return Source(path, json_layout(path, asked), json_chunks)
        return Source(path, csv_layout(path, asked), csv_chunks)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> Malformed:
    fact = f"'{path}': {(error.strerror or str(error)).lower()}"
    near = nearest(path.name, sorted(each.name for each in path.parent.iterdir())) if path.parent.is_dir() and not path.exists() else []
    hint = f"did you mean '{path.with_name(near[0])}'?" if near else "name a readable CSV, JSON, parquet or feather file"
    return Malformed(Finding("unreadable-file", fact, hint, place=Place(str(path))))
