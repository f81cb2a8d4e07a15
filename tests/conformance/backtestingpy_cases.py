"""backtesting.py: orders after a close, market at the next open, stop before target; whole runs where their bars are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from outside_play import Crossing, Market, both_halves, crossing_of, instant
from outside_tape import OutsideTape, Trade, bar, grid_of, quantity, stop_at, target_at, trades
from published import Case, first_true, read, table, there
from tapes import taker

from trade.base.timeframe import Timeframe

Order = Mapping[str, Any]
ORDER = {"after_close_of", "after_close_of_index", "side", "type", "size", "sl", "tp", "close"}
TIMEFRAMES = {"daily": "D", "hourly": "1h"}
OF_SIZE = {"total_commission", "final_equity"}


def cases() -> list[Case]:
    """Return every case of the file."""
    told = read("backtestingpy_cases.json")
    if told is None:
        return []
    return [*(case_of(case) for case in told["cases"]), *(run_of(run) for run in told["golden_runs"])]


def run_of(run: Mapping[str, Any]) -> Case:
    """A whole run on bars that a user may lay into the folder; side, bars and prices are compared, as the sizes follow SIZE-3."""
    bars, _, timeframe = run["data"].partition(" ")
    crossing = crossing_of(run["strategy"])
    outside = first_true(
        ("spread" in run["settings"], "FILL-1: slippage is paid at both ends, theirs at the entry"),
        (crossing is None or timeframe not in TIMEFRAMES, "a rule no Play was written for"),
        (bool(set(run["settings"]) - {"cash", "commission", "finalize_trades"}), "settings no adapter reads"),
        (not run["settings"].get("finalize_trades"), "a position that stays open at the end"),
        (not there(bars), "its bars are not in the folder"),
    )
    if outside is not None or crossing is None:
        return Case("backtesting.py", run["id"], outside)
    theirs = [(t["Size"] > 0, t["EntryBar"], exact(t["EntryPrice"]), t["ExitBar"], exact(t["ExitPrice"])) for t in run["trades"]]
    return Case("backtesting.py", run["id"], None, theirs, lambda: crossed(crossing, bars, Timeframe(TIMEFRAMES[timeframe])))


def exact(number: Any) -> Decimal:
    return Decimal(str(number))


def crossed(crossing: Crossing, name: str, timeframe: Timeframe) -> list[tuple[bool, int, Decimal, int, Decimal]]:
    """Return (long, entry bar, entry, exit bar, exit) of our two Plays.

    What is open in the end they close at the last bar's open, so our bars end with one that stands still there (END-1).
    """
    rows = [{key.lower() or "t": value for key, value in row.items()} for row in table(name)]
    bars: list[dict[str, Any]] = [row | {"at": instant(row["t"])} for row in rows]
    tick = grid_of(*chain.from_iterable(map(bar, bars))).tick_size
    row_at = {row["at"]: at for at, row in enumerate(bars)}
    last: dict[str, Any] = dict.fromkeys(("open", "high", "low", "close"), bars[-1]["open"]) | {"at": bars[-1]["at"] + timeframe.length_ms}
    moments = both_halves(crossing, Market([*bars, last], tick, Decimal(1), timeframe))
    return [(m.side == "long", row_at[m.entry_ms], m.entry, row_at.get(m.exit_ms, len(bars) - 1), m.exit) for m in moments]


def case_of(case: Mapping[str, Any]) -> Case:
    if not {"bars", "orders"} <= set(case):
        return Case("backtesting.py", case["id"], "no tape")
    outside = outside_of(case)
    if outside is not None:
        return Case("backtesting.py", case["id"], outside)
    wanted = {name: Decimal(str(value)) for name, value in case["expected"].items() if name != "note"}
    return Case("backtesting.py", case["id"], None, wanted, lambda: said(ran(case), case, wanted))


def outside_of(case: Mapping[str, Any]) -> str | None:
    """Return what of the case our engine does not have, or does otherwise."""
    settings, orders, wanted = case.get("settings", {}), case["orders"], set(case["expected"])
    entries = [order for order in orders if "side" in order]
    return first_true(
        (any("stop" in order for order in entries), "stop entries"),
        (any("limit" in order for order in entries), "limit entries"),
        ("spread" in settings, "FILL-1: slippage is paid at both ends, theirs at the entry"),
        ("commission_fixed" in settings, "a fee per order"),
        (isinstance(settings.get("commission"), str), "a fee by a function"),
        (len(entries) != 1, "adding to a position"),
        (
            any(order.get("size", 1) % 1 != 0 or ("size" not in order and wanted & {*OF_SIZE, "equity_at_index"}) for order in entries),
            "SIZE-3: sized at the decision",
        ),
        (any(set(order) - ORDER or order.get("type", "market") != "market" for order in orders), "orders no adapter reads"),
        (bool(set(settings) - {"cash", "commission"}), "settings no adapter reads"),
        (bool(wanted - {"entry_price", "exit_price", "note"} - OF_SIZE), "results no adapter reads"),
    )


def decided_at(case: Mapping[str, Any], order: Order) -> int:
    """Return the row at whose close an order is given."""
    if "after_close_of_index" in order:
        return int(order["after_close_of_index"])
    return [row["t"] for row in case["bars"]].index(order["after_close_of"])


def ran(case: Mapping[str, Any]) -> Trade:
    """Return our only trade."""
    rows = [bar(row) for row in case["bars"]]
    [entry] = [order for order in case["orders"] if "side" in order]
    levels = {leg: Decimal(str(entry[leg])) for leg in ("sl", "tp") if entry.get(leg) is not None}
    grid = grid_of(*chain.from_iterable(rows), *levels.values())
    at = decided_at(case, entry)
    closing = {decided_at(case, order): "exit" for order in case["orders"] if "close" in order}
    options: dict[str, Any] = {}
    options |= stop_at(levels["sl"], rows[at][3], grid) if "sl" in levels else {}
    options |= target_at(levels["tp"], rows[at][3], grid) if "tp" in levels else {}
    options |= taker(str(case.get("settings", {}).get("commission", 0)))
    options |= quantity(Decimal(str(entry.get("size", 1))), grid)
    [done] = trades(OutsideTape(rows, grid), {at: {"buy": "long", "sell": "short"}[entry["side"]], **closing}, **options)
    return done


def said(trade: Trade, case: Mapping[str, Any], wanted: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return our trade in the words they expect."""
    words = {
        "entry_price": trade.entry,
        "exit_price": trade.exit,
        "total_commission": trade.fees,
        "final_equity": Decimal(str(case.get("settings", {}).get("cash", 0))) + trade.net,
    }
    return {name: words[name] for name in wanted}
