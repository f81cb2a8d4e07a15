"""history-gaps, accepted-gaps: base bars are missing, by GAP-1 too many to trust a result; fewer is a warning that names them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trade.base.arrays import Int64
from trade.base.counted import counted
from trade.base.findings import Finding, Severity
from trade.base.history import Spans
from trade.base.spans import covered_ms
from trade.gates.case import Preflight
from trade.gates.text import duration, fix_command, span
from trade.market.gaps import find_gaps
from trade.market.names import Series
from trade.market.spans import length_ms, within, without

_NAMED = 5
_LONG_TOGETHER_MS = 3 * 3_600_000


def check(case: Preflight) -> Iterator[Finding]:
    """Compare the expected grid, warm-up that is stored included and accepted gaps left out, with the bars that exist."""
    base, window = case.history.base, case.window
    if len(base.between(window.from_ms, window.to_ms)) == 0:
        return  # coverage said so
    start_ms = min(int(base.ts_open_ms[0]), window.from_ms)
    holes = find_gaps(base.ts_open_ms, start_ms, case.end_ms, base.timeframe, case.closed)
    missing = [(hole.start_ms, hole.end_ms) for hole in holes]
    accepted = within(missing, case.history.accepted_gaps)
    expected_ms = case.end_ms - start_ms - _closed_ms(case.closed, start_ms, case.end_ms) - length_ms(accepted)
    yield from _judge(case, without(missing, accepted), expected_ms)
    if accepted:
        yield Finding(
            "accepted-gaps",
            f"{len(accepted)} accepted gaps, {length_ms(accepted) // base.timeframe.length_ms} base bars; longest: {_listed(accepted)}",
            "they count as closed market; 'trade data accept-gap SYMBOL --list' says why",
            Severity.NOTE,
            data={"accepted": [list(gap) for gap in accepted]},
        )


def _judge(case: Preflight, holes: Spans, expected_ms: int) -> Iterator[Finding]:
    """Hold the holes that nobody accepted against what is tolerated."""
    if not holes:
        return
    missing_ms, longest_ms = length_ms(holes), max(end_ms - start_ms for start_ms, end_ms in holes)
    missing = missing_ms // case.history.base.timeframe.length_ms
    share = missing_ms / expected_ms
    tolerance = case.tolerance
    too_long = longest_ms > tolerance.max_gap_ms
    too_many = missing_ms > _LONG_TOGETHER_MS and share > tolerance.max_missing_frac
    yield Finding(
        "history-gaps",
        f"{counted(len(holes), 'gap')}, {counted(missing, 'base bar')} missing ({share:.3%}); longest: {_listed(holes)}",
        _hint(too_long, too_many, case.series),
        Severity.ERROR if too_long or too_many else Severity.WARNING,
        data={"count": len(holes), "missing_bars": missing, "gaps": [list(hole) for hole in holes]},
    )


def _closed_ms(closed: Int64, start_ms: int, end_ms: int) -> int:
    return int(np.diff(covered_ms(closed, np.array([start_ms, end_ms], np.int64)))[0])


def _listed(holes: Spans) -> str:
    named = sorted(holes, key=lambda hole: (hole[0] - hole[1], hole[0]))[:_NAMED]
    return "; ".join(f"{span(*hole)} ({duration(hole[1] - hole[0])})" for hole in named)


def _hint(too_long: bool, too_many: bool, series: Series) -> str:
    if too_long:
        ways = "choose a window beside the longest gap, allow it with --max-gap, or accept an outage with 'trade data accept-gap'"
        return f"{fix_command(series)}, {ways}"
    if too_many:
        return f"{fix_command(series)}, choose a better window, or allow it with --max-missing"
    return "nothing happens inside a gap: no fills, no decisions (GAP-1)"
