"""Sync: bring what is missing of some series from an exchange into the store, so that a kill at any moment loses nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trade.base.errors import DataMissing, Malformed
from trade.base.findings import Finding, Severity
from trade.base.timeframe import BASE, DAY_MS
from trade.market.fitting import count_off_grid
from trade.market.instants import iso
from trade.market.manifest import Manifest, Month
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import writing
from trade.sync.dialect import BYBIT, Dialect
from trade.sync.listing import Listing
from trade.sync.patience import Machine, Patience
from trade.sync.port import Exchange
from trade.sync.replacing import BadMonth, replace_month
from trade.sync.request import USUAL_KINDS, Said, Say, SyncReport, SyncRequest
from trade.sync.shelf import WAIT_S
from trade.sync.task import Task

NEW_DAYS = 30  # of a series that is not stored, where no span is given


def silent(said: Said) -> None:
    """Tell nobody how far it is."""
    del said


def sync(
    store: Path,
    request: SyncRequest,
    exchange: Exchange,
    say: Say = silent,
    machine: Machine | None = None,
    dialect: Dialect = BYBIT,
) -> SyncReport:
    """Fetch and commit what is missing, and return what was done.

    Raises Malformed for an empty span and for kinds that the exchange does not offer, and DataMissing for symbols that are not
    listed, before anything is fetched; Refused when the exchange or the store refuses: what was committed stays, and the same
    request goes on from there.
    """
    patience = Patience(exchange, machine or Machine(), lambda note: say(Said(request.series[0], note=note)))
    kinds = {one: _kinds(exchange, one, request) for one in request.series}
    server_ms = dialect.clock(patience)
    end_ms = server_ms if request.to_ms is None else min(request.to_ms, server_ms)
    if request.from_ms is not None and request.from_ms >= end_ms:
        fact = f"the span from '{iso(request.from_ms)}' to '{iso(end_ms)}' is empty"
        raise Malformed(Finding("empty-span", fact, "give a --from that lies before --to and in the past"))
    listings = _listings(patience, dialect, request.series)
    changed = [one.series.key for one in listings if _keep_rules(store, patience, dialect, one, request.instruments, server_ms)]

    def fetch(folder: Path, wanted: SyncRequest) -> SyncReport:
        return sync(folder, wanted, exchange, say, machine, dialect)

    def anew(bad: BadMonth) -> Month | None:
        return replace_month(store, bad, fetch, server_ms if request.journal_ms is None else request.journal_ms)

    tasks = [
        Task(store, patience, dialect, one, kind, *_span(store, one, request, end_ms), say, anew, request.only, request.journal_ms)
        for one in listings
        for kind in kinds[one.series]
    ]
    done = [task.run() for task in tasks]
    findings = (
        *_before_listing(listings, request),
        *(note for one in listings for note in one.notes),
        *(finding for _, said in done for finding in said),
    )
    return SyncReport(server_ms, patience.requests, tuple(report for report, _ in done), tuple(changed), findings)


def _kinds(exchange: Exchange, series: Series, request: SyncRequest) -> tuple[Kind, ...]:
    """Return the kinds to fetch of a series: those named, else those of the usual ones that are offered. Raises Malformed."""
    offered = exchange.offers(series.market)
    if request.kinds is None:
        return tuple(kind for kind in USUAL_KINDS if kind in offered)
    lacking = [kind for kind in request.kinds if kind not in offered]
    if lacking:
        fact = f"no {' and no '.join(lacking)} of {series.market} symbols can be fetched from {exchange.name}"
        hint = f"it offers {', '.join(offered)}" if offered else "it offers none of the kinds that are stored; import files"
        raise Malformed(Finding("kind-not-offered", fact, hint, data={"offered": [str(kind) for kind in offered]}))
    return request.kinds


def _listings(patience: Patience, dialect: Dialect, series: Sequence[Series]) -> list[Listing]:
    """Return the listing of every series. Raises DataMissing with all that are not listed."""
    found: list[Listing] = []
    missing: list[Finding] = []
    for one in series:
        try:
            found.append(dialect.listing(patience, one))
        except DataMissing as error:
            missing.extend(error.findings)
    if missing:
        raise DataMissing(missing)
    return found


def _keep_rules(store: Path, patience: Patience, dialect: Dialect, listed: Listing, wanted: bool, server_ms: int) -> bool:
    """Commit the rules of a series if they are wanted or none are stored, and say whether they are other ones now."""
    series = listed.series
    known = Store(store).manifest.instruments.get(series)
    if known is not None and not wanted:
        return False
    fresh = dialect.rules(patience, listed, known, server_ms)
    if fresh == known:
        return False
    with writing(store, WAIT_S) as writer:
        manifest: Manifest = writer.manifest.with_instrument(series, fresh)
        writer.commit(count_off_grid(writer, manifest, series, ()))
    return True


def _span(store: Path, listed: Listing, request: SyncRequest, end_ms: int) -> tuple[int, int]:
    """Return the span that is wanted of a series: whole minutes, finished by the exchange's clock, while it is listed."""
    start_ms = request.from_ms
    if start_ms is None and request.days is not None:
        start_ms = BASE.floor_at(end_ms) - request.days * DAY_MS
    if start_ms is None:
        months = Store(store).manifest.of(listed.series, Kind.BARS)
        start_ms = months[0].first_ms if months else BASE.floor_at(end_ms) - NEW_DAYS * DAY_MS
    if listed.delivery_ms:
        end_ms = min(end_ms, listed.delivery_ms)
    return BASE.ceil_at(max(start_ms, listed.launch_ms)), BASE.floor_at(end_ms)


def _before_listing(listings: Sequence[Listing], request: SyncRequest) -> list[Finding]:
    """Return a note for each series that was listed after the span began."""
    return [
        Finding(
            "listed-later",
            f"'{one.series}' is listed since '{iso(one.launch_ms)}', after the start of the span",
            "there is nothing to fetch before",
            Severity.NOTE,
            data={"series": one.series.key, "launch_ms": one.launch_ms},
        )
        for one in listings
        if request.from_ms is not None and one.launch_ms > request.from_ms
    ]
