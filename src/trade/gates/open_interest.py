"""unstored-series, open-interest-hole: rules that read open interest need it over their whole window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trade.base.findings import Finding, Severity
from trade.gates.case import Preflight
from trade.gates.text import duration, fix_command, found_elsewhere, span
from trade.market.names import Kind


def check(case: Preflight) -> Iterator[Finding]:
    """Refuse rules over open interest that nobody stored, and warn where its last value is older than the longest gap allowed."""
    if not case.reads_open_interest:
        return
    window, stored, symbol = case.window, case.history.open_interest, case.history.instrument.symbol
    known_ms = np.empty(0, np.int64) if stored is None else stored.ts_ms
    first, end = (int(place) for place in np.searchsorted(known_ms, [window.from_ms, window.to_ms]))
    also, copy = found_elsewhere(case.elsewhere.get(Kind.OI, ()), case.series, Kind.OI)
    bring = copy or fix_command(case.series, Kind.OI)
    if first == end:
        yield Finding(
            "unstored-series",
            f"the rules read 'open_interest', and none of '{symbol}' is stored in {span(window.from_ms, window.to_ms)}{also}",
            f"{bring}; synthetic markets have none",
            data={"from_ms": window.from_ms, "to_ms": window.to_ms},
        )
        return
    edges = np.concatenate(([window.from_ms], known_ms[first:end], [case.end_ms]))
    holes = np.flatnonzero(np.diff(edges) > case.tolerance.max_gap_ms)
    if len(holes):
        longest = holes[np.argmax(np.diff(edges)[holes])]
        start_ms, end_ms = int(edges[longest]), int(edges[longest + 1])
        yield Finding(
            "open-interest-hole",
            f"no open interest is stored in '{len(holes)}' spans of the window, the longest {span(start_ms, end_ms)} "
            f"({duration(end_ms - start_ms)})",
            f"rules go on reading the last value before; {bring}",
            Severity.WARNING,
            data={"from_ms": int(edges[holes[0]]), "to_ms": int(edges[holes[-1] + 1])},
        )
