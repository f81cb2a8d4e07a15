"""Where in a base bar an order or the liquidation is met, and at what price (FILL-1, 2, 3, 5, 6, 7, LIQ-1).

A bar is walked open → nearer extreme → other extreme → close; equal distance: low first. What the open decides is decided first, in
the order of the stages below; inside the range `path` goes by the walk, from where the last event was, and `worst` takes what stands
against the position first (FILL-5).
"""

from __future__ import annotations

from trade.base.records import OrderKind, PriceFrom, Purpose, Rule
from trade.kernels import kernel
from trade.sim.bar import BarRow
from trade.sim.order import OrderRow
from trade.sim.position import PositionRow
from trade.sim.prices import on_step
from trade.sim.spec import PATH, Spec

# the stages of a bar: five at its open, and its range
GONE_AT_OPEN, EXITS, ENTRIES, TARGETS, GONE_WITH_STOP, STOPS, AGAINST, RANGE, NEVER = range(9)

CLOSE_LEG = 2

_MARKET, _LIMIT, _STOP_MARKET = int(OrderKind.MARKET), int(OrderKind.LIMIT), int(OrderKind.STOP_MARKET)
_ENTRY = int(Purpose.ENTRY)
_OPEN, _STOP_LEVEL, _TARGET_LEVEL = int(PriceFrom.OPEN), int(PriceFrom.STOP_LEVEL), int(PriceFrom.TARGET_LEVEL)
_LIMIT_PRICE, _TRIGGER = int(PriceFrom.LIMIT_PRICE), int(PriceFrom.TRIGGER_PRICE)
_FILL_1, _FILL_2, _FILL_3, _FILL_6 = int(Rule.FILL_1), int(Rule.FILL_2), int(Rule.FILL_3), int(Rule.FILL_6)


@kernel
def is_beyond(upward: int, price_ticks: int, level_ticks: int) -> bool:
    """Return whether a price has reached a level that is met from below (`upward` 1) or from above (-1); touching counts (FILL-5)."""
    return upward * (price_ticks - level_ticks) >= 0


@kernel
def leg_end(bar: BarRow, leg: int) -> int:
    """Return the price at which a leg of the walk ends: nearer extreme, other extreme, close."""
    if leg == CLOSE_LEG:
        return bar.close_ticks
    low_first = bar.open_ticks - bar.low_ticks <= bar.high_ticks - bar.open_ticks
    return bar.low_ticks if low_first == (leg == 0) else bar.high_ticks


@kernel
def leg_of(bar: BarRow, upward: int, level_ticks: int, leg: int) -> int:
    """Return the first leg, from one on, at whose end the price is beyond a level; after the last one where there is none."""
    while leg <= CLOSE_LEG and not is_beyond(upward, leg_end(bar, leg), level_ticks):
        leg += 1
    return leg


@kernel
def reach_liquidation(spec: Spec, position: PositionRow, bar: BarRow, leg: int, at_ticks: int, with_stop: bool) -> tuple[int, int, int]:
    """Return (stage, leg, distance) at which the mark reaches the liquidation price of a position (LIQ-1).

    On a mark series of its own the way to it is not known: met in one bar with a stop, it is first.
    """
    side, liquidation_ticks = position.side, position.liquidation_ticks
    inside = position.inside_bar == bar.number
    if not inside and is_beyond(-side, bar.mark_open_ticks, liquidation_ticks):
        return GONE_AT_OPEN, 0, 0
    if not is_beyond(-side, bar.mark_low_ticks if side > 0 else bar.mark_high_ticks, liquidation_ticks):
        return NEVER, 0, 0
    if spec.has_mark == 1 and with_stop:
        return GONE_WITH_STOP, 0, 0
    away = side * (at_ticks - liquidation_ticks)
    if spec.intrabar != PATH:
        return AGAINST, 0, away
    if spec.has_mark == 1:
        met = leg_of(bar, -side, bar.low_ticks if side > 0 else bar.high_ticks, leg)
    else:
        met = leg if away <= 0 else leg_of(bar, -side, liquidation_ticks, leg)
    return (RANGE if met <= CLOSE_LEG else NEVER), met, away


@kernel
def reach(spec: Spec, position: PositionRow, order: OrderRow, bar: BarRow, leg: int, at_ticks: int) -> tuple[int, int, int, int, int, int]:
    """Return (stage, leg, distance, price before slippage, price from, rule) of the first price that fills an order.

    The walk stands at a price on a leg: at the open before anything has happened. After a resting entry filled inside the bar, `worst`
    counts the whole range against the position, and a target only if the close is beyond it (FILL-7).
    """
    kind, enters = order.kind, order.purpose == _ENTRY
    if kind == _MARKET:
        return ENTRIES if enters else EXITS, 0, 0, bar.open_ticks, _OPEN, _FILL_1
    price, upward = order.price_ticks, order.side if kind == _STOP_MARKET else -order.side
    needed = price
    if kind == _LIMIT and spec.limit_through == 1:  # FILL-2: it may need a trade at the next tick in force beyond it
        needed = on_step(price + upward, spec.price_step_ticks, upward)
    level = _STOP_LEVEL if kind == _STOP_MARKET else _TARGET_LEVEL
    if enters:
        level = _LIMIT_PRICE if kind == _LIMIT else _TRIGGER
    late = not enters and position.inside_bar == bar.number
    if leg == 0 and at_ticks == bar.open_ticks and not late:
        if enters and kind == _LIMIT and order.rested == 0 and is_beyond(upward, bar.open_ticks, price):
            return ENTRIES, 0, 0, bar.open_ticks, _OPEN, _FILL_2
        if is_beyond(upward, bar.open_ticks, needed):  # FILL-6
            stage = ENTRIES if enters else (STOPS if kind == _STOP_MARKET else TARGETS)
            if kind == _LIMIT:
                return stage, 0, 0, price, level, _FILL_6
            return stage, 0, 0, bar.open_ticks, _OPEN, _FILL_6
    stage, met = _inside(spec, position, order, bar, leg, at_ticks, upward, needed)
    rule = _FILL_2 if kind == _LIMIT else _FILL_3
    if kind == _LIMIT and not late and upward * (bar.open_ticks - price) > 0:  # it opened beyond it, by less than the tick in force
        rule = _FILL_6
    passed = spec.intrabar == PATH and kind != _LIMIT and is_beyond(upward, at_ticks, needed)  # the walk is beyond it already
    return stage, met, upward * (price - at_ticks), at_ticks if passed else price, level, rule


@kernel
def _inside(
    spec: Spec, position: PositionRow, order: OrderRow, bar: BarRow, leg: int, at_ticks: int, upward: int, needed_ticks: int
) -> tuple[int, int]:
    """Return (stage, leg) of a level that is met inside the range, or not."""
    if spec.intrabar == PATH or order.purpose == _ENTRY:
        met = leg if is_beyond(upward, at_ticks, needed_ticks) else leg_of(bar, upward, needed_ticks, leg)
        return (RANGE if met <= CLOSE_LEG else NEVER), met
    extreme, against = bar.high_ticks if upward > 0 else bar.low_ticks, order.kind == _STOP_MARKET
    if position.inside_bar == bar.number and not against:
        extreme = bar.close_ticks
    if not is_beyond(upward, extreme, needed_ticks):
        return NEVER, 0
    return (AGAINST if against else RANGE), 0
