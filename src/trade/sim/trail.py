"""Stops that move: trailing and break-even, decided at a base close for the bars after it, and only ever tighter (STOP-1)."""

from __future__ import annotations

from trade.base.records import ExitReason, OrderKind, Purpose
from trade.base.rows import RowsOf
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.order import OrderRow
from trade.sim.orders import NOBODY, place, working
from trade.sim.position import PositionRow
from trade.sim.prices import ceil_div, on_step
from trade.sim.spec import NONE, TRAIL_FRACTION, TRAIL_MEASURED, Spec

NO_WAKE = -1
_STOP_MARKET, _STOPS = int(OrderKind.STOP_MARKET), int(Purpose.STOP_LOSS)
_TRAILED, _EVEN = int(ExitReason.TRAILING_STOP), int(ExitReason.BREAK_EVEN)


@kernel
def moves(spec: Spec) -> bool:
    """Return whether a stop of this run ever moves."""
    return spec.trail_kind != NONE or spec.even_from_num > 0


@kernel
def follow(spec: Spec, account: AccountRow, position: PositionRow, orders: RowsOf[OrderRow], trail_ticks: int, point: int) -> None:
    """Move the stop as far as the best price of the position allows, where that is a new one, or the measured distance is.

    `trail_ticks` is that distance, as of a point of the curve, negative where missing.
    """
    measured_anew = spec.trail_kind == TRAIL_MEASURED and position.followed_point != point
    if position.best_ticks == position.followed_ticks and not measured_anew:
        return
    position.followed_ticks, position.followed_point = position.best_ticks, point
    side, entry = position.side, position.entry_price_ticks
    gain = side * (position.best_ticks - entry)
    if spec.even_from_num > 0 and position.is_even == 0 and gain >= _away(entry, spec.even_from_num, spec.even_from_den):
        position.is_even = 1
        even = entry + side * _away(entry, spec.even_num, spec.even_den)
        _tighten(spec, account, position, orders, even, _EVEN)
    if spec.trail_kind == NONE or gain < _away(entry, spec.trail_from_num, spec.trail_from_den):
        return
    away = trail_ticks
    if spec.trail_kind == TRAIL_FRACTION:
        away = position.best_ticks * spec.trail_num // spec.trail_den
    if away >= 0:
        _tighten(spec, account, position, orders, position.best_ticks - side * max(away, spec.price_step_ticks), _TRAILED)


@kernel
def wakes_at(spec: Spec, position: PositionRow) -> int:
    """Return the first price at which the stop may move: the best one and a tick, or where break-even or the trail begins."""
    side, entry = position.side, position.entry_price_ticks
    gain = side * (position.best_ticks - entry)
    nearest = -1
    if spec.trail_kind != NONE:
        nearest = max(gain + 1, _away(entry, spec.trail_from_num, spec.trail_from_den))
    if spec.even_from_num > 0 and position.is_even == 0:
        even = max(gain + 1, _away(entry, spec.even_from_num, spec.even_from_den))
        nearest = even if nearest < 0 else min(nearest, even)
    return NO_WAKE if nearest < 0 else entry + side * nearest


@kernel
def _away(price_ticks: int, numerator: int, denominator: int) -> int:
    return ceil_div(price_ticks * numerator, denominator)


@kernel
def _tighten(spec: Spec, account: AccountRow, position: PositionRow, orders: RowsOf[OrderRow], level_ticks: int, reason: int) -> None:
    """Move the stop to a level, on the tick nearer the price, or place one there; a looser level is left."""
    side = position.side
    level = max(on_step(level_ticks, spec.price_step_ticks, side), 0)
    row = working(account, orders, _STOPS)
    if row == NOBODY:
        row = place(account, orders, _STOP_MARKET, _STOPS, -side, position.lots, level)
    elif side * (level - orders[row].price_ticks) <= 0:
        return
    orders[row].price_ticks, orders[row].reason = level, reason
