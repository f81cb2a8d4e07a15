"""Trend: the waves between the pivots of a swing, and whether the last of them step up or down."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.kernels import kernel
from trade.structures.params import whole

_DIRECTION, _STRENGTH, _BARS, _COUNT, _WAVE = 0, 1, 2, 3, 4
_HIGHER, _LOWER = 5, 7  # rows of side s (0 high, 1 low) are `ROW + s`: hh, hl and lh, ll
_VERSION = 9
_ROWS = 10


@kernel
def _sign(x: float) -> float:
    if x > 0.0:
        return 1.0
    return -1.0 if x < 0.0 else 0.0


@kernel
def _classify(state: Float64, changes: Float64, waves: int) -> None:
    """Set direction, strength and wave count from the waves kept, the newest last.

    A wave's change is +1 when it ends higher than the last pivot of its side, -1 when lower. Neighbours end on different sides,
    so the sign of their sum says it all: HH and HL is up, LH and LL down, one alone decides, and HH with LL or LH with HL is none.
    """
    if waves == 1:
        state[_DIRECTION] = 1.0 if state[_WAVE] == 1.0 else -1.0
        state[_STRENGTH], state[_COUNT] = 0.0, 1.0
        return
    direction = _sign(changes[waves - 1] + changes[waves - 2])
    consecutive = 1
    i = waves - 3
    while i >= 0 and _sign(changes[i + 1] + changes[i]) == direction:
        consecutive += 1
        i -= 2
    state[_DIRECTION] = direction
    state[_STRENGTH] = 0.0 if direction == 0.0 else min(consecutive, 2)
    state[_COUNT] = 0.0 if direction == 0.0 else consecutive


@kernel
def _end_wave(state: Float64, changes: Float64, waves: int, side: int, change: float) -> int:
    """Append a wave that ends on `side`, dropping the oldest when full; return how many are kept."""
    if waves == len(changes):
        changes[:-1] = changes[1:].copy()
        waves -= 1
    changes[waves] = change
    state[_WAVE] = side + 1
    state[_HIGHER + side] = 1.0 if change > 0.0 else 0.0
    state[_LOWER + side] = 1.0 if change < 0.0 else 0.0
    return waves + 1


@kernel
def trend_kernel(high_level: Float64, high_idx: Float64, low_level: Float64, low_idx: Float64, wave_history_size: int) -> Float64:
    """Return all outputs, [10, n], in registry order; NaN where the swing is not known yet.

    When two pivots are confirmed on one bar, the bar counts once: the direction before it is compared with the one after both.
    """
    n = len(high_level)
    out = np.empty((_ROWS, n))
    state, changes = np.zeros(_ROWS), np.zeros(wave_history_size)
    seen, level, confirmed = np.full(2, -1.0), np.full(2, np.nan), np.full(2, np.nan)
    waves, pending, pending_level = 0, -1, np.nan
    for i in range(n):
        new_high = high_idx[i] >= 0.0 and high_idx[i] != seen[0]
        new_low = low_idx[i] >= 0.0 and low_idx[i] != seen[1]
        level[0], level[1] = high_level[i], low_level[i]
        first = 1 if new_high and new_low and low_idx[i] < high_idx[i] else 0
        ended = False
        for k in range(2):
            side = first if k == 0 else 1 - first
            if not (new_high if side == 0 else new_low):
                continue
            if pending == side:
                more_extreme = level[side] >= pending_level if side == 0 else level[side] <= pending_level
                pending_level = level[side] if more_extreme else pending_level
                continue
            if pending >= 0:
                waves = _end_wave(state, changes, waves, side, _sign(level[side] - confirmed[side]))
                ended = True
            pending, pending_level = side, level[side]
        before = state[_DIRECTION]
        if ended:
            _classify(state, changes, waves)
        if state[_DIRECTION] != before:
            state[_BARS] = 0.0
            state[_VERSION] += 1.0
        elif ended or not (new_high or new_low):
            state[_BARS] += 1.0
        if new_high:
            seen[0], confirmed[0] = high_idx[i], level[0]
        if new_low:
            seen[1], confirmed[1] = low_idx[i], level[1]
        for row in range(_ROWS):
            out[row, i] = state[row] if high_idx[i] == high_idx[i] else np.nan
    return out


def run(params: Params, _columns: Mapping[str, Float64], uses: Mapping[str, Mapping[str, Float64]]) -> Float64:
    """Call the kernel on the outputs of the swing this trend uses."""
    swing = uses["swing"]
    size = whole(params, "wave_history_size")
    out: Float64 = trend_kernel(swing["high_level"], swing["high_idx"], swing["low_level"], swing["low_idx"], size)
    return out
