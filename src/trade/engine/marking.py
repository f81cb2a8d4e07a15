"""What is written down at closes: running peak and drawdown of base-close equity, and the points of the equity curve."""

from __future__ import annotations

from typing import Any

import numpy as np

from trade.engine.tape import CASH, LOTS, LOW, MAINTENANCE, NOTIONAL, USED, WORTH, Int64
from trade.kernels import kernel
from trade.sim.ledger import maintenance_now, unrealised

NO_LOW = 2**63 - 1

TALLY = np.dtype(
    [
        ("peak_quanta", np.int64),
        ("low_quanta", np.int64),  # lowest base-close equity after the last point, `NO_LOW` before there is one
        ("deepest_quanta", np.int64),  # fall since the peak
        ("max_drawdown_quanta", np.int64),
        ("max_drawdown_frac", np.float64),
        ("points", np.int64),  # rows of the equity curve written
        ("stop_reason", np.int64),
        ("stop_ts_ms", np.int64),
        ("bars_in_position", np.int64),
        ("entry_attempts", np.int64),
    ]
)


@kernel
def deeper(peak: int, deepest: int, max_fall: int, max_frac: float, equity: int) -> tuple[int, int, int, float]:
    """Return (peak, deepest fall since it, largest fall, largest fall in parts of its peak) after one base-close equity (STOP-3)."""
    if equity >= peak:
        return equity, 0, max_fall, max_frac
    fall = peak - equity
    if fall <= deepest:
        return peak, deepest, max_fall, max_frac
    frac = fall / peak if peak > 0 else 0.0
    return peak, fall, max(max_fall, fall), max(max_frac, frac)


@kernel
def mark_to_market(tally: Any, equity: int) -> None:
    """Take note of one base-close equity."""
    tally.low_quanta = min(tally.low_quanta, equity)
    tally.peak_quanta, tally.deepest_quanta, tally.max_drawdown_quanta, tally.max_drawdown_frac = deeper(
        tally.peak_quanta, tally.deepest_quanta, tally.max_drawdown_quanta, tally.max_drawdown_frac, equity
    )


@kernel
def write_points(last_bars: Int64, curve: Int64, tally: Any, book: Any, last_bar: int, value: int) -> None:
    """Write every point of the curve whose last base bar is at most `last_bar`, the position worth `value` at all of them (TIME-9)."""
    first, end = tally.points, len(last_bars)
    if first == end or last_bars[first] > last_bar:
        return
    cash = book.cash_quanta
    worth = cash + unrealised(book, value) if book.side != 0 else cash
    low, point = min(tally.low_quanta, worth), first
    while point < end and last_bars[point] <= last_bar:
        curve[WORTH, point], curve[LOW, point], curve[CASH, point] = worth, low, cash
        low = worth
        point += 1
    if book.side != 0:
        maintenance, lots = maintenance_now(book, value), book.side * book.lots
        for row in range(first, point):
            curve[USED, row], curve[MAINTENANCE, row] = book.posted_quanta, maintenance
            curve[NOTIONAL, row], curve[LOTS, row] = value, lots
    tally.points, tally.low_quanta = point, NO_LOW
