"""Sums, means and deviations of rolling windows in which each value depends on its own window alone, to the last bit.

Running sums are faster but carry rounding from bar to bar: a window of equal values would no longer have deviation 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

_BLOCK_BARS = 8_192  # one block of all intermediates stays in the cache


def mean(values: Float64, length: int) -> Float64:
    """Return the mean of each window of `length`, shape [n], NaN before the first whole window; equal values give that value."""
    out = np.full(len(values), np.nan)
    for block, at in _blocks(values, length):
        out[at] = block[: len(block) - length + 1] + _offset(block, length)
    return out


def weighted_mean(values: Float64, weights: Float64) -> Float64:
    """Return the mean of each window, weighed oldest first, shape [n], NaN before the first whole window; equal values give that value."""
    out, length = np.full(len(values), np.nan), len(weights)
    for block, at in _blocks(values, length):
        count = len(block) - length + 1
        oldest, total = block[:count], np.zeros(count)
        for lag in range(1, length):
            total += weights[lag] * (block[lag : lag + count] - oldest)
        out[at] = oldest + total / weights.sum()
    return out


def mean_and_deviation(values: Float64, length: int) -> tuple[Float64, Float64]:
    """Return the mean and the population standard deviation of each window, in two passes: exactly 0 for equal values."""
    means, deviations = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for block, at in _blocks(values, length):
        count = len(block) - length + 1
        oldest, offset = block[:count], _offset(block, length)
        squares = offset * offset
        for lag in range(1, length):
            apart = block[lag : lag + count] - oldest - offset
            squares += apart * apart
        means[at], deviations[at] = oldest + offset, np.sqrt(squares / length)
    return means, deviations


def _blocks(values: Float64, length: int) -> list[tuple[Float64, slice]]:
    """Return overlapping blocks of values, each with the places in the output that its windows end at."""
    starts = range(0, len(values) - length + 1, _BLOCK_BARS)
    stops = [min(start + _BLOCK_BARS, len(values) - length + 1) for start in starts]
    return [(values[a : b + length - 1], slice(a + length - 1, b + length - 1)) for a, b in zip(starts, stops, strict=True)]


def _offset(block: Float64, length: int) -> Float64:
    """Return the mean of each window less its oldest value."""
    count = len(block) - length + 1
    oldest, total = block[:count], np.zeros(count)
    for lag in range(1, length):
        total += block[lag : lag + count] - oldest
    return total / length
