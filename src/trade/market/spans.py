"""Sets of instants as spans [start_ms, end_ms): ascending, apart from each other, none empty."""

from __future__ import annotations

from collections.abc import Iterable

from trade.base.history import Spans


def within(spans: Iterable[tuple[int, int]], limits: Iterable[tuple[int, int]]) -> Spans:
    """Return what of the spans lies within the limits; both ascend."""
    found, bounds = [], tuple(limits)
    first = 0
    for start_ms, end_ms in spans:
        while first < len(bounds) and bounds[first][1] <= start_ms:
            first += 1
        place = first
        while place < len(bounds) and bounds[place][0] < end_ms:
            found.append((max(start_ms, bounds[place][0]), min(end_ms, bounds[place][1])))
            place += 1
    return tuple(found)


def without(spans: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> Spans:
    """Return what of the spans lies outside the holes; both ascend."""
    edges = [edge for hole in holes for edge in hole]
    between = zip([-(2**62), *edges[1::2]], [*edges[::2], 2**62], strict=True)
    return within(spans, [(start_ms, end_ms) for start_ms, end_ms in between if start_ms < end_ms])


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans of any order as ascending ones that do not touch."""
    found: list[tuple[int, int]] = []
    for start_ms, end_ms in sorted(spans):
        if found and start_ms <= found[-1][1]:
            found[-1] = (found[-1][0], max(end_ms, found[-1][1]))
        else:
            found.append((start_ms, end_ms))
    return tuple(found)


def length_ms(spans: Iterable[tuple[int, int]]) -> int:
    """Return how long the spans are together."""
    return sum(end_ms - start_ms for start_ms, end_ms in spans)
