"""Spans of time as one array: int64 of shape [k, 2], each [start_ms, end_ms), ascending and disjoint."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Bool, Int64

NONE: Int64 = np.empty((0, 2), np.int64)
NONE.setflags(write=False)


def complement(spans: Int64, start_ms: int, end_ms: int) -> Int64:
    """Return what of [start_ms, end_ms) no span covers."""
    starts = np.maximum(np.append(start_ms, spans[:, 1]), start_ms)
    ends = np.minimum(np.append(spans[:, 0], end_ms), end_ms)
    return _filled(starts, ends)


def intersection(one: Int64, other: Int64) -> Int64:
    """Return what both cover."""
    first = np.searchsorted(other[:, 1], one[:, 0], side="right")
    met = np.maximum(np.searchsorted(other[:, 0], one[:, 1]) - first, 0)
    row = np.repeat(np.arange(len(one)), met)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(met) - met, met)
    pair = first[row] + nth
    return _filled(np.maximum(one[row, 0], other[pair, 0]), np.minimum(one[row, 1], other[pair, 1]))


def joined(starts: Int64, ends: Int64) -> Int64:
    """Return spans whose starts and ends ascend, those that touch or overlap as one."""
    if len(starts) == 0:
        return NONE
    apart = starts[1:] > ends[:-1]
    return np.column_stack((starts[np.append(True, apart)], ends[np.append(apart, True)]))


def covered_ms(spans: Int64, ts_ms: Int64) -> Int64:
    """Return how much time the spans cover before each instant."""
    if len(spans) == 0:
        return np.zeros(len(ts_ms), np.int64)
    before = np.append(0, np.cumsum(spans[:, 1] - spans[:, 0]))
    begun = np.searchsorted(spans[:, 0], ts_ms, side="right")
    running = spans[np.maximum(begun - 1, 0), 1] - ts_ms
    covered: Int64 = before[begun] - np.where(begun > 0, np.maximum(running, 0), 0)
    return covered


def inside(spans: Int64, ts_ms: Int64) -> Bool:
    """Return which instants a span covers."""
    begun: Int64 = np.searchsorted(spans[:, 0], ts_ms, side="right")
    ended: Int64 = np.searchsorted(spans[:, 1], ts_ms, side="right")
    return begun > ended


def _filled(starts: Int64, ends: Int64) -> Int64:
    filled = ends > starts
    return np.column_stack((starts[filled], ends[filled]))
