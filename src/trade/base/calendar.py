"""When a market is closed, and the bars that are expected while it is not: the grid of an instrument's calendar (GAP-1, TIME-8)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trade.base.arrays import Int64
from trade.base.spans import NONE, covered_ms
from trade.base.timeframe import Timeframe

ALWAYS = "24/7"

ClosedSpans = Callable[[int, int], Int64]
"""The closed spans of a calendar inside [start_ms, end_ms), int64 of shape [k, 2], ascending and disjoint."""


def always_open(start_ms: int, end_ms: int) -> Int64:
    """Return the closed spans of a market that never closes: none."""
    del start_ms, end_ms
    return NONE


def expected_opens(closed: ClosedSpans, timeframe: Timeframe, start_ms: int, end_ms: int) -> Int64:
    """Return the opens of the bars in [start_ms, end_ms), both edges of bars, during some of which the market is open."""
    edges = timeframe.edges(start_ms, end_ms)
    covered = covered_ms(closed(start_ms, end_ms), edges)
    return edges[:-1][np.diff(covered) < np.diff(edges)]


def back(closed: ClosedSpans, timeframe: Timeframe, ts_ms: int, bars: int) -> int:
    """Return the open of the bar that lies `bars` expected bars before the bar that contains the instant.

    In a market that never closes this is `timeframe.back`.
    """
    end_ms, reach = timeframe.floor_at(ts_ms), bars
    while True:
        opens = expected_opens(closed, timeframe, timeframe.back(end_ms, reach), end_ms)
        if len(opens) >= bars:
            return int(opens[-bars]) if bars else end_ms
        reach *= 2


def ahead(closed: ClosedSpans, timeframe: Timeframe, ts_ms: int, bars: int) -> int:
    """Return the close of the last of the `bars` expected bars that follow the first bar open at or after the instant."""
    start_ms, reach = timeframe.ceil_at(ts_ms), bars
    while True:
        opens = expected_opens(closed, timeframe, start_ms, timeframe.back(start_ms, -reach))
        if len(opens) >= bars:
            return int(timeframe.close(opens[bars - 1 : bars])[0]) if bars else start_ms
        reach *= 2
