"""Is a row possible at all? Asked on import, again of loaded rows by preflight, and of everything stored by `data check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Bool, Int64

Values = npt.NDArray[Any]

FACTS: Mapping[str, str] = {
    "not-finite": "a value is not a finite number",
    "price-not-positive": "a price is zero or negative",
    "high-below-body": "high is below open or close",
    "low-above-body": "low is above open or close",
    "volume-negative": "volume is negative",
}


def impossible(open_: Values, high: Values, low: Values, close: Values, volume: Values | None = None) -> dict[str, Bool]:
    """Return, per code of `FACTS`, which bars break it. A bar that is not finite is flagged for that alone."""
    prices = (open_, high, low, close)
    finite = np.logical_and.reduce([np.isfinite(values) for values in (*prices, *(() if volume is None else (volume,)))])
    flags = {
        "not-finite": ~finite,
        "price-not-positive": finite & (np.minimum.reduce(prices) <= 0),
        "high-below-body": finite & (high < np.maximum(open_, close)),
        "low-above-body": finite & (low > np.minimum(open_, close)),
    }
    if volume is not None:
        flags["volume-negative"] = finite & (volume < 0)
    return flags


def unordered(ts_ms: Int64) -> Bool:
    """Return which instants are not after the one before them: out of order, or there twice."""
    return np.concatenate((np.zeros(min(len(ts_ms), 1), np.bool_), np.diff(ts_ms) <= 0))


def no_rate(rate: Values) -> Bool:
    """Return which funding rates are no number within -1 and 1."""
    return ~(np.abs(rate) <= 1.0)  # not a number is beyond, too


def no_holding(held: Values) -> Bool:
    """Return which records of open interest are negative, infinite or no number."""
    return ~((held >= 0) & (held < np.inf))  # not a number is impossible, too
