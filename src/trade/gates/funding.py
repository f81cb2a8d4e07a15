"""no-funding, funding-hole: a perpetual without its payments looks better or worse than it was (FUND-1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trade.base.findings import Finding, Severity
from trade.gates.case import Preflight
from trade.gates.text import duration, span

_HOLE = 1.5


def check(case: Preflight) -> Iterator[Finding]:
    """Warn about missing funding: all of it, a hole, or an end inside the window."""
    window, funding = case.window, case.history.funding
    inside = np.empty(0, np.int64)
    if funding is not None:
        inside = funding.ts_ms[slice(*np.searchsorted(funding.ts_ms, [window.from_ms, window.to_ms]))]
    if len(inside) == 0:
        yield Finding(
            "no-funding",
            "no funding history is stored for the window: the run pays and receives none",
            "import it with 'trade data import FILE --kind funding'",
            Severity.WARNING,
        )
        return
    usual_ms = int(np.median(np.diff(inside))) if len(inside) > 1 else 8 * 3_600_000
    edges = np.concatenate(([window.from_ms], inside, [window.to_ms]))
    for row in np.flatnonzero(np.diff(edges) > _HOLE * usual_ms):
        start_ms, end_ms = int(edges[row]), int(edges[row + 1])
        yield Finding(
            "funding-hole",
            f"no funding is stored in {span(start_ms, end_ms)} ({duration(end_ms - start_ms)}, usual interval {duration(usual_ms)})",
            "payments of that span are missing from the result; import them",
            Severity.WARNING,
            data={"from_ms": start_ms, "to_ms": end_ms},
        )
