"""history-gaps: base bars are missing, by GAP-1 too many to trust a result; fewer is a warning that names them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trade.base.findings import Finding, Severity
from trade.base.spans import covered_ms
from trade.gates.case import Preflight
from trade.gates.text import duration, fix_command, span
from trade.market.gaps import find_gaps

Int64 = npt.NDArray[np.int64]

_NAMED = 5
_LONG_TOGETHER_MS = 3 * 3_600_000


def check(case: Preflight) -> Iterator[Finding]:
    """Compare the expected grid, warm-up that is stored included, with the bars that exist."""
    base, window = case.history.base, case.window
    if len(base.between(window.from_ms, window.to_ms)) == 0:
        return  # coverage said so
    start_ms = min(int(base.ts_open_ms[0]), window.from_ms)
    holes = find_gaps(base.ts_open_ms, start_ms, window.to_ms, base.timeframe, case.closed)
    if not holes:
        return
    lengths = [hole.end_ms - hole.start_ms for hole in holes]
    missing_ms, longest_ms = sum(lengths), max(lengths)
    missing = missing_ms // base.timeframe.length_ms
    share = missing_ms / (window.to_ms - start_ms - _closed_ms(case.closed, start_ms, window.to_ms))
    tolerance = case.tolerance
    too_long = longest_ms > tolerance.max_gap_ms
    too_many = missing_ms > _LONG_TOGETHER_MS and share > tolerance.max_missing_frac
    named = sorted(holes, key=lambda hole: (hole.start_ms - hole.end_ms, hole.start_ms))[:_NAMED]
    listed = "; ".join(f"{span(hole.start_ms, hole.end_ms)} ({duration(hole.end_ms - hole.start_ms)})" for hole in named)
    yield Finding(
        "history-gaps",
        f"{len(holes)} gaps, {missing} base bars missing ({share:.3%}); longest: {listed}",
        _hint(too_long, too_many, case.history.instrument.symbol),
        Severity.ERROR if too_long or too_many else Severity.WARNING,
        data={"count": len(holes), "missing_bars": missing, "gaps": [[hole.start_ms, hole.end_ms] for hole in holes]},
    )


def _closed_ms(closed: Int64, start_ms: int, end_ms: int) -> int:
    return int(np.diff(covered_ms(closed, np.array([start_ms, end_ms], np.int64)))[0])


def _hint(too_long: bool, too_many: bool, symbol: str) -> str:
    if too_long:
        return f"{fix_command(symbol)}, choose a window beside the longest gap, or allow it with --max-gap"
    if too_many:
        return f"{fix_command(symbol)}, choose a better window, or allow it with --max-missing"
    return "nothing happens inside a gap: no fills, no decisions (GAP-1)"
