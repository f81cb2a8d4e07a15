"""Several runs in one table: what was chosen, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trade.base.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_REFUSED
from trade.cli import console
from trade.cli.doors import open_doors
from trade.cli.figures import decimals
from trade.cli.sheet import Heading, Sheet, number, words

if TYPE_CHECKING:
    from trade.base.findings import Finding
    from trade.run.execute import Looked
    from trade.run.request import Request
    from trade.run.variants import Ended, Variant

_METRICS = ("net_return_pct", "max_drawdown_pct", "sharpe", "profit_factor", "total_trades", "total_fees")


def run_each(found: Sequence[Variant], db: Path, before: Callable[[Request], Looked | None]) -> int:
    """Run the variants, print them as a table, and return the exit code: 0 if every one was completed, else the highest refusal's.

    `before` each of them what it needs may be fetched.
    """
    from trade.base.findings import Finding
    from trade.cli.progress import stages
    from trade.run.variants import run_variants

    ended: list[Ended] = []
    stopped = False
    try:
        with stages(len(found)) as say:
            for each in run_variants(found, open_doors(db, say), before):
                ended.append(each)  # noqa: PERF402 - one by one: those that are done are kept when the rest is interrupted
    except KeyboardInterrupt:
        stopped = True
    refused = [each.refusal for each in ended if each.refusal is not None]
    codes = [refusal.exit_code for refusal in refused] + [EXIT_REFUSED for each in ended if each.receipt and each.receipt.is_refused]
    code = EXIT_INTERRUPTED if stopped else max(codes, default=EXIT_OK)
    findings = [*_told(ended), *_apart(ended)]
    if stopped:
        fact = f"interrupted; {len(ended)} of {len(found)} runs are done, and those that completed are kept"
        findings.append(Finding("interrupted", fact, "run the same command again"))
    console.emit(
        {
            "status": "interrupted" if stopped else "refused" if code else "completed",
            "exit_code": code,
            "runs": [_document(each) for each in ended],
            "findings": [finding.as_json() for finding in findings],
        }
    )
    console.show_findings(findings)
    if ended:
        _show(ended)
    if stopped:
        sys.exit(code)  # it is told already
    return code


def _said(ended: Ended) -> tuple[Finding, ...]:
    if ended.receipt is not None:
        return ended.receipt.findings
    return ended.refusal.findings if ended.refusal is not None else ()


def _told(ended: Sequence[Ended]) -> Iterator[Finding]:
    """Yield what is said of the runs, each once: what is not said of all of them names in its place those it is said of."""
    told: list[tuple[Finding, list[Ended]]] = []
    for each in ended:
        for finding in _said(each):
            of = next((of for said, of in told if said == finding), None)
            if of is None:
                told.append((finding, of := []))
            if each not in of:
                of.append(each)
    for finding, of in told:
        if len(of) == len(ended):
            yield finding
            continue
        runs = "; ".join(", ".join(f"{name}={value}" for name, value in each.variant.chosen.items()) for each in of)
        path = f"{finding.place.path} ({runs})" if finding.place.path else runs
        yield replace(finding, place=replace(finding.place, path=path))


def _apart(ended: Sequence[Ended]) -> Iterator[Finding]:
    """Yield a note where runs over windows that nobody chose trade from or to other instants than the others: they do not compare."""
    from trade.base.findings import Finding, Severity
    from trade.market.instants import iso, one_word

    windows = [each.receipt.summary["window"] for each in ended if each.receipt is not None and "window" not in each.variant.chosen]
    starts, ends = {window[0] for window in windows}, {window[1] for window in windows}
    if len(starts) <= 1 and len(ends) <= 1:
        return
    start, end = max(starts), min(ends)
    options = [f"--from {one_word(start)}"] * (len(starts) > 1) + [f"--to {one_word(end)}"] * (len(ends) > 1)
    said = [f"from {iso(min(starts))} or later, up to {iso(start)}"] * (len(starts) > 1)
    said += [f"to {iso(max(ends))} or earlier, down to {iso(end)}"] * (len(ends) > 1)
    hint = f"give {' and '.join(options)} to compare them over the same bars" if start < end else "no span is common to all of them"
    yield Finding("windows-differ", f"the runs trade in different windows: {'; '.join(said)}", hint, Severity.NOTE)


def _document(ended: Ended) -> dict[str, Any]:
    head = {"chosen": dict(ended.variant.chosen)}
    findings = [finding.as_json() for finding in _said(ended)]
    if ended.receipt is None:
        return {**head, "status": "refused", "findings": findings}
    summary = ended.receipt.summary
    return {
        **head,
        "status": summary["status"],
        "folder": str(ended.receipt.folder),
        "existed": ended.receipt.existed,
        **{name: summary[name] for name in ("run_id", "symbol", "window", "play_hash", "hashes", "metrics", "stop_reason")},
        "findings": findings,
    }


def _show(ended: Sequence[Ended]) -> None:
    from trade.base.findings import errors
    from trade.market.instants import iso

    names = list(ended[0].variant.chosen)
    figures = (number("return %"), number("max dd %"), number("Sharpe", 2), number("profit factor", 4), number("trades"), number("fees", 5))
    differ = "window" not in names and len({tuple(each.receipt.summary["window"]) for each in ended if each.receipt is not None}) > 1
    edges = ("from", "to") if differ else ()
    sheet = Sheet(
        *(Heading(name, right=name not in ("play", "symbol", "window"), folds=True) for name in names),
        *(Heading(name, spare=3) for name in edges),
        *figures,
        Heading("run", spare=1),
        words("ended"),
    )
    for each in ended:
        chosen = [each.variant.chosen[name] for name in names]
        if each.receipt is None:
            codes = sorted({finding.code for finding in errors(_said(each))})
            sheet.add(*chosen, *[""] * len(edges), *["-"] * len(figures), "", f"refused: {', '.join(codes)}")
            continue
        metrics = each.receipt.summary["metrics"]
        values = [str(metrics[name]) if name == "total_trades" else decimals(metrics[name]) for name in _METRICS]
        window = [iso(edge) for edge in each.receipt.summary["window"]] if differ else []
        sheet.add(*chosen, *window, *values, each.receipt.run_id, each.receipt.summary["status"])
    console.show(sheet)
