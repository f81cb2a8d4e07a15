"""Window sums of ratios and of products in twice the digits, each number an unevaluated sum of two doubles: compiled.

The mean of three thirds: a third is no double, and whether three of them make one is left to chance. In pairs they do, and the value that
is handed on is rounded once (RULE-7). After T. J. Dekker, "A floating-point technique for extending the available precision", 1971.
Arrays are float64, C-contiguous and writable.
"""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Float64
from trade.kernels import kernel

_SPLIT = 2.0**27 + 1.0
_REST = 2.0**-90  # a share smaller than this is what pairs leave of terms that cancel


@kernel
def added(high: float, low: float, other_high: float, other_low: float) -> tuple[float, float]:
    """Return the sum of two pairs."""
    total = high + other_high
    from_other = total - high
    rest = (high - (total - from_other)) + (other_high - from_other)
    return total, rest + (low + other_low)


@kernel
def product(left: float, right: float) -> tuple[float, float]:
    """Return the product of two doubles, all of it (below 1e300)."""
    whole = left * right
    scaled = left * _SPLIT
    a = scaled - (scaled - left)
    b = left - a
    scaled = right * _SPLIT
    c = scaled - (scaled - right)
    d = right - c
    return whole, ((a * c - whole) + a * d + b * c) + b * d


@kernel
def divided(high: float, low: float, by_high: float, by_low: float) -> tuple[float, float]:
    """Return the quotient of two pairs, the second not 0."""
    quotient = high / by_high
    back, rest = product(quotient, by_high)
    return quotient, (((high - back) - rest) + low - quotient * by_low) / by_high


@kernel
def pair_sums(high: Float64, low: Float64, length: int) -> tuple[Float64, Float64]:
    """Return the sum of each whole window as pairs, shape [n - length + 1]: what has left a window leaves no rest in it."""
    count = max(len(high) - length + 1, 0)
    sums, rests = np.empty(count), np.empty(count)
    for start in range(0, count, length):  # each window is the tail of one block of `length` and the head of the next
        total, rest = 0.0, 0.0
        for i in range(start + length - 1, start - 1, -1):
            total, rest = added(total, rest, high[i], low[i])
            if i < count:
                sums[i], rests[i] = total, rest
        total, rest = 0.0, 0.0
        for i in range(start + 1, min(start + length, count)):
            total, rest = added(total, rest, high[i + length - 1], low[i + length - 1])
            sums[i], rests[i] = added(sums[i], rests[i], total, rest)
    return sums, rests


@kernel
def weighted_ratios(weights: Float64, over: Float64, under: Float64) -> tuple[Float64, Float64]:
    """Return weights * over / under as pairs, shape [n]; 0 where it would be divided by 0."""
    high, low = np.zeros(len(over)), np.zeros(len(over))
    for i in range(len(over)):
        if under[i] != 0.0:
            whole, rest = product(weights[i], over[i])
            high[i], low[i] = divided(whole, rest, under[i], 0.0)
    return high, low


@kernel
def quotients(factor: float, high: Float64, low: Float64, by_high: Float64, by_low: Float64) -> Float64:
    """Return factor * pair / pair, each rounded once, shape [n]; 0 where the first has cancelled, NaN where it would be divided by 0."""
    out = np.full(len(high), np.nan)
    for i in range(len(high)):
        if by_high[i] != 0.0:
            whole, rest = product(factor, high[i])
            quotient, left = divided(whole, rest + factor * low[i], by_high[i], by_low[i])
            value = quotient + left
            out[i] = 0.0 if abs(value) < _REST else value
    return out
