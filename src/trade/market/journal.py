"""What was done to the store by hand or by healing: one line of JSON per entry, appended before the commit it belongs to.

The manifest says how far the journal goes and what its checksum is; what stands behind that was written for a commit that never came to be.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding, Severity
from trade.market import older_journal
from trade.market.manifest import JournalEnd, Manifest
from trade.market.names import Kind, Series, parse_series
from trade.market.parquet import flush_to_disk

FILE_NAME = "journal.jsonl"
HEAL = "heal"
IMPORTED_OVER, DELETED = "import-replace", "delete"
FETCHED, REPLACED = "fetched", "replaced"  # what healing came to: rows that were missing, a month that was damaged
NOTHING, CANNOT, KEPT = "unhealable: exchange has nothing", "unhealable: not of bybit", "unhealable: damaged"
MARKED = "marked: "  # and the code of the check


@dataclass(frozen=True)
class JournalEntry:
    """What was done at `at_ms` to the rows of a series and kind in [start_ms, end_ms), how many they are, and how it ended."""

    at_ms: int
    what: str
    series: Series
    kind: Kind
    start_ms: int
    end_ms: int
    rows: int
    result: str

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "series": self.series.key, "kind": str(self.kind)}


def read(folder: Path, manifest: Manifest) -> tuple[JournalEntry, ...]:
    """Return the entries that led to a snapshot of the store, oldest first. Raises Mismatch if the journal is damaged."""
    try:
        text, end = _stored(folder, manifest)
        entries = tuple(map(_entry, text[: end.length].splitlines()))
    except (RecursionError, KeyError, TypeError, AttributeError, ValueError, Malformed) as error:
        raise _damaged(folder) from error
    if not _is_whole(text, end):
        raise _damaged(folder)
    return entries


def damage(folder: Path, manifest: Manifest) -> tuple[Finding, ...]:
    """Return why the journal cannot be read, or that it was taken away; nothing where it can."""
    if manifest.journal is not None and manifest.journal.length and not (folder / FILE_NAME).exists():
        fact = f"'{folder / FILE_NAME}' is absent: what was done to the store until now is not known"
        return (Finding("journal-absent", fact, "restore it from a copy; without one it begins anew", Severity.WARNING),)
    try:
        read(folder, manifest)
    except Mismatch as error:
        return tuple(error.findings)
    return ()


def append(folder: Path, entries: Sequence[JournalEntry], manifest: Manifest) -> JournalEnd:
    """Write entries durably after those of the last commit, and return where the journal ends with them; only the holder of the lock may.

    One that is damaged stays so: nothing of it is cut off, and its checksum goes on to be that of what was written. Raises Mismatch for a
    damaged one of an older format.
    """
    try:
        text, end = _stored(folder, manifest)
    except (RecursionError, ValueError) as error:
        raise _damaged(folder) from error
    lines = b"".join(json.dumps(entry.as_json(), ensure_ascii=False).encode() + b"\n" for entry in entries)
    kept = end.length if _is_whole(text, end) else len(text)
    if lines or kept < len(text):
        with (folder / FILE_NAME).open("ab") as file:
            file.truncate(kept)
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        flush_to_disk(folder)
    return JournalEnd(kept + len(lines), zlib.crc32(lines, end.crc))


def _stored(folder: Path, manifest: Manifest) -> tuple[bytes, JournalEnd]:
    """Return what the file holds, and where the journal of a snapshot ends in it; one that was moved away begins anew.

    Raises ValueError if it is of an older format, and damaged.
    """
    try:
        text = (folder / FILE_NAME).read_bytes()
    except FileNotFoundError:
        return b"", JournalEnd()
    return text, older_journal.end_of(text, manifest.generation) if manifest.journal is None else manifest.journal


def _is_whole(text: bytes, end: JournalEnd) -> bool:
    return zlib.crc32(text[: end.length]) == end.crc


def _entry(line: bytes) -> JournalEntry:
    raw = json.loads(line)
    values = {field.name: raw[field.name] for field in fields(JournalEntry)}
    return JournalEntry(**{**values, "series": parse_series(values["series"]), "kind": Kind(values["kind"])})


def _damaged(folder: Path) -> Mismatch:
    fact = f"'{folder / FILE_NAME}' is not what was written: it is cut short, or holds other lines"
    return Mismatch(Finding("journal-damaged", fact, "restore it from a copy, or move it away; the stored rows are untouched"))
