"""Whether stored funding covers a window (FUND-1): warnings only, since a run pays what is stored and nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trade.base.findings import Finding, Severity
from trade.base.history import Funding, Window
from trade.market.instants import iso

Int64 = npt.NDArray[np.int64]

_HOLE_FACTOR = 1.5
_NEIGHBOURS = 5


def funding_findings(funding: Funding | None, window: Window) -> tuple[Finding, ...]:
    """Return a warning for absent funding, and for each span over 1.5 usual intervals without a payment, the window's edges included."""
    if funding is None or len(funding) == 0:
        fact = f"no funding is stored between '{iso(window.from_ms)}' and '{iso(window.to_ms)}'; the run pays none"
        return (Finding("funding-absent", fact, "import it with 'trade data import FILE --symbol S --kind funding'", Severity.WARNING),)
    edges = np.concatenate(([window.from_ms], funding.ts_ms, [window.to_ms]))
    usual = _usual_ms(np.diff(edges))
    holes = np.flatnonzero(np.diff(edges) > _HOLE_FACTOR * usual)
    return tuple(_hole(int(edges[i]), int(edges[i + 1]), int(usual[i])) for i in holes)


def _usual_ms(steps: Int64) -> Int64:
    """Return the interval that is usual around each step: venues change it, so the longer one of before and after counts."""
    inner = steps[1:-1] if len(steps) > 2 else steps
    near = min(_NEIGHBOURS, len(inner))
    medians = np.median(np.lib.stride_tricks.sliding_window_view(inner, near), axis=1).astype(np.int64)
    place = np.arange(len(steps)) - 1  # of each step among the inner ones
    before, after = (medians[np.clip(place + shift, 0, len(medians) - 1)] for shift in (-near, 1))
    longer: Int64 = np.maximum(before, after)
    return longer


def _hole(start_ms: int, end_ms: int, usual_ms: int) -> Finding:
    fact = f"no funding between '{iso(start_ms)}' and '{iso(end_ms)}', where every '{usual_ms // 60_000}' minutes is usual"
    data = {"start_ms": start_ms, "end_ms": end_ms}
    return Finding("funding-hole", fact, "import the missing funding with '--kind funding'", Severity.WARNING, data=data)
