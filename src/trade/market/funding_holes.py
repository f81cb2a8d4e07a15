"""Holes in a funding history: no venue keeps one interval for ever, so a hole is measured by what is usual around it (FUND-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.base.timeframe import HOUR_MS

_HOLE = 1.5
_USUAL_MS = 8 * HOUR_MS
_NEIGHBOURS = 3


@dataclass(frozen=True)
class FundingHole:
    """A span [start_ms, end_ms) in which a payment is missing; `usual_ms` is the interval that is usual around it."""

    start_ms: int
    end_ms: int
    usual_ms: int


def find_funding_holes(paid_ms: Int64, start_ms: int, end_ms: int) -> tuple[FundingHole, ...]:
    """Return the holes of ascending payments in [start_ms, end_ms): spans of over 1.5 usual intervals, those to both edges included.

    Payments outside the span say what is usual, and nothing else.
    """
    inside = paid_ms[slice(*np.searchsorted(paid_ms, [start_ms, end_ms]))]
    return tuple(_holes(np.concatenate(([start_ms], inside, [end_ms])), paid_ms))


def _holes(edges: Int64, paid_ms: Int64) -> Iterator[FundingHole]:
    steps = np.diff(paid_ms)
    long = np.flatnonzero(np.diff(edges) > _HOLE * steps.min(initial=_USUAL_MS))
    for start_ms, end_ms in zip(edges[long].tolist(), edges[long + 1].tolist(), strict=True):
        usual_ms = _usual_ms(steps, paid_ms, start_ms, end_ms)
        if end_ms - start_ms > _HOLE * usual_ms:
            yield FundingHole(start_ms, end_ms, usual_ms)


def _usual_ms(steps: Int64, paid_ms: Int64, start_ms: int, end_ms: int) -> int:
    """Return the interval that is usual around a span; eight hours where no two payments say.

    Venues change it (8 h, 4 h, 1 h and back), so the longer one of just before and just after counts.
    """
    before = max(int(np.searchsorted(paid_ms, start_ms, "right")) - 1, 0)
    after = int(np.searchsorted(paid_ms, end_ms))
    sides = (steps[max(before - _NEIGHBOURS, 0) : before], steps[after : after + _NEIGHBOURS])
    # The lower middle: of two neighbours the longer one may be a hole itself.
    return max((sorted(side.tolist())[(len(side) - 1) // 2] for side in sides if len(side)), default=_USUAL_MS)
