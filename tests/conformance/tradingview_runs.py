"""Whole runs that TradingView exported: crossings as two Plays, the long trades and the short ones; orders by bar as tapes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, chain, cycle, groupby
from typing import Any

from outside_play import Crossing, Market, Moment, both_halves, crossing_of, instant
from outside_tape import OutsideTape, bar, grid_of, quantity, trades
from published import Case, first_true, table, there
from tapes import taker

FOLDER = "tradingview/"
DAY_MS, HOURS = 86_400_000, 24
COSTS = {"commission_pct", "slippage_ticks"}
NOTES = {"initial_capital", "difficulty", "trade_rows", "closed_trades", "first_entry", "last_row", "final_cumulative", "source"}
TOLD = {"ohlcv", "sizing", "rule", "trades_file", "pointvalue", "mintick", *COSTS, *NOTES}

Order = tuple[str, int, int]  # side, the bars at whose closes entry and exit are decided


def run_cases(strategies: Mapping[str, Mapping[str, Any]]) -> list[Case]:
    """Return a case per exported strategy."""
    return [run_case(name, told) for name, told in strategies.items()]


def run_case(name: str, told: Mapping[str, Any]) -> Case:
    crossing, by_bar = crossing_of(told["rule"]), orders_of(told["rule"], 0)
    outside = first_true(
        (crossing is None and by_bar is None and re.search(r"\bstop\b", told["rule"], re.IGNORECASE) is not None, "stop entries"),
        (crossing is None and by_bar is None, "a rule no Play was written for"),
        (not told["sizing"].startswith("fixed "), "sized by the account"),
        (bool(set(told) - TOLD) or (crossing is not None and bool(set(told) & COSTS)), "settings no adapter reads"),
    )
    if outside is not None:
        return Case("tradingview", name, outside)
    bars = bars_of(told)
    theirs = [moment for moment in exported(told) if moment.exit_ms <= bars[-1]["at"]]  # one export ends on a bar we do not have
    if crossing is not None:
        tied = after_ties(theirs, bars, told) if crossing.averages and crossing.chart is None else theirs
        return Case("tradingview", name, None, tied, lambda: shown(crossed(crossing, bars, told), tied))
    return Case("tradingview", name, None, theirs, lambda: shown(ordered(orders_of(told["rule"], len(bars)) or [], bars, told), theirs))


def orders_of(rule: str, bars: int) -> list[Order] | None:
    """Return the orders of a rule that counts bars: given one by one, or as flips every so many bars that are over by the last bar."""
    single = re.findall(r"(\d+): (buy|sell short) market; (\d+): close", rule)
    flips = re.search(r"from bar_index (\d+) every (\d+) bars flip: even flips long, odd flips short", rule)
    if flips is None:
        return [("long" if word == "buy" else "short", int(at), int(left)) for at, word, left in single] or None
    start, every = int(flips[1]), int(flips[2])
    sides = cycle(("long", "short"))
    return [(side, at, at + every) for side, at in zip(sides, range(start, bars - every - 1, every), strict=False)]


def shown(ours: list[Moment], theirs: list[Moment]) -> list[Moment]:
    """Return our trades with money as it is exported: to the digits that the other side shows."""
    digits = [Decimal(1).scaleb(int(moment.net.as_tuple().exponent)) for moment in theirs]
    near = [abs(our.net - their.net) <= digit / 2 for our, their, digit in zip(ours, theirs, digits, strict=False)]
    told = [our._replace(net=their.net) if same else our for our, their, same in zip(ours, theirs, near, strict=False)]
    return told + ours[len(theirs) :]


def exported(told: Mapping[str, Any]) -> list[Moment]:
    """Return the trades of an export; a trade is two rows."""
    rows = table(FOLDER + told["trades_file"])
    [price] = [name for name in rows[0] if name.startswith("Price ")]
    [net] = [name for name in rows[0] if name.startswith("Net P&L USD")]
    return [
        Moment(
            entry["Type"].removeprefix("Entry "),
            instant(entry["Date/Time"]),
            Decimal(entry[price]),
            instant(leave["Date/Time"]),
            Decimal(leave[price]),
            Decimal(leave[net]),
        )
        for entry, leave in zip(rows[::2], rows[1::2], strict=True)
    ]


def bars_of(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the bars with their open in ms as `at`; one strategy names a file that is the common one with a bar more."""
    name = FOLDER + told["ohlcv"].split()[0]
    rows = table(name if there(name) else FOLDER + "ohlcv.csv")
    return [row | {"at": instant(row["time"] if "time" in row else row["timestamp"])} for row in rows]


def days_of(bars: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the days that are whole, without the path inside them."""
    days = [list(day) for _, day in groupby(bars, key=lambda row: row["at"] // DAY_MS)]
    return [
        day[0] | {"close": day[-1]["close"], "high": max(row["high"] for row in day), "low": min(row["low"] for row in day)}
        for day in ([row | {name: Decimal(row[name]) for name in ("high", "low")} for row in day] for day in days)
        if len(day) == HOURS
    ]


def after_ties(theirs: list[Moment], bars: Sequence[dict[str, Any]], told: Mapping[str, Any]) -> list[Moment]:
    """Return their trades as they are where equal is equal (RULE-7): a fill after a bar whose averages are one number comes a bar later.

    Doubles take such a tie for a crossing: the sums of 10 and of 30 closes round to different sides of it.
    """
    crossing = crossing_of(told["rule"])
    assert crossing is not None
    fast, slow = crossing.averages
    sums = [Fraction(0), *accumulate(Fraction(row["close"]) for row in bars)]
    means = [[(sums[i] - sums[i - n]) / n if i >= n else None for n in (fast, slow)] for i in range(1, len(sums))]
    later = {bars[i + 1]["at"]: bars[i + 2] for i, (one, other) in enumerate(means) if one == other and one is not None}
    return [_postponed(moment, later, Decimal(str(told.get("pointvalue", 1)))) for moment in theirs]


def _postponed(moment: Moment, later: Mapping[int, dict[str, Any]], units: Decimal) -> Moment:
    if moment.entry_ms in later:
        moment = moment._replace(entry_ms=later[moment.entry_ms]["at"], entry=Decimal(later[moment.entry_ms]["open"]))
    if moment.exit_ms in later:
        moment = moment._replace(exit_ms=later[moment.exit_ms]["at"], exit=Decimal(later[moment.exit_ms]["open"]))
    points = moment.exit - moment.entry if moment.side == "long" else moment.entry - moment.exit
    return moment if points * units == moment.net else moment._replace(net=points * units)


def crossed(strategy: Crossing, bars: list[dict[str, Any]], told: Mapping[str, Any]) -> list[Moment]:
    """Return the trades of our two Plays, times as TradingView writes them: the open of the chart's bar."""
    size = Decimal(told["sizing"].removeprefix("fixed ")) * told.get("pointvalue", 1)
    tick = Decimal(str(told["mintick"])) if "mintick" in told else grid_of(*chain.from_iterable(map(bar, bars))).tick_size
    moments, last = both_halves(strategy, Market(bars, tick, size)), bars[-1]["at"]
    chart = DAY_MS if strategy.chart == "D" else 1
    return [m._replace(entry_ms=m.entry_ms // chart * chart, exit_ms=min(m.exit_ms, last) // chart * chart) for m in moments]


def ordered(orders: Sequence[Order], bars: Sequence[dict[str, Any]], told: Mapping[str, Any]) -> list[Moment]:
    """Return our trades of orders by bar, each on a tape of its own: a flip is two of them, and slippage is in ticks."""
    return [moment for order in orders for moment in alone(order, bars, told)]


def alone(order: Order, bars: Sequence[dict[str, Any]], told: Mapping[str, Any]) -> list[Moment]:
    side, decided, left = order
    part = bars[decided : left + 3]
    rows = [bar(row) for row in part]
    tape = OutsideTape(rows, grid_of(Decimal("0.00001")), [row["at"] for row in part])
    costs = {**taker(str(Fraction(str(told["commission_pct"])) / 100)), "slippage_e9": ticks_of(told["slippage_ticks"], tape)}
    done = trades(tape, {0: side, left - decided: "exit"}, **costs, **quantity(Decimal(told["sizing"].removeprefix("fixed ")), tape.grid))
    return [Moment(t.side, part[t.entry_bar]["at"], t.entry, part[t.exit_bar]["at"], t.exit, t.net) for t in done]


def ticks_of(slippage: int, tape: OutsideTape) -> int:
    """Return the rate that, rounded to the tick against the trader (FILL-1), is this many ticks at every price of the tape."""
    prices = [int(price / tape.grid.tick_size) for row in tape.rows for price in row]
    rate = slippage * 10**9 // max(prices)
    assert min(prices) * rate > (slippage - 1) * 10**9
    return rate
