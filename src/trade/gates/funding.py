"""no-funding, funding-hole: a perpetual without its payments looks better or worse than it was (FUND-1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trade.base.findings import Finding, Severity
from trade.gates.case import Preflight
from trade.gates.text import duration, fix_command, found_elsewhere, span
from trade.market.belonging import sources
from trade.market.funding_holes import find_funding_holes
from trade.market.names import Kind


def check(case: Preflight) -> Iterator[Finding]:
    """Warn about missing funding: all of it, a hole, or an end inside the window."""
    window, funding = case.window, case.history.funding
    paid_ms = np.empty(0, np.int64) if funding is None else funding.ts_ms
    holes = find_funding_holes(paid_ms, window.from_ms, case.end_ms)
    first, end = np.searchsorted(paid_ms, [window.from_ms, window.to_ms])
    if len(paid_ms) == 0 or (first == end and holes):
        payer = sources(case.series, Kind.FUNDING)[-1]
        also, copy = found_elsewhere(case.elsewhere.get(Kind.FUNDING, ()), payer, Kind.FUNDING)
        yield Finding(
            "no-funding",
            f"no funding of '{payer}' is stored for the window: the run pays and receives none{also}",
            copy or fix_command(payer, Kind.FUNDING),
            Severity.WARNING,
        )
        return
    for hole in holes:
        length, usual = duration(hole.end_ms - hole.start_ms), duration(hole.usual_ms)
        yield Finding(
            "funding-hole",
            f"no funding is stored in {span(hole.start_ms, hole.end_ms)} ({length}, usual interval {usual})",
            "payments of that span are missing from the result; import them",
            Severity.WARNING,
            data={"from_ms": hole.start_ms, "to_ms": hole.end_ms},
        )
