"""Where in a base bar an order or the liquidation is met, and at what price (FILL-1, 2, 3, 5, 6, LIQ-1).

A bar is walked open → nearer extreme → other extreme → close; equal distance: low first. What the open decides is decided first, in
the order of the stages below; inside the range `path` goes by the walk, `worst` takes what stands against the position first (FILL-5).
"""

from __future__ import annotations

from trade.base.records import OrderKind, PriceFrom, Purpose, Rule
from trade.kernels import kernel
from trade.sim.bar import BarRow
from trade.sim.order import OrderRow
from trade.sim.prices import on_step
from trade.sim.spec import PATH, Spec

# the stages of a bar: five at its open, and its range
GONE_AT_OPEN, EXITS, ENTRIES, TARGETS, GONE_WITH_STOP, STOPS, AGAINST, RANGE, NEVER = range(9)

_MARKET, _LIMIT, _STOP_MARKET = int(OrderKind.MARKET), int(OrderKind.LIMIT), int(OrderKind.STOP_MARKET)
_ENTRY = int(Purpose.ENTRY)
_OPEN, _STOP_LEVEL, _TARGET_LEVEL = int(PriceFrom.OPEN), int(PriceFrom.STOP_LEVEL), int(PriceFrom.TARGET_LEVEL)
_FILL_1, _FILL_2, _FILL_3, _FILL_6 = int(Rule.FILL_1), int(Rule.FILL_2), int(Rule.FILL_3), int(Rule.FILL_6)


@kernel
def is_beyond(upward: int, price_ticks: int, level_ticks: int) -> bool:
    """Return whether a price has reached a level that is met from below (`upward` 1) or from above (-1); touching counts (FILL-5)."""
    return upward * (price_ticks - level_ticks) >= 0


@kernel
def leg_end(bar: BarRow, leg: int) -> int:
    """Return the price at which a leg of the walk ends: nearer extreme, other extreme, close."""
    if leg == 2:
        return bar.close_ticks
    low_first = bar.open_ticks - bar.low_ticks <= bar.high_ticks - bar.open_ticks
    return bar.low_ticks if low_first == (leg == 0) else bar.high_ticks


@kernel
def leg_of(bar: BarRow, upward: int, level_ticks: int) -> int:
    """Return the first leg on which a level inside the range is met."""
    return 0 if is_beyond(upward, leg_end(bar, 0), level_ticks) else 1


@kernel
def reach_liquidation(spec: Spec, bar: BarRow, side: int, liquidation_ticks: int, with_stop: bool) -> tuple[int, int, int]:
    """Return (stage, leg, distance from the open) at which the mark reaches the liquidation price of a side (LIQ-1).

    On a mark series of its own the way to it is not known: met in one bar with a stop, it is first.
    """
    if is_beyond(-side, bar.mark_open_ticks, liquidation_ticks):
        return GONE_AT_OPEN, 0, 0
    if not is_beyond(-side, bar.mark_low_ticks if side > 0 else bar.mark_high_ticks, liquidation_ticks):
        return NEVER, 0, 0
    if spec.has_mark == 1 and with_stop:
        return GONE_WITH_STOP, 0, 0
    leg = leg_of(bar, -side, bar.low_ticks if side > 0 else bar.high_ticks)
    return RANGE if spec.intrabar == PATH else AGAINST, leg, abs(bar.open_ticks - liquidation_ticks)


@kernel
def reach(spec: Spec, order: OrderRow, bar: BarRow) -> tuple[int, int, int, int, int, int]:
    """Return (stage, leg, distance from the open, price before slippage, price from, rule) of the first price that fills an order."""
    kind, opens = order.kind, bar.open_ticks
    enters = order.purpose == _ENTRY
    if kind == _MARKET:
        return ENTRIES if enters else EXITS, 0, 0, opens, _OPEN, _FILL_1
    price, upward = order.price_ticks, order.side if kind == _STOP_MARKET else -order.side
    needed = price
    if kind == _LIMIT and spec.limit_through == 1:  # FILL-2: it may need a trade at the next tick in force beyond it
        needed = on_step(price + upward, spec.price_step_ticks, upward)
    if is_beyond(upward, opens, needed):  # FILL-6
        stage = ENTRIES if enters else (STOPS if kind == _STOP_MARKET else TARGETS)
        if kind == _LIMIT:
            return stage, 0, 0, price, _TARGET_LEVEL, _FILL_6
        return stage, 0, 0, opens, _OPEN, _FILL_6
    if not is_beyond(upward, bar.high_ticks if upward > 0 else bar.low_ticks, needed):
        return NEVER, 0, 0, 0, 0, 0
    stage = AGAINST if kind == _STOP_MARKET and not enters and spec.intrabar != PATH else RANGE
    leg, away = leg_of(bar, upward, needed), abs(opens - price)
    if kind == _STOP_MARKET:
        return stage, leg, away, price, _STOP_LEVEL, _FILL_3
    if kind == _LIMIT:  # it may have opened beyond it, by less than the tick in force
        return stage, leg, away, price, _TARGET_LEVEL, _FILL_6 if upward * (opens - price) > 0 else _FILL_2
    return stage, leg, away, price, _TARGET_LEVEL, _FILL_3
