"""A working order as a record: what is decided, or belongs to a position, and waits for a price."""

from __future__ import annotations

from typing import Protocol

from trade.base.rows import dtype_of


class OrderRow(Protocol):
    """One order. Of its prices a kind has those it needs, the others are `NO_PRICE`."""

    kind: int
    purpose: int
    side: int  # +1 buys, -1 sells
    lots: int
    price_ticks: int  # its limit, or its trigger
    time_in_force: int
    expires_ms: int  # the first instant at which it no longer works
    rested: int  # 1: a bar has been, and it was not met
    reason: int  # of an order that closes: why the trade ends
    asked_lots: int  # of an entry: what its sizing asked for, and what made it smaller
    cap: int
    decided_ticks: int  # the close of the decision, and its instant
    decided_ms: int
    stop_ticks: int  # of an entry: what was measured at the decision for its stop and its target, a distance or a level
    target_ticks: int


ORDER = dtype_of(OrderRow)
