"""What was done to the store by hand or by healing: one line of JSON per entry, appended before the commit it belongs to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding
from trade.market.names import Kind, Series, parse_series
from trade.market.parquet import sync

FILE_NAME = "journal.jsonl"
HEAL = "heal"
IMPORTED_OVER, DELETED = "import-replace", "delete"
FETCHED, REPLACED = "fetched", "replaced"  # what healing came to: rows that were missing, a month that was damaged
NOTHING, CANNOT, KEPT = "unhealable: exchange has nothing", "unhealable: not of bybit", "unhealable: damaged"
MARKED = "marked: "  # and the code of the check


@dataclass(frozen=True)
class Entry:
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


def read(folder: Path, generation: int) -> tuple[Entry, ...]:
    """Return the entries that led to a generation of the store, oldest first. Raises Mismatch if the journal is damaged.

    An entry of a later generation belongs to a commit that is not there yet, or never came to be.
    """
    lines = _lines(folder)
    return tuple(_entry(folder, raw) for raw in map(_parsed, lines) if raw is None or raw.get("generation", 0) <= generation)


def append(folder: Path, entries: Sequence[Entry], generation: int, committed: int) -> None:
    """Write entries of the commit that makes `generation`, durably, after those of the last commit, `committed`.

    Only the holder of the lock may. What stands behind that was written for a commit that never came to be, and goes: the
    generation it names is about to become another one.
    """
    target = folder / FILE_NAME
    kept = _settled(_bytes(target), committed)
    if not entries and kept is None:
        return
    with target.open("ab") as file:
        if kept is not None:
            file.truncate(kept)
        for entry in entries:
            file.write(json.dumps({"generation": generation, **entry.as_json()}, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)


def _settled(text: bytes, committed: int) -> int | None:
    """Return at which byte the entries of commits that happened end, None for all of them; only the end can be unsettled."""
    end = text.rfind(b"\n") + 1
    while end:
        begin = text.rfind(b"\n", 0, end - 1) + 1
        raw = _parsed(text[begin:end])
        if raw is None or raw.get("generation", 0) <= committed:
            break
        end = begin
    return None if end == len(text) else end


def _bytes(target: Path) -> bytes:
    return target.read_bytes() if target.exists() else b""


def _lines(folder: Path) -> Iterator[bytes]:
    """Yield whole lines: what follows the last line break was cut off while it was written."""
    yield from _bytes(folder / FILE_NAME).split(b"\n")[:-1]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None


def _entry(folder: Path, raw: dict[str, Any] | None) -> Entry:
    values = {name: value for name, value in (raw or {}).items() if name != "generation"}
    try:
        return Entry(**{**values, "series": parse_series(values["series"]), "kind": Kind(values["kind"])})
    except (KeyError, TypeError, ValueError, Malformed) as error:
        fact = f"'{folder / FILE_NAME}' holds a line that is no entry"
        raise Mismatch(
            Finding("journal-damaged", fact, "restore it from a copy, or move it away; the stored rows are untouched")
        ) from error
