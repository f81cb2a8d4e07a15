"""Integer geometry over minutes: straight lines between points, and walls that a line comes back from."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.synthetic.pattern import Points


def line(points: Points, minutes: Int64, length: int, scale: int = 100) -> Int64:
    """Return the value at each minute (may be negative: before the start), where 100 percent is `scale`."""
    at = np.array([thousandths * length // 1000 for thousandths, _ in points], np.int64)
    value = np.array([percent * scale // 100 for _, percent in points], np.int64)
    left = np.clip(np.searchsorted(at, minutes, side="right") - 1, 0, len(at) - 2)
    inside = np.clip(minutes, at[left], at[left + 1]) - at[left]
    result: Int64 = value[left] + (value[left + 1] - value[left]) * inside // (at[left + 1] - at[left])
    return result


def fold(values: Int64, floor: Int64 | int, ceiling: Int64 | int) -> Int64:
    """Return the values mirrored at the walls as often as needed, so that none lies outside."""
    height = ceiling - floor
    over = (values - floor) % (2 * height)
    folded: Int64 = floor + np.minimum(over, 2 * height - over)
    return folded
