"""What a base bar does to an open position: stop, target and liquidation against its range (FILL-3, 5, 6, LIQ-1)."""

from __future__ import annotations

from trade.base.records import PriceFrom, Rule
from trade.kernels import kernel
from trade.sim.bar import BarRow
from trade.sim.position import PositionRow
from trade.sim.prices import on_step
from trade.sim.spec import PATH, Spec

NOTHING, STOPPED, TARGETED, LIQUIDATED = 0, 1, 2, 3

_OPEN, _STOP_LEVEL, _TARGET_LEVEL = int(PriceFrom.OPEN), int(PriceFrom.STOP_LEVEL), int(PriceFrom.TARGET_LEVEL)
_FILL_2, _FILL_3, _FILL_5, _FILL_6 = int(Rule.FILL_2), int(Rule.FILL_3), int(Rule.FILL_5), int(Rule.FILL_6)


@kernel
def beyond(side: int, price_ticks: int, level_ticks: int) -> bool:
    """Return whether a price reached a level that lies against the position; touching counts (FILL-5)."""
    return side * (price_ticks - level_ticks) <= 0


@kernel
def out_of_reach(side: int, stop: int, target: int, liquidation: int, high: int, low: int, mark_high: int, mark_low: int) -> bool:
    """Return whether a bar touches no level at all, which is what most bars do; all in ticks."""
    if side > 0:
        return low > stop and mark_low > liquidation and (target < 0 or high < target)
    return (stop < 0 or high < stop) and mark_high < liquidation and low > target


@kernel
def adverse_first(bar: BarRow, side: int) -> bool:
    """Return whether the walk open → nearer extreme → other extreme meets the adverse one first; equal: low first (FILL-5)."""
    low_first = bar.open_ticks - bar.low_ticks <= bar.high_ticks - bar.open_ticks
    return low_first if side > 0 else not low_first


@kernel
def meet(spec: Spec, position: PositionRow, bar: BarRow) -> tuple[int, int, int, int, int, int]:
    """Return (event, price before slippage, price from, rule, ambiguous, at the open) of the first thing that happens in the bar."""
    side, stop_ticks, target_ticks = position.side, position.stop_ticks, position.target_ticks
    open_ticks, liquidation_ticks = bar.open_ticks, position.liquidation_ticks
    against, favour = (bar.low_ticks, bar.high_ticks) if side > 0 else (bar.high_ticks, bar.low_ticks)
    mark_against = bar.mark_low_ticks if side > 0 else bar.mark_high_ticks
    has_stop, has_target = stop_ticks >= 0, target_ticks >= 0
    far_target = target_ticks
    if spec.target_is_limit & spec.limit_through:  # FILL-2: a limit may need a trade at the next tick in force beyond it
        far_target = on_step(target_ticks + side, spec.price_step_ticks, side)
    stop_hit = has_stop and beyond(side, against, stop_ticks)
    target_hit = has_target and beyond(-side, favour, far_target)
    liquidation_hit = beyond(side, mark_against, liquidation_ticks)
    if not (stop_hit or target_hit or liquidation_hit):
        return NOTHING, 0, 0, 0, 0, 0

    opens_at_stop = has_stop and beyond(side, open_ticks, stop_ticks)
    opens_at_target = has_target and beyond(-side, open_ticks, far_target)
    if beyond(side, bar.mark_open_ticks, liquidation_ticks):  # LIQ-1: what the open decides is decided first
        return LIQUIDATED, 0, 0, 0, 0, 1
    if opens_at_target:
        if spec.target_is_limit == 1:
            return TARGETED, target_ticks, _TARGET_LEVEL, _FILL_6, 0, 1
        return TARGETED, open_ticks, _OPEN, _FILL_6, 0, 1
    ambiguous = 1 if stop_hit and target_hit and not opens_at_stop else 0
    if spec.has_mark == 1 and liquidation_hit and stop_hit:  # LIQ-1: met together with the stop on a mark series of its own
        return LIQUIDATED, 0, 0, 0, ambiguous, 0
    if opens_at_stop:
        return STOPPED, open_ticks, _OPEN, _FILL_6, 0, 1  # FILL-6: the worse of open and trigger
    walked_away = spec.intrabar == PATH and not adverse_first(bar, side)
    if target_hit and (walked_away or not (stop_hit or liquidation_hit)):
        rule = _FILL_5 if ambiguous == 1 else (_FILL_2 if spec.target_is_limit == 1 else _FILL_3)
        if side * (open_ticks - target_ticks) > 0:  # it opened beyond a limit, by less than the tick in force
            rule = _FILL_6
        return TARGETED, target_ticks, _TARGET_LEVEL, rule, ambiguous, 0
    if liquidation_hit and not (stop_hit and side * (stop_ticks - liquidation_ticks) > 0):
        return LIQUIDATED, 0, 0, 0, ambiguous, 0
    return STOPPED, stop_ticks, _STOP_LEVEL, _FILL_5 if ambiguous == 1 else _FILL_3, ambiguous, 0


@kernel
def seen_before(spec: Spec, side: int, bar: BarRow, event: int) -> int:
    """Return the farthest price that was certainly traded in a bar before a level inside it was met.

    That is the open, and by `path` the nearer extreme, when the other one had the level (FILL-5). A mark series has a path of its own.
    """
    if spec.intrabar != PATH or (event == LIQUIDATED and spec.has_mark == 1):
        return bar.open_ticks
    against_first = adverse_first(bar, side)
    if against_first != (event == TARGETED):
        return bar.open_ticks
    return bar.low_ticks if against_first == (side > 0) else bar.high_ticks
