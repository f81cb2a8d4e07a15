"""short-warmup: history before the window is shorter than the features want (TIME-7)."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.findings import Finding, Severity
from trade.gates.case import Preflight
from trade.gates.text import duration, instant


def check(case: Preflight) -> Iterator[Finding]:
    """Warn when recursive features have not settled, report when the start moves; refuse both under --strict-warmup."""
    base = case.history.base
    if len(base) == 0:
        return
    first_ms = int(base.ts_open_ms[0])
    valid_ms, settled_ms = (_opened_ms(case, wanted_ms) for wanted_ms in (case.first_valid_start_ms, case.settle_start_ms))
    severity = Severity.ERROR if case.tolerance.strict_warmup else Severity.WARNING
    if first_ms > valid_ms:
        yield Finding(
            "late-start",
            f"history starts at {instant(first_ms)}, {duration(first_ms - valid_ms)} too late for every feature "
            "to have a value at the window's start",
            "trading starts later; begin the window later, or import earlier history",
            severity,
            data={"history_starts_ms": first_ms, "wanted_ms": valid_ms},
        )
    elif first_ms > settled_ms:
        yield Finding(
            "short-warmup",
            f"history starts at {instant(first_ms)}, {duration(first_ms - settled_ms)} too late for recursive features to settle",
            "their first values still carry their seed; begin the window later, or import earlier history",
            severity,
            data={"history_starts_ms": first_ms, "wanted_ms": settled_ms},
        )


def _opened_ms(case: Preflight, wanted_ms: int) -> int:
    """Return when the first bar at or after an instant is expected: a slow bar may begin while the market is still closed."""
    return next((end_ms for start_ms, end_ms in case.closed.tolist() if start_ms <= wanted_ms < end_ms), wanted_ms)
