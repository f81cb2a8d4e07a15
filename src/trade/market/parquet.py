"""Writing month files. A file is complete under its name or does not exist; its name carries the digest of its rows."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from trade.market.columns import Columns, clock_column, digest
from trade.market.manifest import Month, file_name
from trade.market.names import Kind, Series


def month_of(series: Series, kind: Kind, month: str, columns: Columns, off_grid: int, raw: bytes) -> Month:
    """Return the manifest entry of the rows of one month, at least one row, and of the bytes they are written in."""
    hashed = digest(kind, columns)
    clock = columns[clock_column(kind)]
    file = file_name(series, kind, month, hashed)
    return Month(month, file, len(clock), int(clock[0]), int(clock[-1]), hashed, off_grid, zlib.crc32(raw))


def write_month(folder: Path, entry: Month, raw: bytes) -> None:
    """Put the bytes of a month on disk, durably. A file that has the name already may be damaged, and gives way to one that is not."""
    target = folder / entry.file
    make_folder(target.parent, folder)
    if target.is_dir():
        target.rmdir()
    draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(raw)
        flush_to_disk(draft)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    flush_to_disk(target.parent)


def make_folder(path: Path, root: Path) -> None:
    """Create a folder below the store, durably."""
    if path.is_dir():
        return
    path.mkdir(parents=True, exist_ok=True)
    while path != root:
        path = path.parent
        flush_to_disk(path)


def flush_to_disk(path: Path) -> None:
    """Force a file's bytes, or a folder's names, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
