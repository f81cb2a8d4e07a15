"""Holes in a series: the bars expected while the market is not closed, minus those that exist (GAP-1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.base.spans import NONE, complement, intersection, joined
from trade.base.timeframe import BASE, Timeframe


@dataclass(frozen=True)
class Gap:
    """A hole [start_ms, end_ms) in which `missing_bars` bars are expected and none exists."""

    start_ms: int
    end_ms: int
    missing_bars: int


def find_gaps(ts_open_ms: Int64, start_ms: int, end_ms: int, timeframe: Timeframe = BASE, closed: Int64 = NONE) -> tuple[Gap, ...]:
    """Return the holes of ascending, unique bar opens over [start_ms, end_ms), leading and trailing included.

    `closed` are the closed spans, int64 of shape [k, 2], ascending and disjoint: inside them no bar is expected, so they part holes.
    Opens outside the span are ignored. A minute belongs to the span when its open does.
    """
    step = timeframe.length_ms
    first = timeframe.ceil_at(start_ms)
    last = timeframe.ceil_at(end_ms)
    inside = ts_open_ms[slice(*np.searchsorted(ts_open_ms, [first, last]))]
    edges = np.concatenate(([first - step], inside, [last]))
    wide = np.flatnonzero(np.diff(edges) > step)
    holes = np.column_stack((edges[wide] + step, edges[wide + 1]))
    if len(closed):
        lacking = intersection(holes, complement(closed, first, last))
        holes = joined(timeframe.floor(lacking[:, 0]), timeframe.close(timeframe.floor(lacking[:, 1] - 1)))
    return tuple(Gap(start, end, (end - start) // step) for start, end in holes.tolist())


def missing_bars(gaps: tuple[Gap, ...]) -> int:
    """Return how many bars the holes lack together."""
    return sum(gap.missing_bars for gap in gaps)
