"""The manifest: one small JSON that names every live file. Whoever has read it once has a snapshot of the whole store."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from trade.base.errors import Malformed, Mismatch, Refused
from trade.base.findings import Finding
from trade.base.instrument import Instrument
from trade.market.lazy import Lazy
from trade.market.migrations import migrated
from trade.market.names import Kind, Series, parse_series

SCHEMA = 5
FILE_NAME = "manifest.json"
DRAFT_NAME = f"{FILE_NAME}.tmp"
_MONTH = re.compile(r"\d{4}-\d{2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MONTH_FILE = re.compile(r"\d{4}-\d{2}-[0-9a-f]{16}\.parquet")
# A checksum of all other bytes stands behind the number of the format.
_SEALED = re.compile(rb'(\{"schema": \d+, )"crc": "([0-9a-f]{8})", ')
_FIRST_SEALED = 4
_LINES = ('"series": {\n', ",\n", "\n}}")  # each series has a line of its own, so that it can be read alone
_UNREADABLE = (RecursionError, ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError, Malformed)
T = TypeVar("T")


@dataclass(frozen=True)
class Month:
    """One immutable parquet file: the rows of one series and kind in one UTC month, ascending.

    `file` is relative to the store and carries the first 16 digits of `digest`. `off_grid` counts rows with a price off the tick grid.
    `crc` is the CRC-32 of the file's bytes; -1 where an older version wrote it, and only the digest of the rows can tell.
    """

    month: str
    file: str
    rows: int
    first_ms: int
    last_ms: int
    digest: str
    off_grid: int = 0
    crc: int = -1


_ROW = len(fields(Month)) - 1  # the name of its file follows from the rest


def series_folder(series: Series, kind: Kind) -> str:
    """Return where a series lives, relative to the store; the layout is one that SQL engines read as columns."""
    return f"{kind}/venue={series.venue}/market={series.market}/symbol={series.symbol}"


def file_name(series: Series, kind: Kind, month: str, digest: str) -> str:
    """Return the file of the rows of one month, relative to the store."""
    return _file_in(series_folder(series, kind), month, digest)


def _file_in(folder: str, month: str, digest: str) -> str:
    return f"{folder}/{month}-{digest[:16]}.parquet"


def series_of(file: str) -> Series:
    """Return the series that a file name was made of."""
    return Series(*(part.partition("=")[2] for part in file.split("/")[1:4]))


@dataclass(frozen=True, order=True)
class AcceptedGap:
    """A span [start_ms, end_ms) without bars that is known to be an outage: closed market, as far as no bar exists in it."""

    start_ms: int
    end_ms: int
    reason: str = ""


@dataclass(frozen=True)
class JournalEnd:
    """How far the journal goes: its first `length` bytes, whose CRC-32 is `crc`."""

    length: int = 0
    crc: int = 0


Months = Mapping[str, Month]
SeriesMonths = Mapping[tuple[Series, Kind], Months]


@dataclass(frozen=True)
class Manifest:
    """What the store holds. `generation` counts the commits; accepted gaps are ascending and do not overlap.

    `journal` is None where an older version wrote it, and the journal itself has to say where it ends.
    """

    generation: int = 0
    instruments: Mapping[Series, Instrument] = field(default_factory=dict)
    months: SeriesMonths = field(default_factory=dict)
    accepted_gaps: Mapping[Series, tuple[AcceptedGap, ...]] = field(default_factory=dict)
    journal: JournalEnd | None = JournalEnd()

    def of(self, series: Series, kind: Kind) -> tuple[Month, ...]:
        """Return the months of a series in time order; none if it is not stored."""
        months = self.months.get((series, kind), {})
        return tuple(months[name] for name in sorted(months))

    @cached_property
    def files(self) -> frozenset[str]:
        """Every file a reader of this manifest may open."""
        return frozenset(
            _file_in(folder, row[0], row[4])
            for (series, kind), months in self.months.items()
            for folder in [series_folder(series, kind)]
            for row in _rows(months)
        )

    def with_series(self, series: Series, kind: Kind, months: Months) -> Manifest:
        """Return the next manifest, with one series replaced, or removed if it has no months."""
        rest = {key: value for key, value in self.months.items() if key != (series, kind)}
        if months:
            rest[series, kind] = dict(months)
        return replace(self, months=rest)

    def with_instrument(self, series: Series, instrument: Instrument | None) -> Manifest:
        """Return the next manifest, with one instrument set, or removed by None."""
        rest = {key: value for key, value in self.instruments.items() if key != series}
        return replace(self, instruments=rest if instrument is None else {**rest, series: instrument})

    def with_accepted_gaps(self, series: Series, gaps: tuple[AcceptedGap, ...]) -> Manifest:
        """Return the next manifest, with the accepted gaps of one series replaced."""
        rest = {key: value for key, value in self.accepted_gaps.items() if key != series}
        return replace(self, accepted_gaps={**rest, series: gaps} if gaps else rest)


def read(folder: Path) -> Manifest:
    """Return the manifest of a store. Raises as `parse` and `of_none`, and Refused if it cannot be read."""
    path = folder / FILE_NAME
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return of_none(folder)
    except OSError as error:
        raise unreadable(path, error) from error
    return parse(raw, path)


def of_none(folder: Path) -> Manifest:
    """Return the manifest of a folder without one: an empty store. Raises Mismatch where months lie, which are written beside one only."""
    lost = sum(1 for file in folder.glob("*/venue=*/market=*/symbol=*/*.parquet") if _MONTH_FILE.fullmatch(file.name))
    if lost and not (folder / FILE_NAME).exists():  # a first import may have begun since we looked
        fact = f"'{folder / FILE_NAME}' is absent, and {lost:,} files of stored history lie beside its place"
        raise Mismatch(Finding("store-damaged", fact, "restore it from a copy, or delete the store and import again"))
    return Manifest()


def unreadable(path: Path, error: OSError) -> Refused:
    """Return the refusal of a file that the machine does not let us read."""
    return Refused(Finding("store-unreadable", f"'{path}': {error.strerror}", "check the permissions of the store"))


def parse(raw: bytes, path: Path) -> Manifest:
    """Return the manifest that a file holds. Raises Mismatch if it is damaged, Refused if it is newer.

    What belongs to one series is read when it is asked for, and raises Mismatch then. An older format is migrated in memory; the next
    commit writes it as today's, in the one rename that every commit is.
    """

    def read() -> Manifest:
        _require_seal(raw)
        document = _document(raw)
        schema = document["schema"]
        if schema > SCHEMA:
            fact = f"this store was written by a newer version: it has format '{schema}', this version knows '{SCHEMA}'"
            raise Refused(Finding("store-newer", fact, "use a newer version of trade, or another --db"))
        if schema >= _FIRST_SEALED and not _SEALED.match(raw):
            raise ValueError
        return _from_json(migrated(document, schema, SCHEMA), path)

    return _sound(read, path)


def _sound(read: Callable[[], T], path: Path) -> T:
    try:
        return read()
    except _UNREADABLE as error:
        fact = f"'{path}' is not a manifest of this program"
        raise Mismatch(Finding("store-damaged", fact, "restore it from a copy, or delete the store and import again")) from error


def write_text(manifest: Manifest) -> str:
    """Return the manifest as text, in a stable order: equal manifests give equal bytes."""
    head = {
        "schema": SCHEMA,
        "generation": manifest.generation,
        "journal": None if manifest.journal is None else [manifest.journal.length, manifest.journal.crc],
        "instruments": {series.key: manifest.instruments[series].as_json() for series in sorted(manifest.instruments)},
        "accepted_gaps": {
            series.key: [[gap.start_ms, gap.end_ms, gap.reason] for gap in manifest.accepted_gaps[series]]
            for series in sorted(manifest.accepted_gaps)
        },
    }
    series = {f"{kind}:{series.key}": _rows(manifest.months[series, kind]) for series, kind in sorted(manifest.months)}
    opens, between, closes = _LINES
    lines = between.join(f"{json.dumps(name)}: {json.dumps(rows)}" for name, rows in series.items())
    text = f"{json.dumps(head, ensure_ascii=False)[:-1]}, {opens}{lines}{closes}"
    begin, rest = text[: text.index(", ") + 2], text[text.index(", ") + 2 :]
    return f'{begin}"crc": "{zlib.crc32(text.encode()):08x}", {rest}'


def _require_seal(raw: bytes) -> None:
    """Raise ValueError if a manifest carries a checksum that is not that of its other bytes."""
    sealed = _SEALED.match(raw)
    if sealed and int(sealed[2], 16) != zlib.crc32(raw[sealed.end() :], zlib.crc32(sealed[1])):
        raise ValueError


def _document(raw: bytes) -> dict[str, Any]:
    """Return the document of a file; its series stay text where they stand as `write_text` lays them out."""
    opens, between, closes = _LINES
    text = raw.decode()
    head, found, body = text.partition(opens)
    document: dict[str, Any] = json.loads(f"{head}{opens}{closes}" if found else text)
    if document["schema"] != SCHEMA or not body.endswith(closes):
        return dict(json.loads(text))
    lines = [line.partition(": ") for line in body.removesuffix(closes).split(between) if line]
    return {**document, "series": {json.loads(name): rows for name, _, rows in lines}}


def _rows(months: Months) -> list[list[Any]]:
    """Return the months as the manifest has them, in time order."""
    if isinstance(months, Lazy):
        return [months.raw[name] for name in sorted(months.raw)]
    found = (months[name] for name in sorted(months))
    return [[m.month, m.rows, m.first_ms, m.last_ms, m.digest, m.off_grid, m.crc] for m in found]


def _from_json(raw: Any, path: Path) -> Manifest:
    months: dict[tuple[Series, Kind], Months] = {}
    for name, rows in raw["series"].items():
        word, _, key = name.partition(":")
        series, kind = parse_series(key), Kind(word)
        months[series, kind] = _months(series_folder(series, kind), rows, path)
    described = {parse_series(key): value for key, value in raw["instruments"].items()}
    instruments = Lazy(lambda: described, lambda one: _sound(lambda: Instrument.from_json(one), path))
    accepted = {parse_series(key): tuple(AcceptedGap(*row) for row in rows) for key, rows in raw["accepted_gaps"].items()}
    journal = None if raw["journal"] is None else _journal_end(*raw["journal"])
    return Manifest(raw["generation"], instruments, months, accepted, journal)


def _journal_end(length: int, crc: int) -> JournalEnd:
    if not (type(length) is type(crc) is int and length >= 0):
        raise ValueError
    return JournalEnd(length, crc)


def _months(folder: str, rows: str | list[list[Any]], path: Path) -> Months:
    def read() -> dict[str, list[Any]]:
        found = json.loads(rows) if isinstance(rows, str) else rows
        if not all(len(row) == _ROW and isinstance(row[0], str) and isinstance(row[4], str) for row in found):
            raise ValueError
        return {row[0]: row for row in found}

    return Lazy(lambda: _sound(read, path), lambda row: _sound(lambda: _month(folder, *row), path))


def _month(folder: str, month: str, rows: int, first_ms: int, last_ms: int, digest: str, off_grid: int, crc: int) -> Month:
    whole = all(type(number) is int for number in (rows, first_ms, last_ms, off_grid, crc))
    if not (whole and rows > 0 and _MONTH.fullmatch(month) and _DIGEST.fullmatch(digest)):
        raise ValueError
    return Month(month, _file_in(folder, month, digest), rows, first_ms, last_ms, digest, off_grid, crc)
