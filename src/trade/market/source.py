"""A file as chunks of rows, whatever its format; its size never decides how much memory it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.market.chunk import Chunk
from trade.market.csv_source import csv_chunks, csv_layout
from trade.market.layouts import Layout
from trade.market.names import Kind
from trade.market.parquet_source import parquet_chunks, parquet_layout

_PARQUET = b"PAR1"
_PACKED = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip file", b"ARROW1": "a feather file"}


@dataclass(frozen=True)
class Source:
    """A recognised file: its layout, and its rows."""

    path: Path
    layout: Layout
    is_parquet: bool

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows in file order. Raises Malformed when the file cannot be read to its end."""
        read = parquet_chunks if self.is_parquet else csv_chunks
        try:
            yield from read(self.path, self.layout)
        except OSError as error:
            raise _unreadable(self.path, error) from error


def open_source(path: Path, kind: Kind | None) -> Source:
    """Return a file, recognised by its first bytes and its columns. Raises Malformed."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
        packed = next((word for magic, word in _PACKED.items() if head.startswith(magic)), None)
        if packed is not None:
            raise Malformed(
                Finding(
                    "unsupported-file", f"'{path}' is {packed}, which cannot be imported yet", "unpack it first", place=Place(str(path))
                )
            )
        is_parquet = head.startswith(_PARQUET)
        layout = parquet_layout(path, kind) if is_parquet else csv_layout(path, kind)
    except OSError as error:
        raise _unreadable(path, error) from error
    return Source(path, layout, is_parquet)


def _unreadable(path: Path, error: OSError) -> Malformed:
    fact = f"'{path}': {(error.strerror or str(error)).lower()}"
    return Malformed(Finding("unreadable-file", fact, "name a readable CSV or parquet file", place=Place(str(path))))
