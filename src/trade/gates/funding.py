"""no-funding, funding-hole: a perpetual without its payments looks better or worse than it was (FUND-1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trade.base.findings import Finding, Severity
from trade.base.timeframe import HOUR_MS
from trade.gates.case import Preflight
from trade.gates.text import duration, span

Int64 = npt.NDArray[np.int64]

_HOLE = 1.5
_USUAL_MS = 8 * HOUR_MS
_NEIGHBOURS = 3


def check(case: Preflight) -> Iterator[Finding]:
    """Warn about missing funding: all of it, a hole, or an end inside the window."""
    window, funding = case.window, case.history.funding
    paid_ms = np.empty(0, np.int64) if funding is None else funding.ts_ms
    inside = paid_ms[slice(*np.searchsorted(paid_ms, [window.from_ms, window.to_ms]))]
    holes = list(_holes(np.concatenate(([window.from_ms], inside, [window.to_ms])), paid_ms))
    if len(paid_ms) == 0 or (len(inside) == 0 and holes):
        yield Finding(
            "no-funding",
            "no funding history is stored for the window: the run pays and receives none",
            "import it with 'trade data import FILE --kind funding'",
            Severity.WARNING,
        )
        return
    for start_ms, end_ms, usual_ms in holes:
        yield Finding(
            "funding-hole",
            f"no funding is stored in {span(start_ms, end_ms)} ({duration(end_ms - start_ms)}, usual interval {duration(usual_ms)})",
            "payments of that span are missing from the result; import them",
            Severity.WARNING,
            data={"from_ms": start_ms, "to_ms": end_ms},
        )


def _holes(edges: Int64, paid_ms: Int64) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and usual interval of each span between edges that is over 1.5 intervals long."""
    steps = np.diff(paid_ms)
    long = np.flatnonzero(np.diff(edges) > _HOLE * steps.min(initial=_USUAL_MS))
    for start_ms, end_ms in zip(edges[long].tolist(), edges[long + 1].tolist(), strict=True):
        usual_ms = _usual_ms(steps, paid_ms, start_ms, end_ms)
        if end_ms - start_ms > _HOLE * usual_ms:
            yield start_ms, end_ms, usual_ms


def _usual_ms(steps: Int64, paid_ms: Int64, start_ms: int, end_ms: int) -> int:
    """Return the interval that is usual around a span, warm-up included; eight hours where no two payments say.

    Venues change it (8 h, 4 h, 1 h and back), so the longer one of just before and just after counts.
    """
    before = max(int(np.searchsorted(paid_ms, start_ms, "right")) - 1, 0)
    after = int(np.searchsorted(paid_ms, end_ms))
    sides = (steps[max(before - _NEIGHBOURS, 0) : before], steps[after : after + _NEIGHBOURS])
    # The lower middle: of two neighbours the longer one may be a hole itself.
    return max((sorted(side.tolist())[(len(side) - 1) // 2] for side in sides if len(side)), default=_USUAL_MS)
