"""Spans of time as manifests, journals and findings hold them: tuples of [start_ms, end_ms), ascending and disjoint."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from trade.base.arrays import Int64
from trade.base.history import Spans
from trade.base.spans import complement, intersection, joined

_EVER = 2**62


def as_array(spans: Iterable[tuple[int, int]]) -> Int64:
    """Return spans as int64 of shape [k, 2]."""
    return np.array(list(spans), np.int64).reshape(-1, 2)


def within(spans: Iterable[tuple[int, int]], limits: Iterable[tuple[int, int]]) -> Spans:
    """Return what of the spans lies within the limits."""
    return as_tuples(intersection(as_array(spans), as_array(limits)))


def without(spans: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> Spans:
    """Return what of the spans lies outside the holes."""
    return as_tuples(intersection(as_array(spans), complement(as_array(holes), -_EVER, _EVER)))


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans of any order, overlapping or not, as ascending ones that do not touch."""
    ordered = as_array(sorted(spans))
    return as_tuples(joined(ordered[:, 0], np.maximum.accumulate(ordered[:, 1])))


def length_ms(spans: Iterable[tuple[int, int]]) -> int:
    """Return how long the spans are together."""
    return sum(end_ms - start_ms for start_ms, end_ms in spans)


def as_tuples(spans: Int64) -> Spans:
    """Return an array of spans as tuples."""
    return tuple((start_ms, end_ms) for start_ms, end_ms in spans.tolist())
