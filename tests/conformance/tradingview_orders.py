"""TradingView's small cases: a few orders by bar, each after the close of its bar, on given bars or on the path inside them."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from outside_tape import OutsideTape, Row, Trade, grid_of, quantity, stop_at, target_at, trades
from published import Case, first_true, paired

from trade.sim.spec import PATH

Order = Mapping[str, Any]
TICK = Decimal("0.01")
LEVELS = {"tp", "sl", "bracket"}
LEGS = {"tp": "take_profit", "sl": "stop_loss"}
FIELDS = {"entry", "exit", "entry_bar", "exit_bar", "qty", "leg"}
ENTRIES = {"market", "stop_entry", "limit_entry", "market_on_close"}


def order_cases(cases: Sequence[Mapping[str, Any]]) -> list[Case]:
    """Return a case per list of orders."""
    return [order_case(case) for case in cases]


def order_case(case: Mapping[str, Any]) -> Case:
    outside = outside_of(case) or outside_by_levels(case)
    if outside is not None:
        return Case("tradingview", case["id"], outside)
    return Case("tradingview", case["id"], None, theirs(case), lambda: paired(ran(case), case["expected"]["trades"], said))


def outside_of(case: Mapping[str, Any]) -> str | None:
    """Return what of the case our engine does not have."""
    orders: Sequence[Order] = case["orders"]
    entries = [order for order in orders if order["action"] in ENTRIES]
    levels = [order for order in orders if order["action"] in LEVELS]
    return first_true(
        (any("trail" in key or "trail" in order["action"] for order in orders for key in order), "trailing stop"),
        (any(order["action"] == "stop_entry" for order in orders), "stop entries"),
        (any(order["action"] == "limit_entry" for order in orders), "limit entries"),
        (any(order["action"].startswith("cancel") for order in orders), "cancelling an order"),
        (len(entries) > 1, "adding to a position"),
        (any(key.startswith("margin_") for key in case["config"]), "margin call"),
        (len(levels) > 1 or any("qty_pct" in order for order in orders), "taking parts off a position"),
        (len({order["qty"] for order in orders if "qty" in order}) > 1, "taking parts off a position"),
        (not all(readable(order) for order in orders) or len(entries) != 1, "orders no adapter reads"),
        (bool(set(case["config"]) - {"detail", "slippage_ticks"}), "settings no adapter reads"),
        (bool(set(case["expected"]) - {"trades"}), "results no adapter reads"),
        (any(set(trade) - FIELDS for trade in case["expected"].get("trades", ())), "results no adapter reads"),
        (not path_of(case), "bars in prose"),
    )


def readable(order: Order) -> bool:
    """Return whether an order is a market order, a level or a close, at a bar and with numbers."""
    numbers = [order[name] for name in ("price", "tp", "sl", "qty") if name in order]
    return (
        order["action"] in {"market", "close_market", *LEVELS}
        and isinstance(order["bar"], int)
        and all(isinstance(number, int | Decimal) for number in numbers)
    )


def outside_by_levels(case: Mapping[str, Any]) -> str | None:
    """Return why the levels of a case that is otherwise readable would act differently."""
    entries = [order for order in case["orders"] if order["action"] == "market"]
    levels = [order for order in case["orders"] if order["action"] in LEVELS]
    return first_true(
        (any(came_late(case, entries[0], order) for order in levels), "a level that comes later than its entry"),
        (gapped_target(case, entries[0], levels), "FILL-6: a limit target opened beyond fills at its own price"),
    )


def path_of(case: Mapping[str, Any]) -> list[list[Row]]:
    """Return the bars, each as the path inside it: one step, or the minutes that a note gives; empty when they are not readable."""
    if case["bars_ohlc"]:
        return [[rows(bar)] for bar in case["bars_ohlc"]]
    told = re.search(r"path of \S+ bar (\d+): (\[.*?\]); bars 0 and (\d+): (\w+) times (\(.*?\))", case["note"])
    if told is None or told[4] != "five" or int(told[1]) != int(told[3]) + 1:
        return []
    return [[rows(literal_eval(told[5]))] * 5] * int(told[1]) + [[rows(bar) for bar in literal_eval(told[2])]]


def rows(bar: Sequence[Any]) -> Row:
    return tuple(Decimal(str(price)) for price in bar)  # type: ignore[return-value]


def side_of(entry: Order) -> int:
    return 1 if entry["side"] == "long" else -1


def prices_of(order: Order) -> dict[str, Decimal]:
    """Return the levels of an order by their name."""
    named = {order["action"]: order.get("price")} if order["action"] != "bracket" else {leg: order.get(leg) for leg in LEGS}
    return {leg: Decimal(str(price)) for leg, price in named.items() if price is not None}


def touched(bar: Row, leg: str, level: Decimal, side: int) -> bool:
    return bar[1] >= level if (leg == "tp") == (side > 0) else bar[2] <= level


def came_late(case: Mapping[str, Any], entry: Order, order: Order) -> bool:
    """Return whether a level would have acted before it was ordered; ours stand from the entry's fill on."""
    before = list(chain.from_iterable(path_of(case)[entry["bar"] + 1 : order["bar"] + 1]))
    return any(touched(bar, leg, level, side_of(entry)) for leg, level in prices_of(order).items() for bar in before)


def gapped_target(case: Mapping[str, Any], entry: Order, levels: Sequence[Order]) -> bool:
    """Return whether a bar opens beyond the target of a case with slippage: theirs fills better and does not slip."""
    after = list(chain.from_iterable(path_of(case)[entry["bar"] + 1 :]))
    targets = [prices_of(order)["tp"] for order in levels if "tp" in prices_of(order)]
    first = [next((bar for bar in after if touched(bar, "tp", level, side_of(entry))), None) for level in targets]
    beyond = [bar is not None and side_of(entry) * (bar[0] - level) > 0 for bar, level in zip(first, targets, strict=True)]
    return bool(case["config"].get("slippage_ticks")) and any(beyond)


def theirs(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the trades they expect, numbers as decimals."""
    return [
        {name: value if name == "leg" else Decimal(str(value)) for name, value in trade.items()} for trade in case["expected"]["trades"]
    ]


def said(trade: tuple[Trade, list[int]], wanted: Iterable[str]) -> dict[str, Any]:
    """Return our trade in the fields they name; bars are those of the chart."""
    done, chart = trade
    legs = {reason: leg for leg, reason in LEGS.items()}
    words = {
        "entry": done.entry,
        "exit": done.exit,
        "entry_bar": Decimal(chart[done.entry_bar]),
        "exit_bar": Decimal(chart[done.exit_bar]),
        "qty": done.quantity,
        "leg": legs.get(done.reason, done.reason),
    }
    return {name: words[name] for name in wanted}


def ran(case: Mapping[str, Any]) -> list[tuple[Trade, list[int]]]:
    """Return our trades, those that ended by an order, each with the chart's bar of every step."""
    paths = path_of(case)
    steps = list(chain.from_iterable(paths))
    chart = [at for at, path in enumerate(paths) for _ in path]
    last = {at: step for step, at in enumerate(chart)}
    [entry] = [order for order in case["orders"] if order["action"] == "market"]
    closing = {last[order["bar"]]: "exit" for order in case["orders"] if order["action"] == "close_market"}
    grid = grid_of(TICK, *chain.from_iterable(steps), step=Decimal("0.0001"))
    signal, options = steps[last[entry["bar"]]][3], dict[str, Any]()
    for order in case["orders"]:
        levels = prices_of(order) if order["action"] in LEVELS else {}
        options |= stop_at(levels["sl"], signal, grid) if "sl" in levels else {}
        options |= target_at(levels["tp"], signal, grid) if "tp" in levels else {}
    if case["config"].get("slippage_ticks"):
        highest = max(int(bar[1] / grid.tick_size) for bar in steps)
        options |= {"slippage_e9": case["config"]["slippage_ticks"] * 10**9 // highest, "target_is_limit": 1}
    size = quantity(Decimal(str(entry["qty"])), grid)
    done = trades(OutsideTape(steps, grid), {last[entry["bar"]]: entry["side"], **closing}, intrabar=PATH, **options, **size)
    return [(trade, chart) for trade in done if trade.reason != "end_of_data"]
