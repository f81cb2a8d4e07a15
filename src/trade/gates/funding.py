"""no-funding, funding-hole: a perpetual without its payments looks better or worse than it was (FUND-1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trade.base.findings import Finding, Severity
from trade.base.history import Funding
from trade.base.timeframe import HOUR_MS
from trade.gates.case import Preflight
from trade.gates.text import duration, span

_HOLE = 1.5
_USUAL_MS = 8 * HOUR_MS


def check(case: Preflight) -> Iterator[Finding]:
    """Warn about missing funding: all of it, a hole, or an end inside the window."""
    window, funding = case.window, case.history.funding
    usual_ms = _usual_ms(funding)
    inside = np.empty(0, np.int64)
    if funding is not None:
        inside = funding.ts_ms[slice(*np.searchsorted(funding.ts_ms, [window.from_ms, window.to_ms]))]
    edges = np.concatenate(([window.from_ms], inside, [window.to_ms]))
    holes = np.flatnonzero(np.diff(edges) > _HOLE * usual_ms)
    if funding is None or len(funding) == 0 or (len(inside) == 0 and len(holes)):
        yield Finding(
            "no-funding",
            "no funding history is stored for the window: the run pays and receives none",
            "import it with 'trade data import FILE --kind funding'",
            Severity.WARNING,
        )
        return
    for row in holes:
        start_ms, end_ms = int(edges[row]), int(edges[row + 1])
        yield Finding(
            "funding-hole",
            f"no funding is stored in {span(start_ms, end_ms)} ({duration(end_ms - start_ms)}, usual interval {duration(usual_ms)})",
            "payments of that span are missing from the result; import them",
            Severity.WARNING,
            data={"from_ms": start_ms, "to_ms": end_ms},
        )


def _usual_ms(funding: Funding | None) -> int:
    """Return the usual interval of the loaded payments, warm-up included; eight hours where two of them do not say."""
    if funding is None or len(funding) < 2:
        return _USUAL_MS
    return int(np.median(np.diff(funding.ts_ms)))
