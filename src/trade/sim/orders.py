"""The table of working orders, oldest first: its first `account.orders` rows. Nothing else writes them."""

from __future__ import annotations

from trade.base.records import NO_PRICE, OrderKind, Purpose, TimeInForce
from trade.base.rows import RowsOf
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.order import OrderRow

MOST = 4  # an entry, a stop, a target and an exit
NEVER_MS = 2**63 - 1

_MARKET, _ENTRY, _EXIT = int(OrderKind.MARKET), int(Purpose.ENTRY), int(Purpose.EXIT)
_GTC, _IOC = int(TimeInForce.GTC), int(TimeInForce.IOC)
NOBODY = -1


@kernel
def place(account: AccountRow, orders: RowsOf[OrderRow], kind: int, purpose: int, side: int, lots: int, price_ticks: int) -> int:
    """Add an order and return its row; `NO_PRICE` for a market order. What belongs to its purpose is for the caller to say."""
    row = account.orders
    order = orders[row]
    order.kind, order.purpose, order.side, order.lots, order.price_ticks = kind, purpose, side, lots, price_ticks
    order.reason, order.asked_lots, order.cap, order.decided_ticks, order.decided_ms = 0, lots, 0, 0, 0
    order.time_in_force, order.expires_ms, order.rested, order.stop_ticks, order.target_ticks = _GTC, NEVER_MS, 0, NO_PRICE, NO_PRICE
    account.orders = row + 1
    return row


@kernel
def place_exit(account: AccountRow, orders: RowsOf[OrderRow], side: int, lots: int, reason: int, decided_ms: int) -> None:
    """Close a position of a side at the next open."""
    order = orders[place(account, orders, _MARKET, _EXIT, -side, lots, NO_PRICE)]
    order.reason, order.decided_ms = reason, decided_ms


@kernel
def remove(account: AccountRow, orders: RowsOf[OrderRow], row: int) -> None:
    """Take an order off the table."""
    account.orders -= 1
    for below in range(row, account.orders):
        orders[below] = orders[below + 1]


@kernel
def remove_closing(account: AccountRow, orders: RowsOf[OrderRow]) -> None:
    """Take off every order that belonged to the position that is gone (FILL-11)."""
    for row in range(account.orders - 1, -1, -1):
        if orders[row].purpose != _ENTRY:
            remove(account, orders, row)


@kernel
def working(account: AccountRow, orders: RowsOf[OrderRow], purpose: int) -> int:
    """Return the row of the oldest order of a purpose, or `NOBODY`."""
    for row in range(account.orders):
        if orders[row].purpose == purpose:
            return row
    return NOBODY


@kernel
def expire(account: AccountRow, orders: RowsOf[OrderRow], ts_ms: int) -> int:
    """Take off the orders whose time is over at an instant, and return how many (FILL-8)."""
    before = account.orders
    for row in range(before - 1, -1, -1):
        if orders[row].expires_ms <= ts_ms:
            remove(account, orders, row)
    return before - account.orders


@kernel
def rest(account: AccountRow, orders: RowsOf[OrderRow]) -> int:
    """Let what a bar has not met rest, take off what had that bar only, and return how many those are (FILL-8)."""
    before = account.orders
    for row in range(before - 1, -1, -1):
        orders[row].rested = 1
        if orders[row].time_in_force == _IOC:
            remove(account, orders, row)
    return before - account.orders


@kernel
def next_expiry(account: AccountRow, orders: RowsOf[OrderRow]) -> int:
    """Return the first instant at which an order ends by itself."""
    first = NEVER_MS
    for row in range(account.orders):
        first = min(first, orders[row].expires_ms)
    return first
