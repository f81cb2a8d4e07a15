"""Export of a stored series to one parquet or CSV file, month by month; importing it again gives the same rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from trade.base.errors import DataMissing, Malformed
from trade.base.findings import Finding, Place
from trade.market.columns import empty
from trade.market.instants import iso
from trade.market.names import Kind, Series
from trade.market.parquet import flush_to_disk
from trade.market.store import Store
from trade.market.tables import as_table

FORMATS = (".parquet", ".csv")


@dataclass(frozen=True)
class ExportRequest:
    """What to write where: the rows of [from_ms, to_ms), of all if None. `overwrite` allows a file that is there to be replaced."""

    series: Series
    kind: Kind
    file: Path
    from_ms: int | None = None
    to_ms: int | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class ExportReport:
    """One finished export. `first_ms` and `last_ms` are the clock of its first and last row."""

    series: Series
    kind: Kind
    file: str
    rows: int
    first_ms: int
    last_ms: int

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "series": self.series.key,
            "kind": str(self.kind),
            "file": self.file,
            "rows": self.rows,
            "first_ms": self.first_ms,
            "last_ms": self.last_ms,
        }


def stored_series(store: Store, text: str, kind: Kind) -> Series:
    """Return the series of a kind that a full or bare name means. Raises DataMissing for none, Malformed for several."""
    found = [series for series, each in sorted(store.manifest.months) if each is kind and text in (series.key, series.symbol)]
    if not found:
        raise DataMissing(Finding("symbol-not-stored", f"no {kind} of '{text}' in '{store.path}'", "see 'trade data info'"))
    if len(found) > 1:
        keys = [series.key for series in found]
        fact = f"'{text}' is stored '{len(keys)}' times"
        raise Malformed(Finding("ambiguous-symbol", fact, f"write one of {', '.join(keys)}", data={"choices": keys}))
    return found[0]


def export_series(store: Store, request: ExportRequest) -> ExportReport:
    """Write a file, complete under its name or not there at all. Raises Malformed, DataMissing when there is no row, OSError."""
    _require(request)
    rows, first_ms, last_ms = 0, None, 0
    with _atomic(request.file) as draft, _writer(draft, request) as write:
        for table, clock in _months(store, request):
            write(table)
            rows += len(clock)
            first_ms = int(clock[0]) if first_ms is None else first_ms
            last_ms = int(clock[-1])
        if first_ms is None:
            raise _no_rows(store, request)
    return ExportReport(request.series, request.kind, str(request.file), rows, first_ms, last_ms)


def _require(request: ExportRequest) -> None:
    at = Place(str(request.file))
    found = []
    if request.file.suffix not in FORMATS:
        found.append(Finding("unknown-file-format", f"'{request.file}' has no known ending", f"use one of {', '.join(FORMATS)}", place=at))
    if request.file.exists() and not request.overwrite:
        found.append(Finding("file-exists", f"'{request.file}' is there already", "name another file, or say --overwrite", place=at))
    if None not in (request.from_ms, request.to_ms) and request.to_ms <= request.from_ms:  # type: ignore[operator]
        found.append(Finding("empty-span", "the span ends before it starts", "give a --to that lies after --from"))
    if found:
        raise Malformed(found)


def _months(store: Store, request: ExportRequest) -> Iterator[tuple[Any, Any]]:
    """Yield the rows of each month that has some, as a table and their clock."""
    for month in store.manifest.of(request.series, request.kind):
        start = month.first_ms if request.from_ms is None else max(month.first_ms, request.from_ms)
        end = month.last_ms + 1 if request.to_ms is None else min(month.last_ms + 1, request.to_ms)
        if start < end:
            columns = store.rows(request.series, request.kind, start, end, rehash=True).columns
            clock = next(iter(columns.values()))
            if len(clock):
                yield as_table(columns, request.kind), clock


@contextmanager
def _atomic(target: Path) -> Iterator[Path]:
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield draft
        flush_to_disk(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    flush_to_disk(target.parent)


@contextmanager
def _writer(draft: Path, request: ExportRequest) -> Iterator[Callable[[Any], None]]:
    schema = as_table(empty(request.kind), request.kind).schema
    if request.file.suffix == ".csv":
        with draft.open("wb") as file, arrow_csv.CSVWriter(file, schema) as writer:
            yield writer.write_table
    else:
        with draft.open("wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
            yield writer.write_table


def _no_rows(store: Store, request: ExportRequest) -> DataMissing:
    span = ""
    if request.from_ms is not None:
        span += f" from '{iso(request.from_ms)}'"
    if request.to_ms is not None:
        span += f" to '{iso(request.to_ms)}'"
    fact = f"no {request.kind} of '{request.series}' in '{store.path}'{span}"
    return DataMissing(Finding("nothing-to-export", fact, "see 'trade data info'"))
