"""How the store is kept and shown: `trade data vacuum`, and the coverage of `trade data info`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from trade.base.errors import DataMissing
from trade.cli import console
from trade.cli.calendars import closed_of
from trade.cli.options import DEFAULT_DB, Db, Json, Quiet

if TYPE_CHECKING:
    from trade.base.calendar import ClosedSpans, Int64
    from trade.market.coverage import Cover
    from trade.market.names import Series
    from trade.market.store import Store, StoredSeries
    from trade.market.vacuum import Vacuumed

CELLS = 24
EXAMPLE = "Example: trade data vacuum --dry-run"


def vacuum(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Remove what the store needs no more: replaced files that no process reads, leftovers of killed writers, empty folders.

    Commits do so too, an hour after a file was replaced.
    """
    console.configure(as_json=as_json, quiet=quiet)
    from trade.market import vacuum as vacuuming

    report = vacuuming.vacuum(db, dry_run=dry_run)
    console.succeed({"store": str(db), "dry_run": dry_run, **report.as_json()})
    _show(report, "would remove" if dry_run else "removed")


def covers(store: Store, found: Sequence[StoredSeries]) -> list[dict[str, Cover]]:
    """Return the coverage of each, over the months in which any kind of its series is stored."""
    from trade.base.calendar import ALWAYS
    from trade.market.coverage import coverage

    spans: dict[Series, list[str]] = {}
    for stored in found:
        spans.setdefault(stored.series, []).extend((stored.months[0].month, stored.months[-1].month))
    known = store.manifest.instruments
    calendars = {series: known[series].calendar if series in known else ALWAYS for series in spans}
    return [
        coverage(each.kind, each.months, (min(spans[each.series]), max(spans[each.series])), _closed(calendars[each.series]))
        for each in found
    ]


def _closed(calendar: str) -> ClosedSpans:
    """Return when a calendar is closed; in years that it does not know it counts as open."""
    from trade.base.calendar import always_open

    def closed(start_ms: int, end_ms: int) -> Int64:
        try:
            return closed_of(calendar)(start_ms, end_ms)
        except DataMissing:
            return always_open(start_ms, end_ms)

    return closed


def _show(report: Vacuumed, did: str) -> None:
    console.show(f"{did} {len(report.removed):,} files ({report.removed_bytes / 1e6:,.1f} MB) and {len(report.folders):,} empty folders")
    if report.held:
        console.say(f"{len(report.held):,} files stay: a process still reads them")
    if not report.readers_known:
        console.say("this file system does not show who reads; what was replaced within the last hour stays")
