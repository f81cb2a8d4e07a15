"""What an import and an export look like: findings, then one table per file, or one line per file of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trade.cli import console
from trade.cli.sheet import Sheet, number, words

if TYPE_CHECKING:
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
        console.say(f"… and {len(findings) - _SHOWN} more findings; --json has all of them")
    console.show(_one(reports[0]) if len(reports) == 1 else _many(reports))


def show_export(report: ExportReport) -> None:
    """Show what was written."""
    from trade.market.instants import iso

    span = f"from {iso(report.first_ms)} to {iso(report.last_ms)}"
    console.show(f"{report.rows:,} rows of {report.kind} of {report.series}, {span}, are in '{report.file}'")


def _one(report: ImportReport) -> Sheet:
    from trade.market.instants import iso

    sheet = Sheet("import", words(str(report.series)))
    sheet.add("kind", f"{report.kind} ({report.layout})")
    sheet.add("read", f"{report.rows_read:,}")
    if report.bars_folded is not None:
        sheet.add("folded into bars", f"{report.bars_folded:,}")
    sheet.add("new", f"{report.rows_new:,}")
    sheet.add("known already", f"{report.duplicates_agreeing:,}")
    if report.rows_replaced:
        sheet.add("replaced", f"{report.rows_replaced:,}")
    for code, rows in report.bad.items():
        sheet.add(f"kept out: {code}", f"{rows:,}")
    sheet.add("stored now", f"{report.rows_stored:,} from {iso(report.first_ms)} to {iso(report.last_ms)}")
    if report.instrument is not None:
        latest = report.instrument.rule_tables[-1]
        sheet.add("tick, step", f"{latest.tick_size:f}, {latest.qty_step:f} ({latest.source})")
        sheet.add("calendar", report.instrument.calendar)
    return sheet


def _many(reports: Sequence[ImportReport]) -> Sheet:
    from trade.market.instants import iso

    heads = (number("read", 2), number("new"), number("known", 1), number("replaced", 3), number("kept out"))
    sheet = Sheet("file", words("stored as"), *heads)
    for report in reports:
        counts = (report.rows_read, report.rows_new, report.duplicates_agreeing, report.rows_replaced, sum(report.bad.values()))
        sheet.add(report.file, f"{report.kind} of {report.series}", *(f"{count:,}" for count in counts))
    for last in {(report.series, report.kind): report for report in reports}.values():
        stored = f"{last.rows_stored:,} from {iso(last.first_ms)} to {iso(last.last_ms)}"
        sheet.add("stored now", f"{last.kind} of {last.series}", stored)
    return sheet
