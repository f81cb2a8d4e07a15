"""delisted: the symbol ends inside the window; what is held then is closed at its last price (END-2)."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.findings import Finding, Severity
from trade.gates.case import Preflight
from trade.market.instants import iso


def check(case: Preflight) -> Iterator[Finding]:
    """Say so, with the instant."""
    history, window = case.history, case.window
    if case.end_ms == window.to_ms or len(history.base.between(window.from_ms, window.to_ms)) == 0:
        return
    symbol = history.instrument.symbol
    yield Finding(
        "delisted",
        f"'{symbol}' was delisted at {iso(case.end_ms)}, inside the window",
        "a position held then is closed at the last base close; nothing happens after it (END-2)",
        Severity.NOTE,
        data={"delisted_ms": case.end_ms},
    )
