"""What was done to the store by hand or by healing: one line of JSON per entry, appended before the commit it belongs to.

Each line ends with a checksum of everything in the file before it, so that it vouches for older lines too; those that were written
before there were checksums stand at the beginning.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding
from trade.market.names import Kind, Series, parse_series
from trade.market.parquet import flush_to_disk

FILE_NAME = "journal.jsonl"
HEAL = "heal"
IMPORTED_OVER, DELETED = "import-replace", "delete"
FETCHED, REPLACED = "fetched", "replaced"  # what healing came to: rows that were missing, a month that was damaged
NOTHING, CANNOT, KEPT = "unhealable: exchange has nothing", "unhealable: not of bybit", "unhealable: damaged"
MARKED = "marked: "  # and the code of the check
_SEAL = b', "crc": "%08x"}\n'
_SEALED = re.compile(rb'(.*), "crc": "([0-9a-f]{8})"\}')


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


def read(folder: Path, generation: int) -> tuple[JournalEntry, ...]:
    """Return the entries that led to a generation of the store, oldest first. Raises Mismatch if the journal is damaged.

    An entry of a later generation belongs to a commit that is not there yet, or never came to be.
    """
    entries = [_parsed(line) for line in _sound_lines(folder)]
    return tuple(_entry(folder, raw) for raw in entries if raw is None or raw.get("generation", 0) <= generation)


def damage(folder: Path, generation: int) -> tuple[Finding, ...]:
    """Return why the journal cannot be read; nothing where it can."""
    try:
        read(folder, generation)
    except Mismatch as error:
        return tuple(error.findings)
    return ()


def append(folder: Path, entries: Sequence[JournalEntry], generation: int, committed: int) -> None:
    """Write entries of the commit that makes `generation`, durably, after those of the last commit, `committed`.

    Only the holder of the lock may. What stands behind that was written for a commit that never came to be, and goes: the
    generation it names is about to become another one.
    """
    target = folder / FILE_NAME
    text = _bytes(target)
    kept = _settled(text, committed)
    if not entries and kept == len(text):
        return
    crc = zlib.crc32(text[:kept])
    with target.open("ab") as file:
        file.truncate(kept)
        for entry in entries:
            line = _sealed(json.dumps({"generation": generation, **entry.as_json()}, ensure_ascii=False).encode(), crc)
            crc = zlib.crc32(line, crc)
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
    flush_to_disk(folder)


def _settled(text: bytes, committed: int) -> int:
    """Return at which byte the entries of commits that happened end; only the end can be unsettled. What is damaged stays to be seen."""
    end = text.rfind(b"\n") + 1
    if _has_lost_its_break(text[end:]):
        return len(text)
    while end:
        begin = text.rfind(b"\n", 0, end - 1) + 1
        entry = _unsealed(text[begin : end - 1], zlib.crc32(text[:begin]))
        raw = None if entry is None else _parsed(entry)
        if raw is None or raw.get("generation", 0) <= committed:
            break
        end = begin
    return end


def _bytes(target: Path) -> bytes:
    return target.read_bytes() if target.exists() else b""


def _sealed(entry: bytes, crc: int) -> bytes:
    """Return the line of an entry; `crc` is that of everything before it."""
    return entry.removesuffix(b"}") + _SEAL % zlib.crc32(entry, crc)


def _unsealed(line: bytes, crc: int) -> bytes | None:
    """Return the entry in a line, None if it is not the one that was written; an older line has nothing to tell it by."""
    found = _SEALED.fullmatch(line)
    if found is None:
        return line
    entry = found[1] + b"}"
    return entry if int(found[2], 16) == zlib.crc32(entry, crc) else None


def _has_lost_its_break(rest: bytes) -> bool:
    """Return whether what follows the last line break is more than one line, which no write that was cut off leaves."""
    return bool(_SEALED.match(rest)) and not _SEALED.fullmatch(rest)


def _sound_lines(folder: Path) -> Iterator[bytes]:
    """Yield the entries of whole lines: what follows the last line break was cut off while it was written.

    Raises Mismatch for a line that is not what was written.
    """
    *lines, rest = _bytes(folder / FILE_NAME).split(b"\n")
    crc, sealed = 0, False
    for line in lines:
        entry = _unsealed(line, crc)
        if entry is None or (sealed and entry is line):
            raise _damaged(folder)
        sealed = entry is not line
        crc = zlib.crc32(line + b"\n", crc)
        yield entry
    if _has_lost_its_break(rest):
        raise _damaged(folder)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None


def _entry(folder: Path, raw: dict[str, Any] | None) -> JournalEntry:
    values = {name: value for name, value in (raw or {}).items() if name != "generation"}
    try:
        return JournalEntry(**{**values, "series": parse_series(values["series"]), "kind": Kind(values["kind"])})
    except (KeyError, TypeError, ValueError, Malformed) as error:
        raise _damaged(folder) from error


def _damaged(folder: Path) -> Mismatch:
    fact = f"'{folder / FILE_NAME}' holds a line that is no entry, or not the one that was written"
    return Mismatch(Finding("journal-damaged", fact, "restore it from a copy, or move it away; the stored rows are untouched"))
