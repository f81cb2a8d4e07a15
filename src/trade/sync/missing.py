"""What is missing of a series in a span: only that is asked for."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.base.history import Spans
from trade.base.timeframe import Timeframe
from trade.market.gaps import find_gaps

_HOLE_FACTOR = 1.5
_NEIGHBOURS = 3


def missing_rows(ts_ms: Int64, start_ms: int, end_ms: int, grid: Timeframe) -> Spans:
    """Return the spans of [start_ms, end_ms) in which instants of a grid have no row."""
    return tuple((gap.start_ms, gap.end_ms) for gap in find_gaps(ts_ms, start_ms, end_ms, grid))


def missing_payments(ts_ms: Int64, start_ms: int, end_ms: int, interval_ms: int) -> Spans:
    """Return the spans of [start_ms, end_ms) in which a payment may be missing.

    Funding has no fixed grid: venues change the interval. A step is suspicious when it is longer than the shorter of what is usual
    before and after it, so the last long step before a change is asked for again, and never is a payment overlooked.
    `interval_ms` is the usual one where too little is stored to tell.
    """
    inside = ts_ms[slice(*np.searchsorted(ts_ms, [start_ms, end_ms]))]
    if not len(inside):
        return ((start_ms, end_ms),) if end_ms > start_ms else ()
    usual_ms = _usual_ms(inside, interval_ms)
    edges = np.concatenate(([start_ms - 1], inside, [end_ms]))
    spans = []
    for place, (before, after) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        edge = place in (0, len(edges) - 2)
        if after - before > usual_ms[place] * (1 if edge else _HOLE_FACTOR):
            spans.append((max(before + 1, start_ms), after))
    return tuple((first, end) for first, end in spans if end > first)


def _usual_ms(inside: Int64, interval_ms: int) -> list[int]:
    """Return what is usual at each step of the payments, the steps to both edges included."""
    steps = np.diff(inside)
    if len(steps) < 2 * _NEIGHBOURS:
        return [min([interval_ms, *steps.tolist()])] * (len(steps) + 2)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(steps, _NEIGHBOURS), axis=1).astype(np.int64)
    place = np.arange(-1, len(steps) + 1)  # of each step among the inner ones
    before, after = (medians[np.clip(place + shift, 0, len(medians) - 1)] for shift in (-_NEIGHBOURS, 1))
    return np.minimum(before, after).tolist()  # type: ignore[no-any-return]
