"""Averages that depend on all earlier bars and that no library computes as we need them, or not as fast: compiled, one pass each."""

from __future__ import annotations

import math

import numpy as np

from trade.base.arrays import Float64
from trade.kernels import kernel

_KEPT, _TAKEN, _EDGE, _BEYOND = 0.67, 0.66, 0.99, 0.999  # Ehlers' Fisher transform


@kernel
def percent(part: float, whole: float) -> float:
    """Return how much of the whole a part is; all of it is 100 to the last bit, and of nothing everything is 0."""
    if part == whole:
        return 100.0 if whole > 0.0 else 0.0
    return 100.0 * part / whole


@kernel
def strength(values: Float64, length: int) -> Float64:
    """Return the rsi, shape [n], from bar `length` on: 100 times Wilder's sum of the rises over that of all moves; 0 before any.

    Sums instead of averages (length times as much) are whole numbers at their seed. A bar without a move leaves both in proportion, so
    it keeps the value, to the last bit.
    """
    n = len(values)
    out = np.full(n, np.nan)
    if n <= length:
        return out
    rises, falls = 0.0, 0.0
    for i in range(1, length + 1):
        change = values[i] - values[i - 1]
        rises += max(change, 0.0)
        falls += max(-change, 0.0)
    out[length] = percent(rises, rises + falls)
    share = 1.0 / length
    for i in range(length + 1, n):
        change = values[i] - values[i - 1]
        rises -= rises * share
        falls -= falls * share
        if change > 0.0:
            rises += change
        else:
            falls -= change
        out[i] = out[i - 1] if change == 0.0 else percent(rises, rises + falls)
    return out


@kernel
def directions(high: Float64, low: Float64, close: Float64, length: int) -> tuple[Float64, Float64, Float64]:
    """Return adx, plus and minus directional indicator, shape [n] each: NaN before bar 2 length - 1, and before bar `length`.

    Wilder's sums start with length - 1 bars, as TA-Lib's do. The larger of two moves counts, neither of two equal ones. A bar without range
    leaves all three sums in proportion and keeps the indicators, one without direction the index of both, to the last bit.
    """
    n, share = len(high), 1.0 / length
    adx, plus, minus = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    up, down, ranges, dx, dx_sum, last = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(1, n):
        rise, fall = high[i] - high[i - 1], low[i - 1] - low[i]
        rise, fall = rise if rise > fall and rise > 0.0 else 0.0, fall if fall > rise and fall > 0.0 else 0.0
        span = max(high[i], close[i - 1]) - min(low[i], close[i - 1])
        if i >= length:
            up -= up * share
            down -= down * share
            ranges -= ranges * share
        up += rise
        down += fall
        ranges += span
        if i < length:
            continue
        if span > 0.0 or i == length:
            plus[i], minus[i] = percent(up, ranges), percent(down, ranges)
        else:
            plus[i], minus[i] = plus[i - 1], minus[i - 1]
        if (rise > 0.0 or fall > 0.0 or i == length) and up + down > 0.0:
            dx = percent(abs(up - down), up + down)
        if i < 2 * length - 1:
            dx_sum += dx
        elif i == 2 * length - 1:
            last = (dx_sum + dx) / length
        elif up + down > 0.0:
            last += (dx - last) * share
        if i >= 2 * length - 1:
            adx[i] = last
    return adx, plus, minus


@kernel
def line_ends(values: Float64, length: int) -> Float64:
    """Return where the least-squares line through each window ends, shape [n], NaN before the first whole window.

    That is 3 wma - 2 sma, or 2 (3 ramp - (length + 1) total) / (length (length + 1)) with ramp = 1 oldest + ... + length newest. Both sums
    run, exact while they are whole and below 2^53, and begin anew every `length` bars, so that other numbers leave no rest for long.
    """
    out = np.full(len(values), np.nan)
    divisor = 0.5 * length * (length + 1)
    total, ramp = 0.0, 0.0
    for i in range(length - 1, len(values)):
        if (i + 1) % length == 0:
            total, ramp = 0.0, 0.0
            for back in range(length):
                total += values[i - length + 1 + back]
                ramp += total
            # ramp now counts the oldest `length` times and the newest once: turn it round
            ramp = (length + 1) * total - ramp
        else:
            ramp += length * values[i] - total
            total += values[i] - values[i - length]
        out[i] = (3.0 * ramp - (length + 1) * total) / divisor
    return out


@kernel
def ema_start(values: Float64, length: int, out: Float64) -> float:
    """Fill the bars before the first whole window with NaN and its last bar with its mean; return that."""
    total = 0.0
    for i in range(length):
        total += values[i]
        out[i] = np.nan
    out[length - 1] = total / length
    return total / length


@kernel
def two_emas(first: Float64, first_length: int, second: Float64, second_length: int) -> tuple[Float64, Float64]:
    """Return the emas of two columns of at least their lengths, shape [n] each: TA-Lib's, to the last bit.

    Each waits for its own last value, so that two in one pass take the time of one.
    """
    one, two = np.empty(len(first)), np.empty(len(second))
    last_one, last_two = ema_start(first, first_length, one), ema_start(second, second_length, two)
    share_one, share_two = 2.0 / (first_length + 1), 2.0 / (second_length + 1)
    both = min(len(first) - first_length, len(second) - second_length)
    for i in range(both):
        last_one += (first[first_length + i] - last_one) * share_one
        last_two += (second[second_length + i] - last_two) * share_two
        one[first_length + i], two[second_length + i] = last_one, last_two
    for i in range(first_length + both, len(first)):
        last_one += (first[i] - last_one) * share_one
        one[i] = last_one
    for i in range(second_length + both, len(second)):
        last_two += (second[i] - last_two) * share_two
        two[i] = last_two
    return one, two


@kernel
def adaptive(values: Float64, weights: Float64, first: int) -> Float64:
    """Return the average that moves by `weights[i]` of the way to each value, shape [n], from the value of bar `first` on."""
    out = np.full(len(values), np.nan)
    if first < len(values):
        out[first] = values[first]
    for i in range(first + 1, len(values)):
        out[i] = out[i - 1] + weights[i] * (values[i] - out[i - 1])
    return out


@kernel
def fisher(places: Float64, first: int) -> Float64:
    """Return the Fisher transform, shape [n], of places in a range (-0.5 its low, 0.5 its high), 0 at bar `first`."""
    out = np.full(len(places), np.nan)
    if first < len(places):
        out[first] = 0.0
    smooth = 0.0
    for i in range(first + 1, len(places)):
        smooth = _TAKEN * places[i] + _KEPT * smooth
        if abs(smooth) > _EDGE:
            smooth = math.copysign(_BEYOND, smooth)
        out[i] = 0.5 * (math.log((1.0 + smooth) / (1.0 - smooth)) + out[i - 1])
    return out
