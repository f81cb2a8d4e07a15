"""Swing pivots: local highs and lows, confirmed either by the bars around them (fractal) or by an ATR-sized reversal (zigzag)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.catalogue import Params
from trade.kernels import kernel
from trade.structures.params import real, whole

# Rows of the output, in registry order. Where a row exists for both sides, the row of side s (0 high, 1 low) is `ROW + step * s`.
_LEVEL, _IDX = 0, 1  # step 2
_VERSION, _LAST_IDX, _LAST_TYPE = 4, 5, 6
_SIGNIFICANCE, _IS_MAJOR, _ACCEPTED, _REPLACED = 7, 9, 11, 13  # step 1
_PAIR_LEVEL, _PAIR_IDX = 15, 16  # step 2
_PAIR_DIRECTION, _PAIR_VERSION = 19, 20
_ROWS = 21


@kernel
def _offer_fractals(high: Float64, low: Float64, left: int, right: int, offered: Int64) -> None:
    """Offer at bar i the bar i - right if it stands out strictly among its neighbours; a tie kills the pivot."""
    for i in range(left + right, len(high)):
        middle = i - right
        peak, trough = True, True
        for j in range(i - left - right, i + 1):
            if j != middle:
                peak = peak and high[middle] > high[j]
                trough = trough and low[middle] < low[j]
                if not (peak or trough):
                    break
        if peak:
            offered[0, i] = middle
        if trough:
            offered[1, i] = middle


@kernel
def _offer_zigzag(high: Float64, low: Float64, atr: Float64, multiplier: float, offered: Int64) -> None:
    """Offer the extreme of a leg once price has turned by more than `multiplier` ATR; bars without a positive ATR are skipped."""
    rising, extreme = True, -1
    for i in range(len(high)):
        if not atr[i] > 0.0:
            continue
        turn = atr[i] * multiplier
        if extreme < 0:
            extreme = i
        elif rising:
            if high[i] > high[extreme]:
                extreme = i
            if low[i] < high[extreme] - turn:
                offered[0, i] = extreme
                rising, extreme = False, i
        else:
            if low[i] < low[extreme]:
                extreme = i
            if high[i] > low[extreme] + turn:
                offered[1, i] = extreme
                rising, extreme = True, i


@kernel
def _passes(step: float, previous: float, atr: float, min_atr_move: float, min_pct_move: float) -> bool:
    """Whether a pivot lies far enough from the last one of its side. An unset limit is NaN and an unknown ATR skips its limit."""
    if atr > 0.0 and step < atr * min_atr_move:
        return False
    return not step < abs(previous) * min_pct_move / 100.0


@kernel
def _accept(state: Float64, side: int, at: int, level: float, atr: float, major_threshold: float) -> None:
    """Take a pivot into the state: level, significance, and the pair it completes with a pending pivot of the other side."""
    previous, other = state[_LEVEL + 2 * side], 1 - side
    significance = abs(level - previous) / atr if atr > 0.0 else np.nan
    state[_LEVEL + 2 * side] = level
    state[_IDX + 2 * side] = at
    state[_SIGNIFICANCE + side] = significance
    state[_IS_MAJOR + side] = 1.0 if significance >= major_threshold else 0.0
    state[_ACCEPTED + side] = 1.0
    state[_VERSION] += 1.0
    if state[_LAST_TYPE] == other + 1:  # the pending pivot is always the last accepted one
        for k in range(2):
            state[_PAIR_LEVEL + 2 * k] = state[_LEVEL + 2 * k]
            state[_PAIR_IDX + 2 * k] = state[_IDX + 2 * k]
        state[_PAIR_DIRECTION] = side + 1  # ended by a high: bullish, by a low: bearish
        state[_PAIR_VERSION] += 1.0
    state[_LAST_IDX] = at
    state[_LAST_TYPE] = side + 1


@kernel
def _initial() -> Float64:
    state = np.zeros(_ROWS)
    state[_LAST_IDX] = -1.0
    for side in range(2):
        state[_LEVEL + 2 * side] = state[_PAIR_LEVEL + 2 * side] = state[_SIGNIFICANCE + side] = np.nan
        state[_IDX + 2 * side] = state[_PAIR_IDX + 2 * side] = -1.0
    return state


@kernel
def swing_kernel(
    high: Float64,
    low: Float64,
    atr: Float64,
    has_atr: int,
    zigzag: int,
    left: int,
    right: int,
    atr_multiplier: float,
    major_threshold: float,
    min_atr_move: float,
    min_pct_move: float,
    strict_alternation: int,
) -> Float64:
    """Return all outputs, [21, n], in registry order; NaN until the window is full and the ATR, if there is one, has begun.

    An index counts bars from the first bar given. Unset limits are NaN; without an ATR, `atr` is ignored but for its length.
    """
    n = len(high)
    out = np.empty((_ROWS, n))
    offered = np.full((2, n), -1, np.int64)
    if zigzag:
        _offer_zigzag(high, low, atr, atr_multiplier, offered)
    else:
        _offer_fractals(high, low, left, right, offered)
    state = _initial()
    started = has_atr == 0
    for i in range(n):
        started = started or atr[i] == atr[i]
        atr_now = atr[i] if has_atr else np.nan
        state[_ACCEPTED] = state[_ACCEPTED + 1] = state[_REPLACED] = state[_REPLACED + 1] = 0.0
        for side in range(2):
            at = offered[side, i]
            if at < 0:
                continue
            level = high[at] if side == 0 else low[at]
            previous = state[_LEVEL + 2 * side]
            if previous == previous and not _passes(abs(level - previous), previous, atr_now, min_atr_move, min_pct_move):
                continue
            if strict_alternation and state[_LAST_TYPE] == side + 1:
                if not (level > previous if side == 0 else level < previous):
                    continue
                state[_REPLACED + side] = 1.0
            _accept(state, side, at, level, atr_now, major_threshold)
        known = started and (zigzag != 0 or i >= left + right)
        for row in range(_ROWS):
            out[row, i] = state[row] if known else np.nan
    return out


def run(params: Params, columns: Mapping[str, Float64], _uses: Mapping[str, Mapping[str, Float64]]) -> Float64:
    """Call the kernel with what the Play says. `columns` holds high, low, and the ATR under "atr_key" when the Play names one."""
    zigzag = params["mode"] == "atr_zigzag"
    atr = columns.get("atr_key")
    out: Float64 = swing_kernel(
        columns["high"],
        columns["low"],
        columns["high"] if atr is None else atr,
        int(atr is not None),
        int(zigzag),
        0 if zigzag else whole(params, "left"),
        0 if zigzag else whole(params, "right"),
        real(params, "atr_multiplier"),
        real(params, "major_threshold"),
        real(params, "min_atr_move"),
        real(params, "min_pct_move"),
        int(bool(params["strict_alternation"])),
    )
    return out
