"""Import of a file into the store: all of its good rows in one commit, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.base.timeframe import MINUTE_MS
from trade.market.chunk import Chunk
from trade.market.fitting import GridOptions, choose_instrument, count_off_grid, require_fit
from trade.market.manifest import Manifest
from trade.market.names import Kind, Series
from trade.market.order import direction
from trade.market.report import BadRows, ImportReport
from trade.market.rows import faults, stored_columns
from trade.market.source import Source, open_source
from trade.market.staging import Rows, Staging
from trade.market.writer import Writer, writing

Int64 = npt.NDArray[np.int64]

DEFAULT_MARKET = "linear"
_UNDECIDED = GridOptions()


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and as what.

    A venue of None is the one the layout belongs to (Binance's files: `binance`), else `generic`; a kind of None is the layout's.
    """

    file: Path
    symbol: str
    venue: str | None = None
    market: str = DEFAULT_MARKET
    kind: Kind | None = None
    grid: GridOptions = _UNDECIDED


def import_file(store: Path, request: ImportRequest) -> ImportReport:
    """Import a file and return what was stored and what was kept out.

    Raises Malformed when nothing in the file is good or its prices do not fit the tick, Refused when the store cannot be written.
    Whatever ends it, SIGKILL included, the store is either as it was or has all good rows.
    """
    source = open_source(request.file, request.kind)
    series = Series(request.venue or source.layout.venue, request.market, request.symbol)
    with writing(store) as writer:
        return _import(writer, source, series, request.grid)


def _import(writer: Writer, source: Source, series: Series, grid: GridOptions) -> ImportReport:
    kind = source.layout.kind
    bad = BadRows(str(source.path))
    rows_read, staging = _stage(writer, source, series, bad)
    if staging is None or staging.rows_new + staging.duplicates == 0:
        raise _nothing_good(bad, rows_read)
    manifest, warnings = _fit(writer, writer.manifest.with_series(series, kind, staging.months), staging, grid)
    if manifest != writer.manifest:
        writer.commit(manifest)
    stored = manifest.of(series, kind)
    return ImportReport(
        file=str(source.path),
        layout=source.layout.name,
        series=series,
        kind=kind,
        rows_read=rows_read,
        rows_new=staging.rows_new,
        duplicates_agreeing=staging.duplicates,
        bad=bad.counts,
        months=staging.touched,
        rows_stored=sum(m.rows for m in stored),
        first_ms=stored[0].first_ms,
        last_ms=stored[-1].last_ms,
        instrument=manifest.instruments.get(series),
        findings=(*bad.findings, *warnings),
    )


def _fit(writer: Writer, manifest: Manifest, staging: Staging, grid: GridOptions) -> tuple[Manifest, list[Finding]]:
    """Settle the instrument of imported bars, and hold the new prices against its tick."""
    series, kind = staging.series, staging.kind
    if kind is Kind.BARS:
        manifest = manifest.with_instrument(series, choose_instrument(writer, series, manifest.of(series, kind), grid))
    if kind is Kind.FUNDING or series not in manifest.instruments:
        return manifest, []
    manifest = count_off_grid(writer, manifest, series, staging.touched)
    touched = [m for m in manifest.of(series, kind) if m.month in staging.touched]
    return manifest, require_fit(writer, kind, touched, manifest.instruments[series], grid)


def _stage(writer: Writer, source: Source, series: Series, bad: BadRows) -> tuple[int, Staging | None]:
    """Check every row and stage the good ones. Returns the rows read, and None if there was no good one."""
    rows_read, staging = 0, None
    for chunk in source.chunks():
        rows_read += len(chunk)
        rows = _good(chunk, source.layout.kind, bad)
        if not len(rows):
            continue
        if staging is None:
            clock = next(iter(rows.columns.values()))
            _require_minutes(source, clock)
            staging = Staging(writer, series, source.layout.kind, direction(clock), bad.add)
        staging.add(rows)
    if staging is not None:
        staging.finish()
    return rows_read, staging


def _good(chunk: Chunk, kind: Kind, bad: BadRows) -> Rows:
    codes, first = faults(chunk, kind)
    good = first < 0
    rows = Rows(stored_columns(chunk, kind), chunk.lines)
    if good.all():
        return rows
    for index, code in enumerate(codes):
        bad.add(code, chunk.lines[first == index])
    return rows.take(good)


def _require_minutes(source: Source, clock: Int64) -> None:
    """Refuse a file of slower bars: its minutes are unknown (TIME-2)."""
    steps = np.abs(np.diff(clock))
    typical = int(np.median(steps)) if len(steps) >= 2 else MINUTE_MS
    if source.layout.kind is not Kind.FUNDING and typical > MINUTE_MS:
        fact = f"the bars are '{typical // MINUTE_MS}' minutes apart; only 1m bars can be imported yet"
        raise Malformed(Finding("timeframe-not-supported", fact, "import the 1m file", place=Place(str(source.path))))


def _nothing_good(bad: BadRows, rows_read: int) -> Malformed:
    fact = f"none of the '{rows_read}' rows of '{bad.file}' is good"
    return Malformed([Finding("nothing-to-import", fact, "see the rows named here", place=Place(bad.file)), *bad.findings])
