"""Import of files into the store: all of their good rows in one commit, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place, Severity
from trade.files.inverse import require_linear
from trade.files.layouts import Asked
from trade.files.reading import Reading, require_minutes
from trade.files.report import BadRows, ImportReport
from trade.files.source import Source, open_source
from trade.files.symbols import require_symbol
from trade.files.venues import beside_its_bars
from trade.market.calendars.setting import require_calendar
from trade.market.columns import price_names
from trade.market.fitting import GridOptions, choose_instrument, count_off_grid, require_fit
from trade.market.instants import iso
from trade.market.journal import IMPORTED_OVER, JournalEntry
from trade.market.likeness import require_like_prices
from trade.market.manifest import Manifest
from trade.market.names import Kind, Series
from trade.market.paths import as_typed
from trade.market.sorting import direction
from trade.market.staging import Staging
from trade.market.writer import Writer, writing

DEFAULT_MARKET = "linear"
MAX_BAD_FRAC = 0.05
FEWEST_ROWS = 20  # of fewer rows a single bad one is over that share
_SLACK = 1 + 1e-9  # a share of a hundred is no exact double
_UNDECIDED = GridOptions()
_MENDED = {
    "unsorted": "sort the file by time",
    "duplicate-disagrees": "put the rows of the file in the place of the stored ones with --replace",
}


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and as what.

    A venue of None is the one the layout belongs to (Binance's files: `binance`); of rows of another layout it is that of the bars
    they are read with, and of bars `generic`.
    A file of which more than `max_bad_frac` is kept out is refused; None is the usual share, of files with enough rows for one.
    `calendar` is the name of a calendar that exists.
    `replace_at_ms` lets rows of the file take the place of stored ones that disagree; the journal says that it was then.
    """

    file: Path
    symbol: str
    venue: str | None = None
    market: str = DEFAULT_MARKET
    asked: Asked = field(default_factory=Asked)
    grid: GridOptions = _UNDECIDED
    max_bad_frac: float | None = None
    calendar: str | None = None
    replace_at_ms: int | None = None


def import_file(store: Path, request: ImportRequest) -> ImportReport:
    """Import a file and return what was stored and what was kept out: see `import_files`."""
    [report] = import_files(store, [request])
    return report


def import_files(store: Path, requests: Sequence[ImportRequest]) -> tuple[ImportReport, ...]:
    """Import files, one after the other, in one commit.

    A month whose file is damaged is written anew from the rows of the files, if they are not fewer than it had.

    Raises Malformed when too little in a file is good or its prices do not fit the tick, with the findings of all files; Mismatch when
    a damaged month would lose rows; Refused when the store cannot be written. Whatever ends it, SIGKILL included, the store is
    either as it was or has all good rows of all files.
    """
    opened = [_opened(request) for request in requests]
    _require(opened)
    sources = [each for each in opened if not isinstance(each, Malformed)]
    with writing(store) as writer:
        done = [_attempt(writer, source, series, request) for (source, series), request in zip(sources, requests, strict=True)]
        _require(done)
        if writer.draft != writer.manifest:
            writer.commit(writer.draft, list(_entries(zip(requests, done, strict=True))))
    return tuple(each for each in done if not isinstance(each, Malformed))


def _entries(done: Iterable[tuple[ImportRequest, ImportReport | Malformed]]) -> Iterator[JournalEntry]:
    """Yield what the journal says of the files that took the place of stored rows."""
    for request, report in done:
        if isinstance(report, ImportReport) and report.replaced is not None and request.replace_at_ms is not None:
            span = report.replaced
            yield JournalEntry(
                request.replace_at_ms, IMPORTED_OVER, report.series, report.kind, *span, report.rows_replaced, as_typed(report.file)
            )


def _require(results: Sequence[object]) -> None:
    """Raise the findings of all files that failed, if any did."""
    found = [finding for each in results if isinstance(each, Malformed) for finding in each.findings]
    if found:
        raise Malformed(found)


def _opened(request: ImportRequest) -> tuple[Source, Series] | Malformed:
    try:
        source = open_source(request.file, request.asked)
        series = Series(request.venue or source.layout.venue, request.market, request.symbol)
        require_symbol(str(request.file), source.layout.symbol, request.symbol, request.market)
        require_linear(series, str(request.file))
    except Malformed as error:
        return error
    return source, series


def _allowed_frac(request: ImportRequest, reading: Reading) -> float:
    if request.max_bad_frac is not None:
        return request.max_bad_frac
    return MAX_BAD_FRAC if reading.rows_read >= FEWEST_ROWS else 1.0


def _attempt(writer: Writer, source: Source, series: Series, request: ImportRequest) -> ImportReport | Malformed:
    try:
        return _import(writer, source, series, request)
    except Malformed as error:
        return error


def _import(writer: Writer, source: Source, series: Series, request: ImportRequest) -> ImportReport:
    """Bring the good rows of a file into the writer's draft."""
    kind = source.layout.kind
    placed: Sequence[Finding] = ()
    if request.venue is None or kind is Kind.BARS:
        series, placed = beside_its_bars(writer.draft, series, kind, str(request.file))
    require_calendar(writer.draft, series, kind, request.calendar)
    bad = BadRows(str(source.path), source.layout.clock.wanted)
    reading = Reading(source, bad)
    staging = _stage(writer, reading, series, replaces=request.replace_at_ms is not None)
    if staging is None or not staging.good:
        raise _nothing_good(bad, reading.rows_read)
    allowed_frac = _allowed_frac(request, reading)
    if reading.bad_frac > allowed_frac * _SLACK:
        raise _too_bad(bad, reading, allowed_frac)
    writer.draft, warnings = _fit(writer, writer.draft.with_series(series, kind, staging.months), staging, request)
    stored = writer.draft.of(series, kind)
    return ImportReport(
        file=str(source.path),
        layout=source.layout.name,
        series=series,
        kind=kind,
        rows_read=reading.rows_read,
        bars_folded=reading.bars_folded,
        rows_new=staging.rows_new,
        duplicates_agreeing=staging.duplicates,
        rows_replaced=len(staging.replaced),
        replaced=staging.replaced_span,
        bad=bad.counts,
        bad_frac=reading.bad_frac,
        months=staging.touched,
        rows_stored=sum(m.rows for m in stored),
        first_ms=stored[0].first_ms,
        last_ms=stored[-1].last_ms,
        instrument=writer.draft.instruments.get(series),
        findings=(*placed, *bad.findings, *_replaced(staging, bad.file), *reading.warnings, *warnings, *staging.repaired),
    )


def _fit(writer: Writer, manifest: Manifest, staging: Staging, request: ImportRequest) -> tuple[Manifest, list[Finding]]:
    """Settle the instrument of imported bars, and hold the new prices against its tick."""
    series, kind = staging.series, staging.kind
    require_like_prices(writer, manifest, series, staging.touched)
    if kind is Kind.BARS:
        chosen = choose_instrument(writer, series, manifest.of(series, kind), request.grid)
        manifest = manifest.with_instrument(series, replace(chosen, calendar=request.calendar or chosen.calendar))
    if not price_names(kind) or series not in manifest.instruments:
        return manifest, []
    manifest = count_off_grid(writer, manifest, series, staging.touched)
    touched = [m for m in manifest.of(series, kind) if m.month in staging.touched]
    return manifest, require_fit(writer, kind, touched, manifest.instruments[series], request.grid)


def _stage(writer: Writer, reading: Reading, series: Series, *, replaces: bool) -> Staging | None:
    """Stage the good rows of a file. Returns None if there was no good one."""
    staging = None
    for rows in reading.rows():
        if staging is None:
            clock = next(iter(rows.columns.values()))
            require_minutes(reading.source, clock)
            staging = Staging(writer, series, reading.source.layout.kind, direction(clock), reading.bad.add, replaces)
        staging.add(rows)
    if staging is not None:
        staging.finish()
    return staging


def _replaced(staging: Staging, file: str) -> list[Finding]:
    if staging.replaced_span is None:
        return []
    rows, (first_ms, end_ms) = len(staging.replaced), staging.replaced_span
    fact = f"'{rows}' stored rows gave way to those of the file, between '{iso(first_ms)}' and '{iso(end_ms)}'"
    return [Finding("rows-replaced", fact, "'trade data journal' has it, too", Severity.NOTE, Place(file), data={"rows": rows})]


def _nothing_good(bad: BadRows, rows_read: int) -> Malformed:
    fact, hint = f"none of the '{rows_read}' rows of '{bad.file}' is good", "see the rows named here"
    if not rows_read:
        fact, hint = f"'{bad.file}' has no rows", "it holds the names of columns and nothing below them"
    return Malformed([Finding("nothing-to-import", fact, hint, place=Place(bad.file)), *bad.findings])


def _too_bad(bad: BadRows, reading: Reading, allowed_frac: float) -> Malformed:
    most = max(bad.counts, key=lambda code: bad.counts[code])
    counts = ", ".join(f"'{rows}' {code}" for code, rows in bad.counts.items())
    share = f"'{100 * reading.bad_frac:.4g} %' of the rows of '{bad.file}' are bad and '{100 * allowed_frac:g} %' may be"
    fact = f"{share}: {counts} of '{reading.rows_read}'; nothing was stored"
    hint = f"{_MENDED.get(most, 'see the rows named here')}, or allow more with --max-bad"
    data = {"rows": bad.total, "bad": dict(bad.counts)}
    return Malformed([Finding("bad-rows", fact, hint, place=Place(bad.file), data=data), *bad.findings])
