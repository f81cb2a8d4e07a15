"""Prices on the tick grid: what slippage makes of one, and where stop and target stand.

The grid is one for the whole run. The tick in force is a whole number of its ticks, `price_step_ticks`.
"""

from __future__ import annotations

from trade.kernels import kernel
from trade.sim.spec import (
    ENTRY_STOP,
    NONE,
    OFFSET_MEASURED,
    OFFSET_POINTS,
    STOP_AT,
    STOP_MEASURED,
    STOP_POINTS,
    TARGET_AT,
    TARGET_MEASURED,
    TARGET_POINTS,
    TARGET_RATIO,
    Spec,
)

_E9 = 10**9


@kernel
def ceil_div(amount: int, divisor: int) -> int:
    """Return amount / divisor rounded up; divisor > 0."""
    return -(-amount // divisor)


@kernel
def on_step(amount: int, step: int, direction: int) -> int:
    """Return the nearest multiple of a step that is not below an amount (direction 1), or not above it (-1)."""
    if step == 1:  # as nearly always, and no division
        return amount
    return ceil_div(amount, step) * step if direction > 0 else amount // step * step


@kernel
def slipped(spec: Spec, price_ticks: int, bought: int) -> int:
    """Return a price moved against the trader by the slippage, rounded to the tick against the trader (FILL-1).

    `bought` is +1 or -1. A sale never goes below one tick.
    """
    moved = price_ticks + bought * ceil_div(price_ticks * spec.slippage_e9, _E9)
    return max(on_step(moved, spec.price_step_ticks, bought), spec.price_step_ticks)


@kernel
def stop_distance(spec: Spec, reference_ticks: int, measured_ticks: int) -> int:
    """Return the stop's distance in ticks of the grid, rounded nearer the entry (FILL-5); 0 when none is left.

    `measured_ticks` is what was measured at the decision: STOP_MEASURED adds the buffer.
    """
    if spec.stop_kind == STOP_POINTS:
        return spec.stop_num // spec.stop_den
    if spec.stop_kind == STOP_MEASURED:
        return measured_ticks + reference_ticks * spec.buffer_num // spec.buffer_den
    return reference_ticks * spec.stop_num // spec.stop_den


@kernel
def target_distance(spec: Spec, reference_ticks: int, stop_ticks_away: int, measured_ticks: int) -> int:
    """Return the target's distance in ticks of the grid, rounded farther from the entry (FILL-5)."""
    if spec.target_kind == TARGET_POINTS:
        return ceil_div(spec.target_num, spec.target_den)
    if spec.target_kind == TARGET_RATIO:
        return ceil_div(stop_ticks_away * spec.target_num, spec.target_den)
    if spec.target_kind == TARGET_MEASURED:
        return measured_ticks
    return ceil_div(reference_ticks * spec.target_num, spec.target_den)


@kernel
def _stop_on_step(spec: Spec, side: int, reference_ticks: int, measured_ticks: int) -> int:
    """Return the stop price on the tick nearer the entry (FILL-5), negative where the distance is larger than the price."""
    if spec.stop_kind == STOP_AT:
        level = measured_ticks - side * (measured_ticks * spec.buffer_num // spec.buffer_den)
    else:
        level = reference_ticks - side * stop_distance(spec, reference_ticks, measured_ticks)
    return on_step(level, spec.price_step_ticks, side)


@kernel
def stop_level(spec: Spec, side: int, reference_ticks: int, measured_ticks: int) -> int:
    """Return the stop price in ticks (at least 0, which no price reaches), or -1 without a stop."""
    if spec.stop_kind == NONE:
        return -1
    return max(_stop_on_step(spec, side, reference_ticks, measured_ticks), 0)


@kernel
def target_level(spec: Spec, side: int, reference_ticks: int, stop_measured: int, measured_ticks: int) -> int:
    """Return the target price on the tick farther from the entry (at least 0), or -1 without a target (FILL-5)."""
    if spec.target_kind == NONE:
        return -1
    if spec.target_kind == TARGET_AT:
        return on_step(measured_ticks, spec.price_step_ticks, side)
    risk = max(side * (reference_ticks - _stop_on_step(spec, side, reference_ticks, stop_measured)), 0)
    away = target_distance(spec, reference_ticks, risk, measured_ticks)
    return max(on_step(reference_ticks + side * away, spec.price_step_ticks, side), 0)


@kernel
def offset_price(spec: Spec, side: int, close_ticks: int, measured_ticks: int) -> int:
    """Return the price of a resting entry: better than the close for a limit, beyond it for a stop, on the tick farther from it."""
    away = ceil_div(close_ticks * spec.offset_num, spec.offset_den)
    if spec.offset_kind == OFFSET_POINTS:
        away = ceil_div(spec.offset_num, spec.offset_den)
    elif spec.offset_kind == OFFSET_MEASURED:
        away = measured_ticks
    direction = side if spec.entry_kind == ENTRY_STOP else -side
    return max(on_step(close_ticks + direction * away, spec.price_step_ticks, direction), spec.price_step_ticks)


@kernel
def levels_are_apart(side: int, fill_ticks: int, stop_ticks: int, target_ticks: int) -> bool:
    """Return whether stop and target, where set, stand strictly on their own side of the fill."""
    stop_ok = stop_ticks < 0 or side * (fill_ticks - stop_ticks) > 0
    target_ok = target_ticks < 0 or side * (target_ticks - fill_ticks) > 0
    return stop_ok and target_ok
