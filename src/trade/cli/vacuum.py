"""`trade data vacuum`: the store without what nobody needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trade.cli import console
from trade.cli.options import DEFAULT_DB, Db, Json, Quiet

if TYPE_CHECKING:
    from trade.market.vacuum import Vacuumed


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


def _show(report: Vacuumed, did: str) -> None:
    console.show(f"{did} {len(report.removed):,} files ({report.removed_bytes / 1e6:,.1f} MB) and {len(report.folders):,} empty folders")
    if report.held:
        console.say(f"{len(report.held):,} files stay: a process still reads them")
    if not report.readers_known:
        console.say("this file system does not show who reads; what was replaced within the last hour stays")
