"""The parabolic stop and reverse, bar by bar as Pine's own source of `ta.sar` says it."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Float64
from trade.kernels import kernel


@kernel
def parabolic(
    high: Float64, low: Float64, close: Float64, start: float, step: float, most: float
) -> tuple[Float64, Float64, Float64, Float64]:
    """Return the stop, 1.0 while it stands below, the acceleration, and 1.0 at each reversal; shape [n] each, NaN at bar 0.

    The first two closes decide the first side. A reversal is tested before the stop is held behind the two bars before.
    """
    n = len(high)
    stops, below, accel, turns = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    is_below, stop, extreme, af = False, 0.0, 0.0, 0.0
    for i in range(1, n):
        turned = False
        if i == 1:
            is_below = close[1] > close[0]
            extreme, stop = (high[1], low[0]) if is_below else (low[1], high[0])
            af = start
        stop += af * (extreme - stop)
        if is_below and stop > low[i]:
            turned, is_below = True, False
            stop, extreme, af = max(high[i], extreme), low[i], start
        elif not is_below and stop < high[i]:
            turned, is_below = True, True
            stop, extreme, af = min(low[i], extreme), high[i], start
        if not turned:
            if is_below and high[i] > extreme:
                extreme, af = high[i], min(af + step, most)
            elif not is_below and low[i] < extreme:
                extreme, af = low[i], min(af + step, most)
        before = max(i - 2, 0)
        stop = min(stop, low[i - 1], low[before]) if is_below else max(stop, high[i - 1], high[before])
        stops[i], below[i], accel[i], turns[i] = stop, 1.0 if is_below else 0.0, af, 1.0 if turned else 0.0
    return stops, below, accel, turns
