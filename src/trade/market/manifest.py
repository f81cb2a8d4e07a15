"""The manifest: one small JSON that names every live file. Whoever has read it once has a snapshot of the whole store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trade.base.errors import Malformed, Mismatch, Refused
from trade.base.findings import Finding
from trade.base.instrument import Instrument
from trade.market.instruments import from_json
from trade.market.migrations import migrated
from trade.market.names import Kind, Series, parse_series

SCHEMA = 3
FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Month:
    """One immutable parquet file: the rows of one series and kind in one UTC month, ascending.

    `file` is relative to the store and carries the first 16 digits of `digest`. `off_grid` counts rows with a price off the tick grid.
    """

    month: str
    file: str
    rows: int
    first_ms: int
    last_ms: int
    digest: str
    off_grid: int = 0


def series_folder(series: Series, kind: Kind) -> str:
    """Return where a series lives, relative to the store; the layout is one that SQL engines read as columns."""
    return f"{kind}/venue={series.venue}/market={series.market}/symbol={series.symbol}"


def file_name(series: Series, kind: Kind, month: str, digest: str) -> str:
    """Return the file of the rows of one month, relative to the store."""
    return f"{series_folder(series, kind)}/{month}-{digest[:16]}.parquet"


@dataclass(frozen=True, order=True)
class AcceptedGap:
    """A span [start_ms, end_ms) without bars that is known to be an outage: closed market, as far as no bar exists in it."""

    start_ms: int
    end_ms: int
    reason: str = ""


Months = Mapping[str, Month]
SeriesMonths = Mapping[tuple[Series, Kind], Months]


@dataclass(frozen=True)
class Manifest:
    """What the store holds. `generation` counts the commits; accepted gaps are ascending and do not overlap."""

    generation: int = 0
    instruments: Mapping[Series, Instrument] = field(default_factory=dict)
    months: SeriesMonths = field(default_factory=dict)
    accepted_gaps: Mapping[Series, tuple[AcceptedGap, ...]] = field(default_factory=dict)

    def of(self, series: Series, kind: Kind) -> tuple[Month, ...]:
        """Return the months of a series in time order; none if it is not stored."""
        months = self.months.get((series, kind), {})
        return tuple(months[name] for name in sorted(months))

    @property
    def files(self) -> frozenset[str]:
        """Every file a reader of this manifest may open."""
        return frozenset(m.file for months in self.months.values() for m in months.values())

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
    """Return the manifest of a store; a folder without one is an empty store. Raises Mismatch if it is damaged, Refused if it is newer.

    An older format is migrated in memory; the next commit writes it as today's, in the one rename that every commit is.
    """
    try:
        text = (folder / FILE_NAME).read_text()
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise Refused(
            Finding("store-unreadable", f"'{folder / FILE_NAME}': {error.strerror}", "check the permissions of the store")
        ) from error
    try:
        raw = json.loads(text)
        schema = raw["schema"]
        if schema > SCHEMA:
            fact = f"this store was written by a newer version: it has format '{schema}', this version knows '{SCHEMA}'"
            raise Refused(Finding("store-newer", fact, "use a newer version of trade, or another --db"))
        return _from_json(migrated(raw, schema, SCHEMA))
    except (ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
        fact = f"'{folder / FILE_NAME}' is not a manifest of this program"
        raise Mismatch(Finding("store-damaged", fact, "restore it from a copy, or delete the store and import again")) from error


def write_text(manifest: Manifest) -> str:
    """Return the manifest as text, in a stable order: equal manifests give equal bytes."""
    raw = {
        "schema": SCHEMA,
        "generation": manifest.generation,
        "instruments": {series.key: manifest.instruments[series].as_json() for series in sorted(manifest.instruments)},
        "series": {
            f"{kind}:{series.key}": [[m.month, m.rows, m.first_ms, m.last_ms, m.digest, m.off_grid] for m in manifest.of(series, kind)]
            for series, kind in sorted(manifest.months)
        },
        "accepted_gaps": {
            series.key: [[gap.start_ms, gap.end_ms, gap.reason] for gap in manifest.accepted_gaps[series]]
            for series in sorted(manifest.accepted_gaps)
        },
    }
    return json.dumps(raw, ensure_ascii=False)


def _from_json(raw: Any) -> Manifest:
    months: dict[tuple[Series, Kind], Months] = {}
    for name, rows in raw["series"].items():
        word, _, key = name.partition(":")
        series, kind = parse_series(key), Kind(word)
        months[series, kind] = {row[0]: Month(row[0], file_name(series, kind, row[0], row[4]), *row[1:]) for row in rows}
    instruments = {parse_series(key): from_json(value) for key, value in raw["instruments"].items()}
    accepted = {parse_series(key): tuple(AcceptedGap(*row) for row in rows) for key, rows in raw["accepted_gaps"].items()}
    return Manifest(generation=raw["generation"], instruments=instruments, months=months, accepted_gaps=accepted)
