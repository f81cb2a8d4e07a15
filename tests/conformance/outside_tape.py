"""One tape of another engine's numbers through our simulator: decimals in, the trades as decimals out.

A fill at a close is put on the tape as the instant it is: a bar in which nothing moves, after the bar whose close it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from tapes import ONE_TIER, UNMEASURED, Options, array, leverage, spec, tiers_of

from trade.base.instrument import Grid
from trade.base.records import LONG, ExitReason, Intent
from trade.engine.simulate import Outcome, simulate
from trade.engine.tape import DECISION, Points, Tape
from trade.sim.payment import PAYMENT
from trade.sim.spec import BEYOND_WARN, STOP_FRACTION, STOP_POINTS, TARGET_FRACTION, TARGET_POINTS, rules_of

Row = tuple[Decimal, Decimal, Decimal, Decimal]  # open, high, low, close
MINUTE = 60_000
START = 1_735_689_600_000  # 2025-01-01, under the older liquidation price, which others compute too
ENTERS = {"long": Intent.ENTRY_LONG, "short": Intent.ENTRY_SHORT}
LEAVES = {"long": {"exit", "exit_long"}, "short": {"exit", "exit_short"}}


@dataclass(frozen=True)
class Trade:
    """A trade in bars of the tape and in the units of the case."""

    side: str
    entry_bar: int
    entry: Decimal
    exit_bar: int
    exit: Decimal
    reason: str
    quantity: Decimal
    fees: Decimal
    net: Decimal


@dataclass(frozen=True)
class OutsideTape:
    """Bars on a grid; `ts_open_ms` is minutes from `START` unless the case has times."""

    rows: Sequence[Row]
    grid: Grid
    ts_open_ms: Sequence[int] = ()

    def opens(self) -> list[int]:
        return list(self.ts_open_ms) or [START + bar * MINUTE for bar in range(len(self.rows))]


def bar(row: Mapping[str, Any]) -> Row:
    """Return the prices of a row that names its columns."""
    return tuple(Decimal(str(row[name])) for name in ("open", "high", "low", "close"))  # type: ignore[return-value]


def still(price: Decimal) -> Row:
    """Return the bar of an instant: nothing moves."""
    return price, price, price, price


def grid_of(*prices: Decimal, step: Decimal = Decimal(1)) -> Grid:
    """Return the coarsest decimal grid that holds all these prices."""
    places = max((-int(price.normalize().as_tuple().exponent) for price in prices), default=0)
    return Grid(Decimal(1).scaleb(-max(places, 0)), step)


# what a case asks for, as fields of the Spec


def stop_part(part: Fraction) -> Options:
    """Stop at a part of the fill price."""
    return {"stop_kind": STOP_FRACTION, "stop_num": part.numerator, "stop_den": part.denominator}


def target_part(part: Fraction) -> Options:
    return {"target_kind": TARGET_FRACTION, "target_num": part.numerator, "target_den": part.denominator}


def stop_at(level: Decimal, signal: Decimal, grid: Grid) -> Options:
    """Stop at a level that was known at the signal's close (FILL-4, `anchor: signal`)."""
    away = Fraction(abs(signal - level)) / Fraction(grid.tick_size)
    return {"stop_kind": STOP_POINTS, "stop_num": away.numerator, "stop_den": away.denominator, "anchor_signal": 1}


def target_at(level: Decimal, signal: Decimal, grid: Grid) -> Options:
    away = Fraction(abs(signal - level)) / Fraction(grid.tick_size)
    return {"target_kind": TARGET_POINTS, "target_num": away.numerator, "target_den": away.denominator, "anchor_signal": 1}


def quantity(units: Decimal, grid: Grid) -> Options:
    """Always trade this much, whatever the account holds, and too far from liquidation for it to matter."""
    lots = int(units / grid.qty_step)
    assert lots * grid.qty_step == units
    return {"min_lots": lots, "max_lots": lots, "initial_cash_quanta": 10**16, **leverage("1/10"), "beyond_liquidation": BEYOND_WARN}


def outcome(tape: OutsideTape, decisions: Mapping[int, str], tiers: Sequence[tuple[int, ...]] = ONE_TIER, **options: Any) -> Outcome:
    """Simulate the tape; what is decided at the close of a bar are words: long or short, exit, exit_long, exit_short."""
    ticks = np.array([[int(price / tape.grid.tick_size) for price in row] for row in tape.rows], np.int64)
    assert all(price % tape.grid.tick_size == 0 for row in tape.rows for price in row)
    columns = [np.ascontiguousarray(ticks[:, i]) for i in (0, 1, 2, 3, 0, 1, 2, 3)]
    opens = array(tape.opens())
    step = int(np.diff(opens).min()) if len(opens) > 1 else MINUTE
    points = Points(array([opens[0], opens[-1] + step]), array([-1, len(opens) - 1]))
    made = spec(**{"tick_lot_quanta": tape.grid.tick_lot_quanta, **options})
    nothing_due, rules = np.empty(0, PAYMENT), rules_of([made])
    return simulate(
        rules, tiers_of(*tiers), Tape(opens, *columns, step), nothing_due, points, decided(decisions, opens + step), array([-1, -1])
    )


def decided(decisions: Mapping[int, str], closes: Any) -> Any:
    """Return the decisions as intents: entries while flat, exits in the position they are for (RULE-5)."""
    bars = sorted(decisions)
    words = [set(decisions[bar].split()) for bar in bars]
    flat = [sum(int(intent) for side, intent in ENTERS.items() if side in said) for said in words]
    leaves = [[int(Intent.EXIT) if said & LEAVES[side] else 0 for said in words] for side in ENTERS]
    rows = zip(bars, closes[array(bars)], flat, *leaves, strict=True)
    return np.array([(*row, *UNMEASURED) for row in rows], DECISION)


def trades(tape: OutsideTape, decisions: Mapping[int, str], **options: Any) -> list[Trade]:
    """Return what the simulator traded."""
    grid, opens = tape.grid, array(tape.opens())
    return [
        Trade(
            "long" if row["side"] == LONG else "short",
            int(np.searchsorted(opens, row["entry_ts_ms"])),
            grid.price(int(row["entry_price_ticks"])),
            int(np.searchsorted(opens, row["exit_ts_ms"], "right")) - 1,
            grid.price(int(row["exit_price_ticks"])),
            ExitReason(int(row["exit_reason"])).word,
            grid.quantity(int(row["quantity_lots"])),
            grid.money(int(row["fees_quanta"])),
            grid.money(int(row["net_quanta"])),
        )
        for row in outcome(tape, decisions, **options).trades
    ]
