"""Whether stored funding covers a window (FUND-1): warnings only, since a run pays what is stored and nothing else."""

from __future__ import annotations

import numpy as np

from trade.base.findings import Finding, Severity
from trade.base.history import Funding, Window
from trade.market.instants import iso

_HOLE_FACTOR = 1.5


def funding_findings(funding: Funding | None, window: Window) -> tuple[Finding, ...]:
    """Return a warning for absent funding, and for each span over 1.5 usual intervals without a payment, the window's edges included."""
    if funding is None or len(funding) == 0:
        fact = f"no funding is stored between '{iso(window.from_ms)}' and '{iso(window.to_ms)}'; the run pays none"
        return (Finding("funding-absent", fact, "import it with 'trade data import FILE --symbol S --kind funding'", Severity.WARNING),)
    steps = np.diff(funding.ts_ms)
    usual = int(np.median(steps)) if len(steps) else window.to_ms - window.from_ms
    edges = np.concatenate(([window.from_ms], funding.ts_ms, [window.to_ms]))
    holes = np.flatnonzero(np.diff(edges) > _HOLE_FACTOR * usual)
    return tuple(_hole(int(edges[i]), int(edges[i + 1]), usual) for i in holes)


def _hole(start_ms: int, end_ms: int, usual_ms: int) -> Finding:
    fact = f"no funding between '{iso(start_ms)}' and '{iso(end_ms)}', where every '{usual_ms // 60_000}' minutes is usual"
    data = {"start_ms": start_ms, "end_ms": end_ms}
    return Finding("funding-hole", fact, "import the missing funding with '--kind funding'", Severity.WARNING, data=data)
