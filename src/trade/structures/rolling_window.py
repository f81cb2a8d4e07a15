"""Rolling window: the lowest or highest value of one bar column over the last bars."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.kernels import kernel
from trade.structures.params import whole


@kernel
def rolling_window_kernel(source: Float64, size: int, highest: int) -> Float64:
    """Return the extreme of the last `size` bars, the current one included, as [1, n]; before that many, the extreme so far.

    A queue holds the rows that may still become the extreme, so each row is pushed and dropped once.
    """
    n = len(source)
    out = np.empty((1, n))
    queue = np.empty(n, np.int64)
    head, tail = 0, 0
    for i in range(n):
        while tail > head and (source[queue[tail - 1]] <= source[i] if highest else source[queue[tail - 1]] >= source[i]):
            tail -= 1
        queue[tail] = i
        tail += 1
        if queue[head] <= i - size:
            head += 1
        out[0, i] = source[queue[head]]
    return out


def run(params: Params, columns: Mapping[str, Float64], _uses: Mapping[str, Mapping[str, Float64]]) -> Float64:
    """Call the kernel on the column that the Play chose."""
    out: Float64 = rolling_window_kernel(columns["source"], whole(params, "size"), int(params["mode"] == "max"))
    return out
