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
    severity = Severity.ERROR if case.tolerance.strict_warmup else Severity.WARNING
    if first_ms > case.first_valid_start_ms:
        yield Finding(
            "late-start",
            f"history starts at {instant(first_ms)}, {duration(first_ms - case.first_valid_start_ms)} too late for every feature "
            "to have a value at the window's start",
            "trading starts later; begin the window later, or import earlier history",
            severity,
            data={"history_starts_ms": first_ms, "wanted_ms": case.first_valid_start_ms},
        )
    elif first_ms > case.settle_start_ms:
        yield Finding(
            "short-warmup",
            f"history starts at {instant(first_ms)}, {duration(first_ms - case.settle_start_ms)} too late for recursive features to settle",
            "their first values still carry their seed; begin the window later, or import earlier history",
            severity,
            data={"history_starts_ms": first_ms, "wanted_ms": case.settle_start_ms},
        )
