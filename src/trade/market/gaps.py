"""Holes in a series: the expected 24/7 one-minute grid minus the bars that exist (GAP-1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trade.base.timeframe import BASE, Timeframe

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Gap:
    """A hole [start_ms, end_ms) in which `missing_bars` bars are expected and none exists."""

    start_ms: int
    end_ms: int
    missing_bars: int


def find_gaps(ts_open_ms: Int64, start_ms: int, end_ms: int, timeframe: Timeframe = BASE) -> tuple[Gap, ...]:
    """Return the holes of ascending, unique bar opens over [start_ms, end_ms), leading and trailing included.

    Opens outside the span are ignored. A minute belongs to the span when its open does.
    """
    step = timeframe.length_ms
    first = timeframe.ceil_at(start_ms)
    last = timeframe.ceil_at(end_ms)
    inside = ts_open_ms[slice(*np.searchsorted(ts_open_ms, [first, last]))]
    edges = np.concatenate(([first - step], inside, [last]))
    width = np.diff(edges)
    holes = np.flatnonzero(width > step)
    return tuple(Gap(int(edges[i]) + step, int(edges[i + 1]), int(width[i]) // step - 1) for i in holes)


def missing_bars(gaps: tuple[Gap, ...]) -> int:
    """Return how many bars the holes lack together."""
    return sum(gap.missing_bars for gap in gaps)
