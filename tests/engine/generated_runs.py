"""Random markets and Specs for the properties: everything a run can be given, at sizes where corners are met often."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tapes import MARK_MARGIN_FROM_MS, MINUTE, START, Market, market, ruled, spec, taker

from trade.base.records import Intent, PriceFrom, TimeInForce
from trade.engine.tape import Tape
from trade.sim.money import LIMIT_QUANTA
from trade.sim.payment import PAYMENT
from trade.sim.spec import (
    ENTRY_LIMIT,
    ENTRY_MARKET,
    ENTRY_STOP,
    NONE,
    OFFSET_FRACTION,
    OFFSET_MEASURED,
    OFFSET_POINTS,
    STOP_AT,
    STOP_FRACTION,
    STOP_MEASURED,
    STOP_POINTS,
    TARGET_AT,
    TARGET_FRACTION,
    TARGET_MEASURED,
    TARGET_POINTS,
    TARGET_RATIO,
    TRAIL_FRACTION,
    TRAIL_MEASURED,
    Spec,
)

E12 = 10**12
AWAY = {True: ((1, 100), (1, 7), (3, 1000), (1, 3000), (2, 1)), False: ((5, 2), (12, 1), (1, 2), (40, 3), (300, 1))}  # share, ticks
MOST_CASH, MOST_VALUE = 10**15, 10**17  # at 100x, and a price twenty times higher at the fill, still inside int64 (MONEY-1)


def bar_from(dice: random.Random, before: int, wildness: float) -> tuple[int, int, int, int]:
    """Return a bar that may gap from the close before it; prices are at least one tick."""

    def moved(price: int) -> int:
        step = dice.gauss(0, wildness) * price + dice.randint(-2, 2)
        return max(1, round(price + step)) if dice.random() < 0.8 else price

    opened = moved(before) if dice.random() < 0.3 else before
    prices = [opened, *(moved(opened) for _ in range(3))]
    return opened, max(prices), min(prices), prices[1]


def rows(dice: random.Random, bars: int, start: int, wildness: float) -> list[tuple[int, int, int, int]]:
    table, before = [], start
    ceiling = 20 * start
    for _ in range(bars):
        row = bar_from(dice, before, wildness * (dice.choice((0.2, 1, 1, 5)) if dice.random() < 0.3 else 1))
        row = tuple(min(price, ceiling) for price in row)
        table.append(row)
        before = row[3]
    return table


def marks(dice: random.Random, table: list[tuple[int, int, int, int]], apart: float) -> list[tuple[int, int, int, int]]:
    """Return a mark series near the last price."""

    def near(price: int) -> int:
        return max(1, price + round(dice.gauss(0, apart) * price))

    out = []
    for opened, high, low, close in table:
        prices = [near(opened), near(high), near(low), near(close)]
        out.append((prices[0], max(prices), min(prices), prices[3]))
    return out


def decisions(dice: random.Random, bars: int, share: float) -> dict[int, tuple[int, int, int]]:
    words = [int(i) for i in Intent]
    return {bar: (dice.choice(words), dice.choice(words), dice.choice(words)) for bar in range(bars) if dice.random() < share}


def due(dice: random.Random, read: Market, count: int, top: float) -> Any:
    """Return payments at random minutes, before, inside and after the bars, gaps included."""
    ts = read.tape.ts_open_ms.tolist()
    span = (ts[-1] - START) // MINUTE + 3
    out = []
    for instant in sorted(START + dice.randrange(span) * MINUTE for _ in range(count)):
        bar = next((i for i, opened in enumerate(ts) if opened >= instant), len(ts))
        near = min(bar, len(ts) - 1)
        source = dice.choice((PriceFrom.MARK_OPEN, PriceFrom.CLOSE))
        rate = round(dice.uniform(-top, top) * E12)
        out.append((bar, instant, rate, int(read.tape.mark_open[near]), int(source), ts[near]))
    return np.array(out, PAYMENT)


def tier_rows(dice: random.Random, worth: int) -> list[tuple[int, ...]]:
    """Return one or two dated tables of one to four tiers around an account's worth, with the deductions that make them continuous."""
    table = []
    for from_ms in (0, START + dice.randrange(100) * MINUTE)[: dice.choice((1, 2))]:
        limit, mmr = min(worth * dice.choice((1, 10, 200)) // 4 + 1, MOST_VALUE), dice.choice((0.001, 0.005, 0.02))
        times, deduction = dice.choice((10_000, 10_000, 1_000)), 0
        for _ in range(dice.randint(1, 4)):
            mmr_e12 = round(mmr * E12)
            table.append((from_ms, limit, mmr_e12, times, deduction))
            bigger = mmr * dice.choice((1.1, 1.5))
            deduction += round(limit * (bigger - mmr))
            limit, mmr, times = min(limit, MOST_VALUE // 5) * dice.choice((2, 5)), bigger, max(100, times // dice.choice((1, 2, 5)))
    return table


def options(dice: random.Random) -> dict[str, Any]:
    """Return every option of a Spec but the money and the grid."""
    fee = dice.choice(("0", "0.00055", "0.0006", "0.01", str(dice.randrange(30000) / 10**6)))
    chosen: dict[str, Any] = taker(fee, dice.choice(("0", "0.0002", "0.00017")))
    chosen["slippage_e9"] = dice.choice((0, 0, 200_000, dice.randrange(10**7), 5 * 10**7))
    chosen["leverage_e2"] = dice.choice((25, 100, 100, 300, 1000, 2500, 10000, dice.randint(100, 10000)))
    chosen["stop_kind"] = stop = dice.choice((NONE, STOP_FRACTION, STOP_FRACTION, STOP_POINTS))
    chosen["target_kind"] = target = dice.choice((NONE, TARGET_FRACTION, TARGET_POINTS, *((TARGET_RATIO,) if stop else ())))
    chosen["stop_num"], chosen["stop_den"] = dice.choice(AWAY[stop == STOP_FRACTION])
    chosen["target_num"], chosen["target_den"] = dice.choice(AWAY[target == TARGET_FRACTION])
    for name in ("target_is_limit", "limit_through", "anchor_signal", "intrabar", "stop_on_liquidation"):
        chosen[name] = dice.randint(0, 1)
    chosen["beyond_liquidation"] = dice.randint(0, 2)
    chosen["size_model"] = dice.choice((1, 1, 2, 3)) if stop else dice.choice((1, 3))
    chosen["size_e12"] = dice.choice((E12, E12, E12 // 2, E12 // 50, dice.randrange(1, E12 + 1)))
    chosen["may_long"], chosen["may_short"] = dice.choice(((1, 1), (1, 0), (0, 1)))
    chosen["max_drawdown_e12"] = dice.choice((E12, E12, E12 // 5, dice.randrange(1, E12)))
    if dice.random() < 0.6:
        chosen |= resting_entries(dice) | moving_stops(dice)
        if dice.random() < 0.3:
            chosen["stop_kind"] = dice.choice((STOP_MEASURED, STOP_AT))
            chosen["buffer_num"], chosen["buffer_den"] = dice.choice(((0, 1), (0, 1), (1, 500)))
        if dice.random() < 0.3:
            chosen["target_kind"] = dice.choice((TARGET_MEASURED, TARGET_AT))
    chosen["mark_margin_from_ms"] = dice.choice((MARK_MARGIN_FROM_MS, START + 20 * MINUTE, START + 10**9))
    return chosen


def resting_entries(dice: random.Random) -> dict[str, int]:
    """Return how entries wait for a price, or that they do not."""
    kind, offset = (
        dice.choice((ENTRY_MARKET, ENTRY_LIMIT, ENTRY_LIMIT, ENTRY_STOP)),
        dice.choice((OFFSET_FRACTION, OFFSET_POINTS, OFFSET_MEASURED)),
    )
    numerator, denominator = (
        dice.choice(((0, 1), (1, 1000), (1, 100))) if offset == OFFSET_FRACTION else dice.choice(((0, 1), (1, 1), (7, 2)))
    )
    words = [TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.DAY]
    return {
        "entry_kind": kind,
        "offset_kind": offset,
        "offset_num": numerator,
        "offset_den": denominator,
        "time_in_force": int(dice.choice([*words, TimeInForce.POST_ONLY] if kind == ENTRY_LIMIT else words)),
        "entry_life_ms": dice.choice((0, 0, 3, 20)) * MINUTE,
    }


def moving_stops(dice: random.Random) -> dict[str, int]:
    trail, even = dice.choice((NONE, TRAIL_FRACTION, TRAIL_MEASURED)), dice.random() < 0.3
    from_num, from_den = dice.choice(((0, 1), (0, 1), (1, 300), (1, 40)))
    return {
        "trail_kind": trail,
        "trail_num": dice.choice((0, 1, 1, 3)),
        "trail_den": dice.choice((50, 400)),
        "trail_from_num": from_num,
        "trail_from_den": from_den,
        "even_from_num": int(even),
        "even_from_den": dice.choice((30, 400)),
        "even_num": dice.choice((0, 1)),
        "even_den": 1000,
    }


def measures(dice: random.Random, close: int) -> tuple[int, int, int]:
    """Return what a decision measures: distances of a few ticks, or levels near the price; now and then nothing."""
    near = [max(0, dice.choice((dice.randrange(1 + close // 20), close + round(dice.gauss(0, 0.01) * close)))) for _ in range(3)]
    offset, stop, target = (-1 if dice.random() < 0.05 else value for value in near)
    return min(offset, close // 20), stop, target


def case(seed: int, most_bars: int) -> tuple[Spec, Market]:
    """Return one random run. A seed is all hypothesis draws: thousands of small choices would drown its own bookkeeping."""
    dice = random.Random(seed)
    bars = dice.randint(1, most_bars)
    price = dice.choice((3, 40, 1000, 30_000, 1_000_000))
    table = rows(dice, bars, price, dice.choice((0.001, 0.005, 0.02, 0.2)))
    missing = {bar: dice.randint(1, 30) for bar in range(bars) if dice.random() < 0.05}
    tick_lot = dice.choice((1, 10, 1000, 10**5, 10**8))
    cash = min(price * tick_lot * dice.choice((1, 20, 1000, 10**6)) * dice.randint(50, 150) // 100 + dice.randrange(100) + 1, MOST_CASH)
    tiers = tier_rows(dice, cash * dice.choice((1, 10)))
    has_mark = dice.random() < 0.4
    mark = marks(dice, table, dice.choice((0.0005, 0.005, 0.05))) if has_mark else None
    plan = decisions(dice, bars, dice.choice((0.03, 0.1, 0.5, 1)))
    measured = {bar: measures(dice, table[bar][3]) for bar in plan}
    trails = [dice.choice((-1, 0, price // 300, price // 30)) for _ in range(bars)]
    every = dice.choice((1, 5, 15))
    read = market(table, plan, mark, (), missing, every, tiers, measures=measured, trails=trails[: bars // every + 1])
    payments = due(dice, read, dice.choice((0, 0, 2, 20)), dice.choice((0.0001, 0.003, 0.2, 1.0)))
    exact = LIMIT_QUANTA // (20 * max(high for _, high, _, _ in table) * tick_lot)
    limits = {
        "tick_lot_quanta": tick_lot,
        "exact_lots": exact,
        "min_lots": dice.choice((1, 1, 1, 10)),
        "max_lots": min(dice.choice((10, 10**4, 10**7, 10**7)), exact),
        "min_notional_quanta": dice.choice((0, 0, cash // 100, cash // 3)),
        "max_notional_quanta": dice.choice((0, 0, cash, cash // 2)),
        "max_margin_quanta": dice.choice((0, 0, 0, cash // 3)),
        "initial_cash_quanta": cash,
        "size_quanta": cash * dice.choice((1, 5)) // dice.choice((1, 2, 30)),
        "equity_floor_quanta": dice.choice((0, 0, cash // 2, cash - cash // 50)),
        "has_mark": int(has_mark),
    }
    chosen = replace(spec(**options(dice), **limits), is_delisted=int(dice.random() < 0.1))
    made = Market(read.tape, payments, read.points, read.decisions, read.tiers, read.trails)
    return with_changes(dice, chosen, made, cash) if dice.random() < 0.4 else (chosen, made)


def terms(dice: random.Random, cash: int, exact: int) -> dict[str, int]:
    """Return one set of rules, everything in whole steps."""
    step = dice.choice((1, 1, 3, 10))
    return {
        "price_step_ticks": dice.choice((1, 2, 5, 10)),
        "quantity_step_lots": step,
        "min_lots": step * dice.choice((1, 1, 4)),
        "max_lots": step * min(dice.choice((10, 10**4, 10**6)), exact // step),
        "min_notional_quanta": dice.choice((0, 0, cash // 100, cash // 3)),
    }


def with_changes(dice: random.Random, first: Spec, made: Market, cash: int) -> tuple[Spec, Market]:
    """Return the run under rules that change up to four times, at any minute, its prices on the tick then in force."""
    ts = made.tape.ts_open_ms
    minutes = sorted({dice.randrange(int(ts[-1] - START) // MINUTE + 2) for _ in range(dice.randint(1, 4))})
    chosen = replace(first, **terms(dice, cash, first.exact_lots))
    changes = [(START + minute * MINUTE, terms(dice, cash, first.exact_lots)) for minute in minutes]
    rules = ruled(chosen, changes)
    ticks = np.array([each.price_step_ticks for each in rules])[np.searchsorted([each.from_ms for each in rules], ts, "right") - 1]
    columns = [-(-column // ticks) * ticks for column in made.tape[1:-1]]
    return chosen, replace(made, tape=Tape(ts, *columns, made.tape.step_ms), changes=changes)


def cases(most_bars: int = 120) -> Any:
    return st.integers(0, 2**40).map(lambda seed: (seed, case(seed, most_bars)))


def untied(row: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return the bar with unequal distances from its open: `path` breaks a tie by the low, which has no mirror image."""
    opened, high, low, close = row
    return (opened, high + 1, low, close) if opened - low == high - opened else row


def reflect(table: list[tuple[int, int, int, int]], centre: int) -> list[tuple[int, int, int, int]]:
    return [(2 * centre - opened, 2 * centre - low, 2 * centre - high, 2 * centre - close) for opened, high, low, close in table]


def mirrored(seed: int) -> tuple[Spec, Market, Spec, Market, int]:
    """Return a run without costs at 1x, of always the same size, and the run on the reflected tape with the sides exchanged."""
    dice = random.Random(seed)
    bars, centre, lots = dice.randint(2, 60), 10_000, dice.randint(1, 9)
    table = [untied(row) for row in rows(dice, bars, centre, 0.003)]
    table = [untied(tuple(min(max(price, 7600), 12_300) for price in row)) for row in table]  # never near a liquidation at 1x
    plan = decisions(dice, bars, 0.7)
    turned = {0: 0, 1: 2, 2: 1, 3: 3}
    exchanged = {bar: (turned[flat], turned[short], turned[long]) for bar, (flat, long, short) in plan.items()}
    away = {name: dice.choice((0, 2)) for name in ("stop_kind", "target_kind")}
    chosen = spec(
        **away,
        **{name: dice.randint(0, 1) for name in ("target_is_limit", "limit_through", "anchor_signal", "intrabar")},
        stop_num=dice.randint(1, 200),
        target_num=dice.randint(1, 200),
        stop_den=dice.randint(1, 3),
        target_den=dice.randint(1, 3),
        size_model=3,
        size_quanta=10**17,
        min_lots=lots,
        max_lots=lots,
        initial_cash_quanta=10**14,
        max_drawdown_e12=dice.choice((E12, 10**9)),
    )
    missing = {bar: 3 for bar in range(bars) if dice.random() < 0.05}
    ours = market(table, plan, missing=missing)
    return chosen, ours, chosen, market(reflect(table, centre), exchanged, missing=missing), centre


def mirrored_cases() -> Any:
    return st.integers(0, 2**40).map(mirrored)
