"""Is a bar possible at all? Checked on import, and again on loaded bars by preflight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.bars import Bars

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]

FACTS: Mapping[str, str] = {
    "not-finite": "a value is not a finite number",
    "price-not-positive": "a price is zero or negative",
    "high-below-body": "high is below open or close",
    "low-above-body": "low is above open or close",
    "volume-negative": "volume is negative",
}


@dataclass(frozen=True)
class Insane:
    """What is wrong with how many bars, and the opens of the first ten of them."""

    code: str
    fact: str
    bars: int
    first_ms: tuple[int, ...]


def impossible(open_: Values, high: Values, low: Values, close: Values, volume: Values | None = None) -> dict[str, Flags]:
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


def insane_bars(bars: Bars) -> tuple[Insane, ...]:
    """Return what is wrong with loaded bars; nothing for good ones, since import keeps bad rows out."""
    flags = impossible(bars.open, bars.high, bars.low, bars.close, bars.volume)
    return tuple(_insane(code, bars.ts_open_ms[bad]) for code, bad in flags.items() if bad.any())


def _insane(code: str, opens: Values) -> Insane:
    return Insane(code, FACTS[code], len(opens), tuple(int(t) for t in opens[:10]))
