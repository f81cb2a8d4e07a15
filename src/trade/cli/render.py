"""Results as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from trade.artifacts.decided import DECISIONS
from trade.artifacts.receipt import Receipt
from trade.artifacts.shelf import read_recorded, reading
from trade.artifacts.tables import POINTS, TRADES
from trade.base.arrays import Int64
from trade.base.errors import EXIT_OK, EXIT_REFUSED
from trade.base.findings import Finding, Place, Severity
from trade.base.timeframe import DAY_MS, Timeframe
from trade.cli import console
from trade.cli.figures import decimals, lasting
from trade.cli.sheet import Sheet, number, words
from trade.gates.text import span

_GROUPS = {"by_weekday": "weekday of entry", "by_month": "month of exit"}
_CAGR_FROM_DAYS = 30  # what is earned in less is no rate of a year
_WIDTH, _HEIGHT = 78, 4  # of the equity curve, in signs
_BRAILLE = "\u28ff"
_IN_PLACE = ("no-trades", "entries-cut")  # said beside the funnel, and under the figures


def show_receipt(receipt: Receipt, *, in_full: bool = False) -> None:
    """Print the result of a run: the figures, where the money went, why entries were refused, and the funnel without trades.

    In full it is one that was kept: the tables by weekday and month and the funnel come too, and no word of a run before.

    Under --json the document is `result.json`, with every hash by name, where it lies, and the findings with their places.
    """
    summary = receipt.summary
    place = {"folder": str(receipt.folder)} if in_full else {"folder": str(receipt.folder), "existed": receipt.existed}
    kept = read_recorded(receipt.folder)
    document = {**place, **summary["hashes"], **summary, **({"recorded": kept} if kept else {})}
    console.conclude(document, summary["status"], EXIT_REFUSED if receipt.is_refused and not in_full else EXIT_OK, receipt.findings)
    if console.Talk.as_json:
        return
    with reading(receipt.folder):
        equity, nets = POINTS.read(receipt.folder)["equity_quanta"], TRADES.read(receipt.folder)["net_quanta"]
    console.show_findings(finding for finding in receipt.findings if finding.code not in _IN_PLACE)
    console.show(Text(f"{summary['play']}  {summary['symbol']}  {summary['exec_timeframe']}", style="bold"))
    days = (summary["window"][1] - summary["window"][0]) / DAY_MS
    console.show(f"{span(*summary['window'])} UTC ({days:.0f} days)")
    console.show(_figures(summary, nets))
    _show_equity(equity, summary["quanta_per_usdt"])
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
        tables = summary["tables"]
        console.show(_group_sheet("exit reason, side", [*tables["by_exit_reason"], *tables["by_side"], tables["total"]]))
    again = " (the same run was there before)" if receipt.existed and not in_full else ""
    console.show(f"run {receipt.run_id} in {receipt.folder}{again}")
    for name, said in kept.items():
        console.show(f"recorded {said['rows']:,} {name} in {receipt.folder / DECISIONS}")
    if receipt.is_refused:
        console.show("refused: it lies outside of what the Play expects")
    console.show(f"run_hash {summary['hashes']['run_hash']}")
    if in_full:
        _show_tables(summary)


def stored_findings(summary: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the findings of a kept result."""
    return tuple(
        Finding(d["code"], d["fact"], d["hint"], Severity(d["severity"]), Place(path=d["path"]), d["data"]) for d in summary["findings"]
    )


def _show_tables(summary: Mapping[str, Any]) -> None:
    """Print the remaining tables of a run: by weekday and month, and the funnel."""
    for key, title in _GROUPS.items():
        if summary["tables"][key]:
            console.show(_group_sheet(title, summary["tables"][key]))
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


def _figures(summary: Mapping[str, Any], nets: Int64) -> Sheet:
    metrics, extras, way = summary["metrics"], summary["extras"], summary["gross_to_net"]
    days = (summary["window"][1] - summary["window"][0]) / DAY_MS
    exec_ms = Timeframe(summary["exec_timeframe"]).length_ms
    left = [
        ("return", decimals(metrics["net_return_pct"], " %")),
        ("CAGR", decimals(extras["cagr_pct"] if days >= _CAGR_FROM_DAYS else None, " %")),
        ("buy and hold", decimals(metrics["benchmark_return_pct"], " %")),
        ("max drawdown", decimals(metrics["max_drawdown_pct"], " %")),
        ("longest drawdown", lasting(metrics["max_drawdown_duration_bars"] * exec_ms)),
        ("Sharpe", decimals(metrics["sharpe"])),
        ("Sortino", decimals(metrics["sortino"])),
        ("daily Sharpe", decimals(metrics["sharpe_daily"])),
        ("daily Sortino", decimals(metrics["sortino_daily"])),
        ("profit factor", decimals(metrics["profit_factor"])),
        ("expectancy", decimals(metrics["expectancy_usdt"])),
        ("best trade", decimals(int(nets.max()) / summary["quanta_per_usdt"] if len(nets) else None)),
        ("worst trade", decimals(int(nets.min()) / summary["quanta_per_usdt"] if len(nets) else None)),
    ]
    right = [
        ("gross before costs", decimals(way["gross"])),
        ("slippage", decimals(way["slippage"])),
        ("fees", decimals(way["fees"])),
        ("funding", decimals(way["funding"])),
        ("net", decimals(way["net"])),
        ("final equity", decimals(metrics["final_equity"])),
        ("trades", str(metrics["total_trades"])),
        ("win rate", decimals(metrics["win_rate"], " %")),
        ("time in market", decimals(metrics["time_in_market_pct"], " %")),
        ("rejected entries", str(metrics["entry_rejections"])),
        ("cut entries", str(extras["entries_cut"])),
        ("ambiguous trades", str(extras["ambiguous_trades"])),
        ("stop reason", summary["stop_reason"]),
    ]
    sheet = Sheet("", number(""), "", number(""), heads=False)
    for (name, value), (other, amount) in zip(left, right, strict=True):
        sheet.add(name, value, other, amount)
    return sheet


def _group_sheet(title: str, rows: Iterable[Mapping[str, Any]]) -> Sheet:
    heads = [number(name) for name in ("trades", "wins", "losses", "win rate", "net USDT")]
    sheet = Sheet(title, *heads, number("net %", 1), number("avg time", 2))
    for row in rows:
        sheet.add(
            row["group"],
            str(row["trades"]),
            str(row["wins"]),
            str(row["losses"]),
            decimals(row["win_rate_pct"], " %"),
            decimals(row["net_usdt"]),
            decimals(row["net_pct"]),
            lasting(row["avg_duration_ms"]),
        )
    return sheet


def _show_equity(equity: Int64, quanta_per_usdt: int) -> None:
    """Draw the equity curve, its highest and lowest point beside it; nothing where the stream cannot say braille."""
    if not console.can_say(_BRAILLE):
        return
    from trade.cli.braille import drawn

    edges = [decimals(int(edge) / quanta_per_usdt) for edge in (equity.max(), equity.min())]
    beside = max(map(len, edges)) + 1
    for line, edge in zip(drawn(equity, _WIDTH - beside, _HEIGHT), (edges[0], *[""] * (_HEIGHT - 2), edges[1]), strict=True):
        console.show(f"{line:{_WIDTH - beside}}{edge:>{beside}}".rstrip())


def _show_funnel(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print how often each rule held; without a trade this says which condition never did (RULE-6)."""
    sheet = Sheet(words("rule"), *(number(name) for name in ("true", "false", "missing")))
    for row in rows:
        never = "" if row["true"] else "  <- never held" if row["false"] or row["missing"] else "  <- never asked"
        name = "  " * row["depth"] + row["text"] if row["depth"] else f"{row['path']}: {row['text']}"
        text = Text(console.visible(name + never), style="red" if never else "")
        sheet.add(text, f"{row['true']:,}", f"{row['false']:,}", f"{row['missing']:,}")
    console.show(sheet)
