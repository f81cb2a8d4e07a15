"""What TradingView says: the reference code that Pine's manual publishes for `ta.sar`, `ta.supertrend`, `ta.alma`, bar by bar.

Written down line by line and slowly, as the oracle of our kernels. `na` is NaN: every comparison with it is false, as in Pine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

NA = math.nan
Row = Sequence[float]


def nz(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def back(series: Row, bar: int, bars: int) -> float:
    """`series[bars]` at a bar."""
    return series[bar - bars] if bar >= bars else NA


def pine_sar(  # noqa: C901 - one function, as published
    high: Row, low: Row, close: Row, start: float, inc: float, most: float
) -> tuple[list[float], list[bool], list[float]]:
    """Return result, isBelow and acceleration."""
    results, sides, accelerations = list[float](), list[bool](), list[float]()
    result, max_min, acceleration, is_below = NA, NA, NA, False
    for bar_index in range(len(close)):
        is_first_trend_bar = False
        if bar_index == 1:
            if close[bar_index] > close[bar_index - 1]:
                is_below = True
                max_min = high[bar_index]
                result = low[bar_index - 1]
            else:
                is_below = False
                max_min = low[bar_index]
                result = high[bar_index - 1]
            is_first_trend_bar = True
            acceleration = start

        result = result + acceleration * (max_min - result)

        if is_below:
            if result > low[bar_index]:
                is_first_trend_bar = True
                is_below = False
                result = max(high[bar_index], max_min)
                max_min = low[bar_index]
                acceleration = start
        else:
            if result < high[bar_index]:
                is_first_trend_bar = True
                is_below = True
                result = min(low[bar_index], max_min)
                max_min = high[bar_index]
                acceleration = start

        if not is_first_trend_bar:
            if is_below:
                if high[bar_index] > max_min:
                    max_min = high[bar_index]
                    acceleration = min(acceleration + inc, most)
            else:
                if low[bar_index] < max_min:
                    max_min = low[bar_index]
                    acceleration = min(acceleration + inc, most)

        if bar_index > 0:
            if is_below:
                result = min(result, low[bar_index - 1])
                if bar_index > 1:
                    result = min(result, low[bar_index - 2])
            else:
                result = max(result, high[bar_index - 1])
                if bar_index > 1:
                    result = max(result, high[bar_index - 2])
        results.append(result)
        sides.append(is_below)
        accelerations.append(acceleration)
    return results, sides, accelerations


def pine_tr(high: Row, low: Row, close: Row) -> list[float]:
    """`ta.tr(true)`: the range of the first bar counts as its true range."""
    out = list[float]()
    for bar in range(len(close)):
        last = back(close, bar, 1)
        spread = high[bar] - low[bar]
        out.append(spread if math.isnan(last) else max(spread, abs(high[bar] - last), abs(low[bar] - last)))
    return out


def pine_rma(source: Row, length: int) -> list[float]:
    alpha = 1 / length
    out = list[float]()
    for bar in range(len(source)):
        before = back(out, bar, 1)
        if math.isnan(before):
            out.append(sum(source[bar - length + 1 : bar + 1]) / length if bar >= length - 1 else NA)
        else:
            out.append(alpha * source[bar] + (1 - alpha) * nz(before))
    return out


def pine_atr(high: Row, low: Row, close: Row, length: int) -> list[float]:
    return pine_rma(pine_tr(high, low, close), length)


def pine_supertrend(high: Row, low: Row, close: Row, factor: float, atr_period: int) -> tuple[list[float], list[int]]:
    """Return superTrend and direction in Pine's sign: -1 is up."""
    atr = pine_atr(high, low, close, atr_period)
    upper_bands, lower_bands, super_trends, directions = list[float](), list[float](), list[float](), list[int]()
    for bar in range(len(close)):
        src = (high[bar] + low[bar]) / 2
        upper_band = src + factor * atr[bar]
        lower_band = src - factor * atr[bar]
        prev_lower_band = nz(back(lower_bands, bar, 1))
        prev_upper_band = nz(back(upper_bands, bar, 1))
        last = back(close, bar, 1)

        lower_band = lower_band if lower_band > prev_lower_band or last < prev_lower_band else prev_lower_band
        upper_band = upper_band if upper_band < prev_upper_band or last > prev_upper_band else prev_upper_band
        prev_super_trend = back(super_trends, bar, 1)
        if math.isnan(back(atr, bar, 1)):
            direction = 1
        elif prev_super_trend == prev_upper_band:
            direction = -1 if close[bar] > upper_band else 1
        else:
            direction = 1 if close[bar] < lower_band else -1
        upper_bands.append(upper_band)
        lower_bands.append(lower_band)
        super_trends.append(lower_band if direction == -1 else upper_band)
        directions.append(direction)
    return super_trends, directions


def pine_alma(series: Row, windowsize: int, offset: float, sigma: float) -> list[float]:
    m = offset * (windowsize - 1)
    s = windowsize / sigma
    out = list[float]()
    for bar in range(len(series)):
        norm = 0.0
        total = 0.0
        for i in range(windowsize):
            weight = math.exp(-1 * math.pow(i - m, 2) / (2 * math.pow(s, 2)))
            norm = norm + weight
            total = total + back(series, bar, windowsize - i - 1) * weight
        out.append(total / norm)
    return out
