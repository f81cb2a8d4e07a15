"""What is written down at closes: running peak and drawdown of base-close equity, and the points of the equity curve."""

from __future__ import annotations

from typing import Any

import numpy as np

from trade.engine.tape import Points
from trade.kernels import kernel
from trade.sim.ledger import maintenance_now, unrealised
from trade.sim.margin import Tiers
from trade.sim.spec import Spec

NO_LOW = 2**63 - 1

TALLY = np.dtype(
    [
        ("peak_quanta", np.int64),
        ("low_quanta", np.int64),  # lowest base-close equity after the last point, `NO_LOW` before there is one
        ("drawdown_quanta", np.int64),  # of the last base close
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
def mark_to_market(tally: Any, equity: int) -> None:
    """Take note of one base-close equity: low since the last point, peak, drawdown (STOP-3)."""
    tally.low_quanta = min(tally.low_quanta, equity)
    tally.peak_quanta = max(tally.peak_quanta, equity)
    fall = tally.peak_quanta - equity
    tally.drawdown_quanta = fall
    if fall > 0:
        tally.max_drawdown_quanta = max(tally.max_drawdown_quanta, fall)
        if tally.peak_quanta > 0:
            tally.max_drawdown_frac = max(tally.max_drawdown_frac, fall / tally.peak_quanta)


@kernel
def write_points(spec: Spec, tiers: Tiers, points: Points, equity: Any, tally: Any, book: Any, last_bar: int, price_ticks: int) -> None:
    """Write every point of the curve whose last base bar is at most `last_bar`, all at this price (TIME-9)."""
    worth = book.cash_quanta + unrealised(spec, book, price_ticks)
    while tally.points < len(points.last_bar) and points.last_bar[tally.points] <= last_bar:
        row = equity[tally.points]
        row.ts_ms = points.ts_ms[tally.points]
        row.equity_quanta = worth
        row.low_equity_quanta = min(tally.low_quanta, worth)
        row.cash_quanta = book.cash_quanta
        row.used_margin_quanta = book.posted_quanta
        row.maintenance_margin_quanta = maintenance_now(spec, tiers, book, price_ticks)
        row.notional_quanta = price_ticks * book.lots * spec.tick_lot_quanta
        row.position_lots = book.side * book.lots
        tally.low_quanta = NO_LOW
        tally.points += 1
