"""The prices between which nothing can happen: while a bar stays inside them, no order and no liquidation is met.

However many orders rest, a bar is compared with four prices.
"""

from __future__ import annotations

from typing import Protocol

from trade.base.records import OrderKind
from trade.base.rows import RowsOf, dtype_of
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.order import OrderRow
from trade.sim.position import PositionRow
from trade.sim.spec import Spec
from trade.sim.trail import NO_WAKE, wakes_at

NO_LOW, NO_HIGH = -1, 2**63 - 1

_MARKET, _STOP_MARKET = int(OrderKind.MARKET), int(OrderKind.STOP_MARKET)


class WakeRow(Protocol):
    """Ticks: the first that wakes below and above, on the last price and on the mark."""

    low_ticks: int
    high_ticks: int
    mark_low_ticks: int
    mark_high_ticks: int


WAKE = dtype_of(WakeRow)


@kernel
def rewake(spec: Spec, account: AccountRow, position: PositionRow, orders: RowsOf[OrderRow], wake: WakeRow) -> None:
    """Find them anew, after anything has changed. A market order does not wait for a price; a stop that moves does, on the other side."""
    wake.low_ticks, wake.high_ticks, wake.mark_low_ticks, wake.mark_high_ticks = NO_LOW, NO_HIGH, NO_LOW, NO_HIGH
    for row in range(account.orders):
        order = orders[row]
        if order.kind == _MARKET:
            continue
        upward = order.side if order.kind == _STOP_MARKET else -order.side
        if upward > 0:
            wake.high_ticks = min(wake.high_ticks, order.price_ticks)
        else:
            wake.low_ticks = max(wake.low_ticks, order.price_ticks)
    if position.side == 0:
        return
    moving = wakes_at(spec, position)
    if position.side > 0:
        wake.mark_low_ticks = position.liquidation_ticks
        if moving != NO_WAKE:
            wake.high_ticks = min(wake.high_ticks, moving)
    else:
        wake.mark_high_ticks = position.liquidation_ticks
        if moving != NO_WAKE:
            wake.low_ticks = max(wake.low_ticks, moving)


@kernel
def sleeps(
    low_wake: int, high_wake: int, mark_low_wake: int, mark_high_wake: int, high: int, low: int, mark_high: int, mark_low: int
) -> bool:
    """Return whether a bar touches none of the prices, which is what most bars do; all in ticks."""
    return low > low_wake and high < high_wake and mark_low > mark_low_wake and mark_high < mark_high_wake
