"""Where a window looks (RULE-4): its samples are exec closes, closes of an anchor timeframe, or all base closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.timeframe import BASE, Timeframe
from trade.dsl.columns import Clock, Columns
from trade.dsl.tree import LastInstants, Reach, WindowKind
from trade.dsl.truth import Truth
from trade.dsl.values import InstantSpan


@dataclass(frozen=True)
class Look:
    """What a window needs over a span: the truth of its part over `source`, at `at` within it; samples [first, last) per instant.

    `expected` counts the samples of each instant with those before the data start, which are missing.
    """

    source: InstantSpan
    at: Int64
    first: Int64
    last: Int64
    expected: Int64


class Lookback:
    """The samples of one evaluation; the closes of each anchor are searched once."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._anchors: dict[Timeframe, Int64] = {}

    def look(self, reach: Reach, span: InstantSpan) -> Look:
        """Return where a window looks from the instants of a span that is not empty."""
        now = self._columns.instants(span.clock)[span.first : span.last]
        clock, times = (Clock.EXEC if reach.bars and reach.anchor is None else Clock.BASE), self._times(reach)
        last = np.searchsorted(times, now, "right")
        if reach.duration_ms:
            first = np.searchsorted(times, now - reach.duration_ms, "right")
            expected = last - first + _before(int(times[0]), now - reach.duration_ms)
        else:
            first, expected = np.maximum(last - reach.bars, 0), np.full(len(now), reach.bars)
        used = self._positions(reach, int(first[0]), int(last[-1]))
        source = InstantSpan(clock, int(used[0]), int(used[-1]) + 1) if len(used) else InstantSpan(clock, 0, 0)
        return Look(source, used - source.first, first - first[0], last - first[0], expected)

    def _times(self, reach: Reach) -> Int64:
        if reach.anchor is None:
            return self._columns.instants(Clock.EXEC if reach.bars else Clock.BASE)
        base = self._columns.instants(Clock.BASE)
        if reach.anchor not in self._anchors:
            self._anchors[reach.anchor] = np.flatnonzero(reach.anchor.floor(base) == base)
        return base[self._anchors[reach.anchor]]

    def _positions(self, reach: Reach, first: int, last: int) -> Int64:
        """Return the positions of the samples [first, last) among the instants of their clock."""
        return np.arange(first, last) if reach.anchor is None else self._anchors[reach.anchor][first:last]


def _before(start_ms: int, since_ms: Int64) -> Int64:
    """Return how many base closes lie after each instant and before the first stored one."""
    before: Int64 = np.maximum((start_ms - since_ms - 1) // BASE.length_ms, 0)
    return before


def over(window: LastInstants, look: Look, part: Truth) -> Truth:
    """Return the truth of a window from the truth of its part at the samples: true once enough are, false once enough cannot be."""
    true, false = _counted(part > 0, look), _counted(part < 0, look)
    need = look.expected if window.kind is WindowKind.HOLDS_FOR else window.min_true
    return (true >= need).astype(np.int8) - (look.expected - false < need).astype(np.int8)


def _counted(holds: Bool, look: Look) -> Int64:
    sums = np.concatenate(([0], np.cumsum(holds)))
    counted: Int64 = sums[look.last] - sums[look.first]
    return counted
