"""Sums, means and deviations of rolling windows in which each value depends on its own window alone.

Running sums are faster but carry rounding from bar to bar: a window of equal values would no longer have deviation 0. Of whole numbers
everything here is exact while it stays below 2^53, and a mean is rounded once, in its one division (RULE-7).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Float64, Int64

Numbers = npt.NDArray[Any]  # float64 or int64, and what comes back is of the kind that was given

_BLOCK_BARS = 8_192  # one block of all intermediates stays in the cache


def totals(values: Numbers, length: int) -> Numbers:
    """Return the sum of each whole window of `length`, shape [n - length + 1] (empty where there is none), whatever the length in O(n)."""
    table = laid_out(values, length)
    heads = np.add.accumulate(table, axis=0)
    tails = np.add.accumulate(table[::-1], axis=0)[::-1]
    older, newer = parts(tails, heads, len(values))
    older += newer
    return older


def ramps(values: Numbers, length: int) -> Numbers:
    """Return 1·oldest + 2·next + ... + length·newest of each window, shaped as `totals`."""
    table = laid_out(values, length)
    place = np.arange(1, length + 1).astype(values.dtype)[:, None]
    heads = np.add.accumulate(table, axis=0)
    # A window that starts at place a of its block has a newer values in the next one, which stand length - a places further right.
    heads = (length - place) * heads + np.add.accumulate(place * table, axis=0)
    tails = np.add.accumulate(np.add.accumulate(table[::-1], axis=0), axis=0)[::-1]
    older, newer = parts(tails, heads, len(values))
    older += newer
    return older


def laid_out(values: Numbers, length: int) -> Numbers:
    """Return the values as columns of blocks of `length`, shape [length, blocks], zeros behind the last.

    Each window is the tail of one block and the head of the next: two sums that no other window's values are in.
    """
    blocks = -(-len(values) // length)
    padded = np.zeros(blocks * length, values.dtype)
    padded[: len(values)] = values
    return np.ascontiguousarray(padded.reshape(blocks, length).T)


def parts(tails: Numbers, heads: Numbers, bars: int) -> tuple[Numbers, Numbers]:
    """Return what each window has of its older and of its newer block, given what each tail and each head of a block has."""
    length = len(heads)
    count = max(bars - length + 1, 0)
    older, newer = tails.T.flatten()[:count], heads.T.flatten()[length - 1 :][:count]
    newer[::length] = 0  # these windows are blocks
    return older, newer


def summable(values: Float64, times: int) -> Numbers:
    """Return whole numbers as integers where doubles do not hold `times` as much of them; else the values themselves."""
    largest = max(float(values.max()), -float(values.min()))
    if times * largest < 2.0**53 or times * largest >= 2.0**63 or (values != np.rint(values)).any():
        return values
    return values.astype(np.int64)


def quotient(sums: Numbers, divisor: int, bars: int) -> Float64:
    """Return sums over a whole number at the end of `bars` bars, rounded once below 2^53 and next to it beyond."""
    if sums.dtype == np.float64:
        return padded(sums / divisor, bars)
    whole, rest = np.divmod(sums, divisor)
    return padded(whole + rest / divisor, bars)


def padded(values: Float64, bars: int) -> Float64:
    """Return the values at the end of `bars` bars, NaN before them."""
    out = np.full(bars, np.nan)
    out[bars - len(values) :] = values
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


def mean_total_spread(values: Float64, length: int) -> tuple[Float64, Float64, Float64]:
    """Return mean, sum, and length² times the population variance, shape [n] each: that spread is 0 exactly for equal values.

    Sums are taken of what the values differ from the oldest by, so that nothing cancels that need not.
    """
    means, sums, spreads = (np.full(len(values), np.nan) for _ in range(3))
    for block, at in _blocks(values, length):
        count = len(block) - length + 1
        oldest, total, squares, apart = block[:count], np.zeros(count), np.zeros(count), np.empty(count)
        for lag in range(1, length):
            np.subtract(block[lag : lag + count], oldest, out=apart)
            total += apart
            apart *= apart
            squares += apart
        sums[at] = whole = oldest * length + total
        means[at] = np.where(total == 0.0, oldest, whole / length)
        spreads[at] = np.maximum(length * squares - total * total, 0.0)
    return means, sums, spreads


def distance_from_mean(values: Float64, length: int) -> tuple[Float64, Float64]:
    """Return length² times how far the newest value and, on average, all are from the mean of each window, shaped as `totals`.

    The second is a sum of distances, the first has a sign.
    """
    sums, scaled = totals(values, length), values * length
    apart = np.zeros(len(sums))
    for start in range(0, len(sums), _BLOCK_BARS):
        at = slice(start, min(start + _BLOCK_BARS, len(sums)))
        middle, into = sums[at], apart[at]
        one = np.empty(len(middle))
        for lag in range(length):
            np.subtract(scaled[at.start + lag : at.stop + lag], middle, out=one)
            np.abs(one, out=one)
            into += one
    return length * (scaled[length - 1 :] - sums), apart


def not_above(values: Float64, length: int) -> Int64:
    """Return how many of the `length` values before each are not above it, shape [n - length] (empty where there is none)."""
    newest = values[length:]
    out = np.zeros(len(newest), np.int64)
    for start in range(0, len(newest), _BLOCK_BARS):
        at = slice(start, min(start + _BLOCK_BARS, len(newest)))
        one, into = newest[at], np.zeros(at.stop - at.start, np.int16)  # a window is shorter than 2^15 bars
        for lag in range(length):
            into += values[at.start + lag : at.stop + lag] <= one
        out[at] = into
    return out


def _blocks(values: Float64, length: int) -> list[tuple[Float64, slice]]:
    """Return overlapping blocks of values, each with the places in the output that its windows end at."""
    starts = range(0, len(values) - length + 1, _BLOCK_BARS)
    stops = [min(start + _BLOCK_BARS, len(values) - length + 1) for start in starts]
    return [(values[a : b + length - 1], slice(a + length - 1, b + length - 1)) for a, b in zip(starts, stops, strict=True)]
