"""Kept runs as tables: a list of them, the trades and metrics of one, two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trade.base.counted import counted
from trade.cli import console
from trade.cli.figures import decimals
from trade.cli.sheet import Heading, Sheet, number, words

if TYPE_CHECKING:
    from trade.artifacts.shelf import KeptRun
    from trade.run.versus import Difference

_DIGITS = 12  # of a hash that is shown for a look
_HASH = 64  # digits of a SHA-256


def show_runs(runs: Sequence[KeptRun], kept_here: int) -> None:
    """Print a list of kept runs, out of so many that are kept."""
    if not runs:
        none = "no runs here; try 'trade backtest run sample'"
        console.show(f"none of the {counted(kept_here, 'run')} here is one of those asked for" if kept_here else none)
        return
    sheet = Sheet(
        "run",
        Heading("started", spare=3),
        words("play"),
        words("symbol"),
        Heading("tf", spare=7),
        Heading("made by", spare=4),
        Heading("from", spare=6),
        Heading("to", spare=6),
        number("return %"),
        number("max dd %", 2),
        number("Sharpe", 5),
        number("profit factor", 8),
        number("trades", 1),
        number("fees", 9),
        words("ended"),
    )
    for kept in runs:
        brief = kept.brief
        sheet.add(
            brief["run_id"],
            "" if kept.started is None else f"{kept.started:%Y-%m-%d %H:%M}",
            brief["play"],
            brief["symbol"],
            brief["exec_timeframe"],
            kept.made_by,
            *_days(brief["window"]),
            decimals(brief["net_return_pct"]),
            decimals(brief["max_drawdown_pct"]),
            decimals(brief["sharpe"]),
            decimals(brief["profit_factor"]),
            str(brief["total_trades"]),
            decimals(brief["total_fees"]),
            brief["status"] if brief["status"] == "refused" else brief["stop_reason"],
        )
    console.show(sheet)


def _days(window: Sequence[int]) -> tuple[str, str]:
    from trade.market.instants import iso

    return iso(window[0])[:10], iso(window[1])[:10]


def metric_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every metric of a run with its unit, formula and source."""
    from trade.analysis.registry import EXTRAS, METRICS

    values = {**summary["metrics"], **summary["extras"]}
    return [
        {"name": each.name, "value": values[each.name], "unit": str(each.unit), "formula": each.formula, "source": each.source}
        for each in (*METRICS, *EXTRAS)
    ]


def show_metrics(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print metrics with their definitions."""
    sheet = Sheet("metric", number("value"), Heading("unit", spare=2), words("formula"), words("from", 1))
    for row in rows:
        sheet.add(row["name"], _value(row["value"]), row["unit"], row["formula"], row["source"])
    console.show(sheet)


def show_differences(names: Sequence[str], differences: Iterable[Difference]) -> None:
    """Print in what two runs differ."""
    sheet = Sheet("differs in", words("name"), *(Heading(name, right=True, folds=True) for name in names))
    for each in differences:
        sheet.add(each.subject, each.name, *("null" if value is None else _value(value) for value in (each.one, each.other)))
    console.show(sheet if sheet.rows else "the two runs do not differ")


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4g}"
    text = str(value)
    return text[:_DIGITS] if len(text) == _HASH and all(sign in "0123456789abcdef" for sign in text) else text


def show_trades(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the trades of a run."""
    sheet = Sheet(
        number("#"),
        "entry",
        Heading("exit", spare=3),
        "side",
        number("quantity", 2),
        number("in at"),
        number("out at"),
        number("net USDT"),
        Heading("ended by", spare=1),
    )
    for at, row in enumerate(rows, 1):
        sheet.add(
            str(at),
            _minute(row["entry_time"]),
            _minute(row["exit_time"]),
            row["direction"],
            f"{row['quantity']:g}",
            f"{row['entry_price']:.12g}",
            f"{row['exit_price']:.12g}",
            decimals(row["net_usdt"]),
            row["exit_reason_word"],
        )
    console.show(sheet if rows else "no trades")


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as CSV with a header on stdout."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    console.write(text.getvalue())
