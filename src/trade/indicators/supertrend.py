"""The trailing band of average true ranges, bar by bar as Pine's own source of `ta.supertrend` says it."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Float64
from trade.kernels import kernel


@kernel
def trailing_band(high: Float64, low: Float64, close: Float64, length: int, multiplier: float) -> tuple[Float64, Float64]:
    """Return the line and its direction, 1 while it stands below the market and -1 above; shape [n] each, NaN before `length` - 1.

    The average is Wilder's, seeded with the mean of the first `length` true ranges, the range of bar 0 among them. Both bands only
    close in until a close has broken them. They begin at 0, the line begins above.
    """
    n = len(high)
    line, direction = np.full(n, np.nan), np.full(n, np.nan)
    atr, lower, upper, is_above = 0.0, 0.0, 0.0, True
    for i in range(n):
        true_range = high[i] - low[i]
        if i > 0:
            true_range = max(true_range, abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1]))
        if i < length:
            atr += true_range
        if i < length - 1:
            continue
        # ((n - 1)·atr + tr)/n keeps equal ranges equal to the last bit, which weights of 1/n do not (RULE-7).
        atr = atr / length if i == length - 1 else ((length - 1) * atr + true_range) / length
        middle, last = 0.5 * (high[i] + low[i]), close[max(i - 1, 0)]
        was_lower, was_upper, was_line = lower, upper, line[max(i - 1, 0)]
        lower, upper = middle - multiplier * atr, middle + multiplier * atr
        if not (lower > was_lower or last < was_lower):
            lower = was_lower
        if not (upper < was_upper or last > was_upper):
            upper = was_upper
        if i >= length:
            is_above = close[i] <= upper if was_line == was_upper else close[i] < lower
        line[i], direction[i] = (upper, -1.0) if is_above else (lower, 1.0)
    return line, direction
