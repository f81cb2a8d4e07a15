"""bars-outside-calendar: bars that exist while the instrument's calendar says that its market is closed; they are used all the same."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.findings import Finding, Severity
from trade.base.spans import inside
from trade.gates.case import Preflight
from trade.market.instants import iso


def check(case: Preflight) -> Iterator[Finding]:
    """Count the bars that open inside a closed span."""
    opens, instrument = case.history.base.ts_open_ms, case.history.instrument
    outside = opens[inside(case.closed, opens)]
    if len(outside):
        yield Finding(
            "bars-outside-calendar",
            f"{len(outside)} of {len(opens)} bars open while the calendar '{instrument.calendar}' is closed, "
            f"first at {iso(int(outside[0]))}",
            f"they are used; if the calendar is wrong, set another with 'trade data calendar {instrument.symbol} NAME'",
            Severity.WARNING,
            data={"count": len(outside), "first_ms": int(outside[0]), "last_ms": int(outside[-1])},
        )
