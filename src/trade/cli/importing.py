"""What an import and an export look like: findings, then one table per file, or one line per file of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trade.cli import console

if TYPE_CHECKING:
    from rich.table import Table

    from trade.files.exporting import ExportReport
    from trade.files.report import ImportReport

_SHOWN = 20


def as_document(reports: Sequence[ImportReport]) -> dict[str, Any]:
    """Return what was imported as JSON values: sums, then each file."""
    files = [report.as_json() for report in reports]
    sums = {name: sum(each[name] for each in files) for name in ("rows_read", "rows_new", "duplicates_agreeing", "rows_replaced")}
    findings = [finding for each in files for finding in each.pop("findings")]
    return {**sums, "rows_bad": sum(sum(each["bad"].values()) for each in files), "files": files, "findings": findings}


def show_imports(reports: Sequence[ImportReport]) -> None:
    """Show what was imported."""
    findings = [finding for report in reports for finding in report.findings]
    console.show_findings(findings[:_SHOWN])
    if len(findings) > _SHOWN:
        console.say(f"… and {len(findings) - _SHOWN} more findings; --json names up to 1000 lines of each kind")
    console.show(_one(reports[0]) if len(reports) == 1 else _many(reports))


def show_export(report: ExportReport) -> None:
    """Show what was written."""
    from trade.market.instants import iso

    span = f"from {iso(report.first_ms)} to {iso(report.last_ms)}"
    console.show(f"{report.rows:,} rows of {report.kind} of {report.series}, {span}, are in '{report.file}'")


def _one(report: ImportReport) -> Table:
    from trade.market.instants import iso

    table = console.table("import", str(report.series))
    table.add_row("kind", f"{report.kind} ({report.layout})")
    table.add_row("read", f"{report.rows_read:,}")
    if report.bars_folded is not None:
        table.add_row("folded into bars", f"{report.bars_folded:,}")
    table.add_row("new", f"{report.rows_new:,}")
    table.add_row("known already", f"{report.duplicates_agreeing:,}")
    if report.rows_replaced:
        table.add_row("replaced", f"{report.rows_replaced:,}")
    for code, rows in report.bad.items():
        table.add_row(f"kept out: {code}", f"{rows:,}")
    table.add_row("stored now", f"{report.rows_stored:,} from {iso(report.first_ms)} to {iso(report.last_ms)}")
    if report.instrument is not None:
        latest = report.instrument.rule_tables[-1]
        table.add_row("tick, step", f"{latest.tick_size:f}, {latest.qty_step:f} ({latest.source})")
        table.add_row("calendar", report.instrument.calendar)
    return table


def _many(reports: Sequence[ImportReport]) -> Table:
    from trade.market.instants import iso

    table = console.table("file", "stored as", "read", "new", "known", "replaced", "kept out")
    for report in reports:
        counts = (report.rows_read, report.rows_new, report.duplicates_agreeing, report.rows_replaced, sum(report.bad.values()))
        table.add_row(report.file, f"{report.kind} of {report.series}", *(f"{count:,}" for count in counts))
    for last in {(report.series, report.kind): report for report in reports}.values():
        stored = f"{last.rows_stored:,} from {iso(last.first_ms)} to {iso(last.last_ms)}"
        table.add_row("stored now", f"{last.kind} of {last.series}", stored)
    return table
