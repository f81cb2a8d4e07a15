"""Results as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from trade.artifacts.receipt import Receipt
from trade.base.findings import Finding, Place, Severity
from trade.cli import console
from trade.gates.text import span
from trade.market.instants import iso

_GROUPS = {"by_exit_reason": "exit reason", "by_side": "side", "by_weekday": "weekday of entry", "by_month": "month of exit"}
_IN_PLACE = ("no-trades", "entries-cut")  # said beside the funnel, and under the figures


def show_receipt(receipt: Receipt, *, in_full: bool = False) -> None:
    """Print the result of a run: the figures, where the money went, why entries were refused, and the funnel without trades.

    In full it is one that was kept: the tables by side, weekday and month and the funnel come too, and no word of a run before.

    Under --json the document is `result.json`, with every hash by name, where it lies, and the findings with their places.
    """
    summary = receipt.summary
    place = {"folder": str(receipt.folder), "existed": receipt.existed}
    console.succeed({**place, **summary["hashes"], **summary}, "completed", receipt.findings)
    if console.Talk.as_json:
        return
    console.show_findings(finding for finding in receipt.findings if finding.code not in _IN_PLACE)
    console.show(Text(f"{summary['play']}  {summary['symbol']}  {summary['exec_timeframe']}", style="bold"))
    days = (summary["window"][1] - summary["window"][0]) / 86_400_000
    console.show(f"{span(*summary['window'])} UTC ({days:.0f} days)")
    console.show(_figures(summary))
    for finding in receipt.findings:
        if finding.code == "entries-cut":
            console.show(finding.fact)
    if summary["rejections"]:
        console.show("rejected entries: " + ", ".join(f"{count} {code}" for code, count in summary["rejections"].items()))
    if summary["metrics"]["total_trades"] == 0:
        for finding in receipt.findings:
            if finding.code == "no-trades":
                console.show(finding.fact)
                console.show(Text(f"    {finding.hint}", style="dim"))
        if not in_full:
            _show_funnel(summary["funnel"])
    else:
        console.show(_group_table("exit reason", summary["tables"]["by_exit_reason"], summary["tables"]["total"]))
    again = " (the same run was there before)" if receipt.existed and not in_full else ""
    console.show(f"run {receipt.run_id} in {receipt.folder}{again}")
    console.show(f"run_hash {summary['hashes']['run_hash']}")
    if in_full:
        _show_tables(summary)


def stored_findings(summary: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the findings of a kept result."""
    return tuple(
        Finding(d["code"], d["fact"], d["hint"], Severity(d["severity"]), Place(path=d["path"]), d["data"]) for d in summary["findings"]
    )


def _show_tables(summary: Mapping[str, Any]) -> None:
    """Print the remaining tables of a run: by side, weekday and month, and the funnel."""
    for key, title in _GROUPS.items():
        if key != "by_exit_reason" and summary["tables"][key]:
            console.show(_group_table(title, summary["tables"][key], None))
    _show_funnel(summary["funnel"])


def show_preflight(play: str, report: Mapping[str, Any], findings: Iterable[Finding]) -> None:
    """Print what preflight saw."""
    console.show_findings(findings)
    text = f"{play}: preflight passed, {span(*report['window'])} (UTC), {report['bars']:,} bars of {report['base_timeframe']}"
    console.show(f"{text}, {report['funding_payments']} funding payments")


def show_verdict(run_id: str, hashes: Mapping[str, str]) -> None:
    """Print that a run came out the same."""
    console.show(f"run {run_id}: identical")
    for name, value in hashes.items():
        console.show(f"  {name:16} {value[:16]}")


def show_runs(runs: Sequence[tuple[Path, Mapping[str, Any]]]) -> None:
    """Print the list of kept runs."""
    if not runs:
        console.show("no runs yet; try 'trade backtest run sample'")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("run", no_wrap=True)
    for name in ("play", "symbol"):
        table.add_column(name, overflow="fold")  # on a narrow terminal a name goes on below, nothing is cut off
    for name in ("from", "to"):
        table.add_column(name, no_wrap=True)
    for name in ("return %", "max dd %", "trades"):
        table.add_column(name, justify="right")
    table.add_column("stopped", no_wrap=True)
    for _, brief in runs:
        edges = [iso(edge)[:10] for edge in brief["window"]]
        cells = (brief["run_id"], brief["play"], brief["symbol"].rpartition(":")[2], *edges)
        figures = (_number(brief["net_return_pct"]), _number(brief["max_drawdown_pct"]), str(brief["total_trades"]))
        table.add_row(*cells, *figures, brief["stop_reason"])
    console.show(table)


def _figures(summary: Mapping[str, Any]) -> Table:
    metrics, extras, way = summary["metrics"], summary["extras"], summary["gross_to_net"]
    left = [
        ("return", _number(metrics["net_return_pct"], " %")),
        ("buy and hold", _number(metrics["benchmark_return_pct"], " %")),
        ("max drawdown", _number(metrics["max_drawdown_pct"], " %")),
        ("Sharpe", _number(metrics["sharpe"])),
        ("daily Sharpe", _number(metrics["sharpe_daily"])),
        ("daily Sortino", _number(metrics["sortino_daily"])),
        ("profit factor", _number(metrics["profit_factor"])),
        ("trades", str(metrics["total_trades"])),
        ("win rate", _number(metrics["win_rate"], " %")),
        ("time in market", _number(metrics["time_in_market_pct"], " %")),
    ]
    right = [
        ("gross before costs", _money(way["gross"])),
        ("slippage", _money(way["slippage"])),
        ("fees", _money(way["fees"])),
        ("funding", _money(way["funding"])),
        ("net", _money(way["net"])),
        ("final equity", _money(metrics["final_equity"])),
        ("rejected entries", str(metrics["entry_rejections"])),
        ("cut entries", str(extras["entries_cut"])),
        ("ambiguous trades", str(extras["ambiguous_trades"])),
        ("stop reason", summary["stop_reason"]),
    ]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for justify in ("left", "right", "left", "right"):
        table.add_column(justify=justify)
    for (name, value), (other, amount) in zip(left, right, strict=True):
        table.add_row(name, value, other, amount)
    return table


def _group_table(title: str, rows: Iterable[Mapping[str, Any]], total: Mapping[str, Any] | None) -> Table:
    table = Table(title, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("trades", "wins", "losses", "win rate", "net USDT", "net %", "avg time"):
        table.add_column(name, justify="right")
    for row in [*rows, *([total] if total is not None else [])]:
        table.add_row(
            row["group"],
            str(row["trades"]),
            str(row["wins"]),
            str(row["losses"]),
            _number(row["win_rate_pct"], " %"),
            _money(row["net_usdt"]),
            _number(row["net_pct"]),
            _duration(row["avg_duration_ms"]),
        )
    return table


def _show_funnel(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print how often each rule held; without a trade this says which condition never did (RULE-6)."""
    table = Table("rule", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("true", "false", "missing"):
        table.add_column(name, justify="right")
    for row in rows:
        never = "" if row["true"] else "  <- never held" if row["false"] or row["missing"] else "  <- never asked"
        name = "  " * row["depth"] + row["text"] if row["depth"] else f"{row['path']}: {row['text']}"
        text = Text(name + never, style="red" if never else "")
        table.add_row(text, f"{row['true']:,}", f"{row['false']:,}", f"{row['missing']:,}")
    console.show(table)


def _number(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value:,.2f}{unit}"


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _duration(length_ms: float | None) -> str:
    if length_ms is None:
        return "-"
    hours, minutes = divmod(round(length_ms / 60_000), 60)
    return f"{hours}h {minutes:02d}m"
