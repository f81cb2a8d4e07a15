"""no-history: there is not one bar inside the window."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.findings import Finding
from trade.gates.case import Preflight
from trade.gates.text import fix_command, span
from trade.market.instants import iso


def check(case: Preflight) -> Iterator[Finding]:
    """Refuse an empty window."""
    window, symbol = case.window, case.history.instrument.symbol
    if len(case.history.base.between(window.from_ms, window.to_ms)) == 0:
        yield Finding(
            "no-history",
            f"no bars of '{symbol}' are stored in {span(window.from_ms, window.to_ms)}{_ended(case)}",
            fix_command(case.series),
            data={"missing": [[window.from_ms, window.to_ms]]},
        )


def _ended(case: Preflight) -> str:
    return "" if case.end_ms == case.window.to_ms else f"; it was delisted at {iso(case.end_ms)}"
