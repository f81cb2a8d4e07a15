"""jesse: short scripts of market orders with levels at prices, an isolated liquidation, and what single trades earn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, pairwise
from typing import Any

from outside_tape import MINUTE, OutsideTape, Trade, bar, grid_of, outcome, quantity, still, stop_at, target_at, trades
from published import Case, first_true, paired, read
from tapes import leverage, taker, tier

WHEN = r"(?:bar )?index (?P<index>\d+)|close==(?P<close>[\d.]+)|at (?:bar close time \S+ \(|)t=(?P<t>\d+)\+(?P<late>\d+)\)?"
WHAT = r"(?P<side>buy|sell) (?P<size>[\d.]+) market(?:,? (?:with )?sl@(?P<sl>[\d.]+))?(?:,? (?:with )?tp@(?P<tp>[\d.]+))?|(?P<leave>close)"
LINE = re.compile(rf"(?:{WHEN}): (?:{WHAT})")
LADDER = re.compile(r"ladder|@[\d.]+ and |@[\d.]+,\s*[\d.]+@")
FIELDS = {"type", "entry", "exit", "qty", "opened_at", "closed_at", "holding_minutes"}
MMR = "0.004"  # what jesse holds back of an isolated position
FINEST = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of a script: at which row's close, and what."""

    at: int
    side: str | None  # none: the position is closed
    size: Decimal
    levels: Mapping[str, Decimal]


def cases() -> list[Case]:
    """Return every case of the file."""
    told = read("jesse_orders.json")
    if told is None:
        return []
    return [
        *(order_case(case, told) for case in told["order_cases"]),
        *(earning_case(case) for case in told["pnl_cases"]),
        *(Case("jesse", f"split {at}", "splitting a bar at a fill") for at, _ in enumerate(told["candle_split_cases"])),
        *(Case("jesse", run["name"], "a rule no Play was written for") for run in told["regression_fingerprints"]["scenarios"]),
    ]


def order_case(case: Mapping[str, Any], told: Mapping[str, Any]) -> Case:
    outside = outside_by_script(case)
    if outside is None:
        rows = rows_of(case["bars"], told)
        lines = lines_of(case["script"], rows)
        outside = outside_by_bars(lines, rows)
    if outside is not None:
        return Case("jesse", case["id"], outside)
    if "settings" in case:
        return Case("jesse", case["id"], None, liquidation_of(case["expected"]), lambda: liquidated(case["settings"], lines, rows))
    wanted = [{name: exact(value) for name, value in trade.items()} for trade in wanted_of(case)]
    return Case("jesse", case["id"], None, wanted, lambda: paired(ran(lines, rows), wanted, said))


def wanted_of(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the trades that are expected, in the fields that are given."""
    expected = {name: value for name, value in case["expected"].items() if name not in ("n_trades", "note")}
    return list(expected.get("trades", [expected]))


def outside_by_script(case: Mapping[str, Any]) -> str | None:
    """Return what of the script our engine does not have."""
    script = "; ".join(case["script"])
    parts = [part.strip() for part in script.split(";")]
    return first_true(
        (isinstance(case["bars"], list), "several symbols"),
        (re.search(r"\bstops?\b", script) is not None, "stop entries"),
        (re.search(r"\blimits?\b", script) is not None, "limit entries"),
        (LADDER.search(script) is not None, "taking parts off a position"),
        (len(re.findall(r"\bbuy\b", script)) > 1 or len(re.findall(r"\bsell\b", script)) > 1, "adding to a position"),
        (any(LINE.fullmatch(part) is None for part in parts), "a script no adapter reads"),
        (bool(set(case.get("settings", {})) - {"leverage", "margin", "balance"}), "settings no adapter reads"),
        ("settings" in case and "liquidation_price_2dp" not in case["expected"], "settings no adapter reads"),
        ("settings" not in case and any(set(trade) - FIELDS for trade in wanted_of(case)), "results no adapter reads"),
    )


def outside_by_bars(lines: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what of the prices our engine would take otherwise."""
    gaps = [line.at + 1 == len(rows) or exact(rows[line.at]["close"]) != exact(rows[line.at + 1]["open"]) for line in lines]
    wrong = [side * (level - exact(rows[line.at]["close"])) <= 0 for line in lines for side, level in apart(line)]
    return first_true(
        (any(gaps), "a fill at a close that is not the next open"),
        (any(wrong), "FILL-5: a level on the wrong side is a rejection"),
    )


def apart(line: Line) -> list[tuple[int, Decimal]]:
    """Return the levels with the direction in which they must lie."""
    side = -1 if line.side == "short" else 1
    return [(side if leg == "tp" else -side, level) for leg, level in line.levels.items()]


def exact(value: Any) -> Any:
    return value if isinstance(value, str) else Decimal(str(value))


def rows_of(bars: Mapping[str, Any], told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the bars: minutes on which the close goes up or down by a step, or the rows of the file."""
    if bars["kind"] != "close_ramp":
        return list(told[bars["kind"]])
    closes = list(range(bars["start"], bars["stop"] + bars["step"], bars["step"]))
    opens = [Decimal(closes[0]) - Decimal("0.5"), *map(Decimal, closes)]
    return [
        {"t": at * MINUTE, "open": o, "high": max(o, c), "low": min(o, c), "close": Decimal(c)}
        for at, (o, c) in enumerate(zip(opens, closes, strict=False))
    ]


def lines_of(script: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return the lines of a script that is readable."""
    return [line_of(part.strip(), rows) for text in script for part in text.split(";")]


def line_of(text: str, rows: Sequence[Mapping[str, Any]]) -> Line:
    told = LINE.fullmatch(text)
    assert told is not None
    if told["index"] is not None:
        at = int(told["index"])
    elif told["close"] is not None:
        at = [exact(row["close"]) for row in rows].index(Decimal(told["close"]))
    else:
        at = [row["t"] for row in rows].index(int(told["t"]) + int(told["late"]) - MINUTE)
    levels = {leg: Decimal(told[leg]) for leg in ("sl", "tp") if told[leg] is not None}
    return Line(at, {"buy": "long", "sell": "short", None: None}[told["side"]], Decimal(told["size"] or 0), levels)


def ran(lines: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> list[tuple[Trade, list[int]]]:
    """Return our trades, each on a tape that begins with its decision, and the opens of that tape."""
    done = []
    for line in lines:
        if line.side is None:
            continue
        part = rows[line.at :]
        prices = [bar(row) for row in part]
        grid = grid_of(FINEST, *chain.from_iterable(prices), *line.levels.values(), step=Decimal("0.001"))
        levels: dict[str, Any] = {}
        levels |= stop_at(line.levels["sl"], prices[0][3], grid) if "sl" in line.levels else {}
        levels |= target_at(line.levels["tp"], prices[0][3], grid) if "tp" in line.levels else {}
        closing = {other.at - line.at: "exit" for other in lines if other.side is None and other.at > line.at}
        tape = OutsideTape(prices, grid, [row["t"] for row in part])
        [trade] = trades(tape, {0: line.side, **closing}, **levels, **quantity(line.size, grid))
        done.append((trade, [row["t"] for row in part]))
    assert all(opens[trade.exit_bar] <= later[1] for (trade, opens), (_, later) in pairwise(done)), "positions overlap"
    return done


def said(trade: tuple[Trade, list[int]], wanted: Iterable[str]) -> dict[str, Any]:
    """Return our trade in the fields they name; they say the close of the bar at which something was filled, or the open it filled at."""
    done, opens = trade
    closed = opens[done.exit_bar] + (MINUTE if done.reason != "signal" else 0)
    words = {
        "type": done.side,
        "entry": done.entry,
        "exit": done.exit,
        "qty": done.quantity,
        "opened_at": Decimal(opens[done.entry_bar]),
        "closed_at": Decimal(closed),
        "holding_minutes": Decimal((closed - opens[done.entry_bar]) // MINUTE),
    }
    return {name: words[name] for name in wanted}


def liquidation_of(expected: Mapping[str, Any]) -> dict[str, Any]:
    names = ("liquidation_price_2dp", "bankruptcy_price", "balance_after")
    return {name: Decimal(str(expected[name])) for name in names if name in expected} | {"reason": "liquidation"}


def liquidated(settings: Mapping[str, Any], lines: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what a position that fills the account comes to."""
    [line] = lines
    assert line.side is not None
    prices = [bar(row) for row in rows[line.at :]]
    grid = grid_of(FINEST, *chain.from_iterable(prices))
    lots, balance = int(line.size), grid.quanta(Decimal(settings["balance"]))
    account = {"min_lots": lots, "max_lots": lots, "initial_cash_quanta": balance, **leverage(settings["leverage"])}
    made = outcome(OutsideTape(prices, grid), {0: line.side}, tiers=(tier(10**7, MMR),), **account)
    [row] = made.trades
    [trade] = trades(OutsideTape(prices, grid), {0: line.side}, tiers=(tier(10**7, MMR),), **account)
    return {
        "liquidation_price_2dp": grid.price(int(row["liquidation_price_ticks"])),
        "bankruptcy_price": trade.exit,
        "balance_after": grid.money(balance) + trade.net,
        "reason": trade.reason,
    }


def earning_case(case: Mapping[str, Any]) -> Case:
    name = f"{case['side']} {case['qty']} from {case['entry']} to {case['exit']} at {case['fee']}"
    return Case("jesse", name, None, exact(case["expected"]), lambda: earned(case))


def earned(case: Mapping[str, Any]) -> Decimal:
    """Return what a trade between two opens earns after fees."""
    entry, leave, size = (exact(case[name]) for name in ("entry", "exit", "qty"))
    grid = grid_of(entry, leave)
    tape = OutsideTape([still(entry), still(entry), still(leave)], grid)
    [done] = trades(tape, {0: case["side"], 1: "exit"}, **taker(str(case["fee"])), **quantity(size, grid))
    return done.net
