"""The parabolic stop and reverse, the one recursion that no library computes with all three of its parameters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trade.kernels import kernel

Float64 = npt.NDArray[np.float64]


@kernel
def parabolic(high: Float64, low: Float64, sar: float, af0: float, af_step: float, max_af: float) -> tuple[Float64, Float64, Float64]:
    """Return the stop, the acceleration and 1.0 at each reversal, shape [n] each; the stop starts at bar 1, seeded with `sar`.

    The direction of the first move decides the first side, as in pandas-ta: falling if the low fell farther than the high rose.
    """
    n = len(high)
    stop, accel, reversal = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n)
    accel[0] = af = min(af0, max_af)
    down = low[0] - low[1] if n > 1 else 0.0
    falling = down > 0.0 and down > high[1] - high[0]
    extreme = low[min(1, n - 1)] if falling else high[min(1, n - 1)]
    for i in range(1, n):
        sar += af * (extreme - sar)
        before = max(0, i - 2)
        if falling:
            if low[i] < extreme:
                extreme, af = low[i], min(af + af_step, max_af)
            sar = max(high[i - 1], high[before], sar)
            turned = high[i] > sar
        else:
            if high[i] > extreme:
                extreme, af = high[i], min(af + af_step, max_af)
            sar = min(low[i - 1], low[before], sar)
            turned = low[i] < sar
        if turned:
            sar, af, falling = extreme, min(af0, max_af), not falling
            extreme = low[i] if falling else high[i]
        stop[i], accel[i], reversal[i] = sar, af, 1.0 if turned else 0.0
    return stop, accel, reversal
