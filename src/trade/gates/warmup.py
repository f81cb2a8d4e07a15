"""short-warmup: history before the window is shorter than the features want (TIME-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trade.base.arrays import Int64
from trade.base.calendar import ahead, expected_opens
from trade.base.findings import Finding, Severity
from trade.features.plan import Demand
from trade.gates.case import Preflight
from trade.gates.text import duration
from trade.market.instants import iso

_NAMED = 3


def check(case: Preflight) -> Iterator[Finding]:
    """Warn when recursive features have not settled, report when the start moves; refuse both under --strict-warmup."""
    base = case.history.base
    if len(base) == 0:
        return
    first_ms = int(base.ts_open_ms[0])
    valid_ms, settled_ms = (_opened_ms(case, wanted_ms) for wanted_ms in (case.first_valid_start_ms, case.settle_start_ms))
    severity, mend = Severity.WARNING, "begin the window later, or import earlier history"
    if case.tolerance.strict_warmup:
        severity, mend = Severity.ERROR, f"{mend}, or leave --strict-warmup out"
    if first_ms > valid_ms:
        lacking = _lacking(case, case.first_valid, first_ms)
        yield Finding(
            "late-start",
            f"history starts at {iso(first_ms)}, {duration(first_ms - valid_ms)} too late for every feature "
            f"to have a value at the window's start{_named(case.first_valid, lacking)}",
            f"{mend}: trading starts later",
            severity,
            data=_data(first_ms, valid_ms, lacking),
        )
    elif first_ms > settled_ms:
        lacking = _lacking(case, case.settle, first_ms)
        yield Finding(
            "short-warmup",
            f"history starts at {iso(first_ms)}, {duration(first_ms - settled_ms)} too late for recursive features "
            f"to settle{_named(case.settle, lacking)}",
            f"{mend}: their first values still carry their seed",
            severity,
            data=_data(first_ms, settled_ms, lacking),
        )


def _lacking(case: Preflight, demands: tuple[Demand, ...], first_ms: int) -> dict[str, int]:
    """Return how many bars each feature lacks that lacks some, the most first."""
    bars = {demand.name: _missing(case, demand, first_ms) for demand in demands}
    return {name: bars[name] for name in sorted(bars, key=lambda name: -bars[name]) if bars[name]}


def _missing(case: Preflight, demand: Demand, first_ms: int) -> int:
    """Return how many of the wanted bars the history does not hold from their first minute on."""
    if first_ms <= _opened_ms(case, demand.start_ms):
        return 0
    begun_ms = demand.timeframe.floor_at(first_ms)
    end_ms = begun_ms if first_ms <= _opened_ms(case, begun_ms) else demand.timeframe.ceil_at(first_ms)

    def closed(_start_ms: int, _end_ms: int) -> Int64:
        return case.closed

    if end_ms > demand.start_ms:  # a history may begin ages later: no more is counted than is wanted
        end_ms = min(end_ms, ahead(closed, demand.timeframe, demand.start_ms, demand.bars))
    return min(len(expected_opens(closed, demand.timeframe, demand.start_ms, end_ms)), demand.bars)


def _named(demands: tuple[Demand, ...], lacking: Mapping[str, int]) -> str:
    wanted = {demand.name: demand for demand in demands}
    words = [f"'{name}' lacks {bars} of {wanted[name].bars} bars of {wanted[name].timeframe}" for name, bars in lacking.items()]
    if not words:
        return ""
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ": " + ", ".join(words[:_NAMED]) + more


def _data(first_ms: int, wanted_ms: int, lacking: Mapping[str, int]) -> Mapping[str, Any]:
    return {"history_starts_ms": first_ms, "wanted_ms": wanted_ms, "missing_bars": dict(lacking)}


def _opened_ms(case: Preflight, wanted_ms: int) -> int:
    """Return when the first bar at or after an instant is expected: a slow bar may begin while the market is still closed."""
    return next((end_ms for start_ms, end_ms in case.closed.tolist() if start_ms <= wanted_ms < end_ms), wanted_ms)
