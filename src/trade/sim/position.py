"""An open position as a record: its money only the ledger changes (MONEY-2), and `sim.trail` remembers there what its stop has followed."""

from __future__ import annotations

from typing import Protocol

from trade.base.rows import dtype_of


class PositionRow(Protocol):
    """One slot for a position. While its side is 0 it is flat, and the rest is what the last one left."""

    side: int  # LONG, FLAT, SHORT
    lots: int
    entry_price_ticks: int
    entry_value_quanta: int
    posted_quanta: int  # used margin
    closing_fee_quanta: int  # fee to close at the bankruptcy price
    mmr_e12: int  # maintenance margin = value × mmr + base; both follow from tier, date and posted margin
    maintenance_base_quanta: int
    tier: int  # row of the tiers
    opened_ms: int
    opened_bar: int
    inside_bar: int  # the bar in whose range a resting entry filled, -1 where it was at the open (FILL-7)
    entered_by: int  # the kind of the order that opened it
    is_even: int  # 1: its stop has been moved to the entry
    followed_ticks: int  # the best price that its stop has followed, and the point of the curve whose distance it took
    followed_point: int
    liquidation_ticks: int
    best_ticks: int  # farthest price in favour and against, over what was certainly traded while held
    worst_ticks: int


POSITION = dtype_of(PositionRow)
