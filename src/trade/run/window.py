"""The window of a run: given and on the grid, or all that is stored, less warm-up (TIME-7, TIME-9)."""

from __future__ import annotations

from collections.abc import Callable

from trade.base.calendar import ahead
from trade.base.errors import DataMissing, Malformed
from trade.base.findings import Finding
from trade.base.history import Window
from trade.base.synthetic import VENUE
from trade.base.timeframe import DAY_MS, Timeframe
from trade.features.plan import Demand, Plan
from trade.gates.text import duration, span
from trade.market.instants import iso, one_word
from trade.market.names import Kind, Series
from trade.run.request import Market


def choose_window(market: Market, series: Series, plan: Plan, from_ms: int | None, to_ms: int | None) -> Window:
    """Return the window. Raises Malformed for edges off the exec grid or out of order, DataMissing when warm-up eats everything."""
    timeframe = plan.exec_timeframe
    edges = {"--from": from_ms, "--to": to_ms}
    wrong = [_off_grid(name, edge, timeframe) for name, edge in edges.items() if edge is not None and timeframe.floor_at(edge) != edge]
    if wrong:
        raise Malformed(wrong)
    first_ms, end_ms = _stored_span(market, series)
    stop_ms = timeframe.floor_at(end_ms) if to_ms is None else to_ms
    start_ms = _first_warm(plan, first_ms, stop_ms) if from_ms is None else from_ms
    if start_ms < stop_ms:
        return Window(start_ms, stop_ms)
    if from_ms is not None and to_ms is not None:
        fact = f"the window {span(from_ms, to_ms)} is empty"
        raise Malformed(Finding("empty-window", fact, "--to is exclusive and must be after --from"))
    if series.venue == VENUE:
        raise DataMissing(_too_short(series, timeframe, from_ms, first_ms, end_ms))
    stored = f"'{series.key}' is stored over {span(first_ms, end_ms)} ({duration(end_ms - first_ms)})"
    if from_ms is None and (to_ms is None or first_ms < to_ms):
        raise DataMissing(_eaten(plan, stored, start_ms, stop_ms))
    beside = f"before {iso(stop_ms)}" if from_ms is None else f"after {iso(from_ms)}"
    hint = "choose --from and --to inside what is stored, or import more history"
    raise DataMissing(Finding("history-too-short", f"{stored}, which leaves no window {beside}", hint))


def _too_short(series: Series, timeframe: Timeframe, from_ms: int | None, first_ms: int, end_ms: int) -> Finding:
    """Say that a made market ends before a bar of the Play does; no history can be brought in, but more of it can be made."""
    begin_ms = first_ms if from_ms is None else from_ms
    fact = f"the made market '{series.key}' of {span(first_ms, end_ms)} has no whole bar of {timeframe} from {iso(begin_ms)} on"
    return Finding("history-too-short", fact, "make it longer with --bars, or begin earlier with --from")


def _eaten(plan: Plan, stored: str, start_ms: int, stop_ms: int) -> Finding:
    """Say which feature takes the history before a window that would begin at `start_ms`, after all of it."""
    if not plan.features:
        fact = f"{stored}, which holds no whole bar of {plan.exec_timeframe} before {iso(stop_ms)}"
        return Finding("history-too-short", fact, "import more history")
    most = min(plan.first_valid_demands(start_ms), key=lambda demand: demand.start_ms)
    needs = _days(start_ms - most.start_ms)
    lacks = _days(start_ms + plan.exec_timeframe.length_ms - stop_ms)
    return Finding(
        "history-too-short",
        f"{stored}, which leaves no window before {iso(stop_ms)} after warm-up: '{most.name}' needs most, "
        f"{most.bars:,} bars of {most.timeframe}, that is {needs:,} days",
        f"import at least {lacks:,} days more, or name a window with --from and --to and accept a later start",
        data={"feature": most.name, "bars": most.bars, "timeframe": str(most.timeframe), "days": needs},
    )


def _days(length_ms: int) -> int:
    return -(-length_ms // DAY_MS)


def _first_warm(plan: Plan, first_ms: int, stop_ms: int) -> int:
    """Return an exec open with all settle history before it; where that leaves nothing, one with what the first values take."""
    settled_ms = _after(plan, first_ms, plan.settle_demands)
    return settled_ms if settled_ms < stop_ms else _after(plan, first_ms, plan.first_valid_demands)


def _after(plan: Plan, first_ms: int, demands: Callable[[int], tuple[Demand, ...]]) -> int:
    """Return an exec open with all that is demanded before it: the first one or, by the step from the wanted span, one soon after."""
    timeframe = plan.exec_timeframe
    start_ms = timeframe.ceil_at(first_ms)
    wanted = demands(start_ms)
    start_ms = timeframe.ceil_at(start_ms + (start_ms - min((demand.start_ms for demand in wanted), default=start_ms)))
    there_ms = [ahead(plan.closed, demand.timeframe, first_ms, demand.bars) for demand in wanted]
    return max(start_ms, timeframe.ceil_at(max(there_ms, default=first_ms)))


def _stored_span(market: Market, series: Series) -> tuple[int, int]:
    stored = next(s for s in market.series() if s.series == series and s.kind is Kind.BARS)
    return stored.first_ms, stored.last_ms + 60_000


def _off_grid(name: str, edge_ms: int, timeframe: Timeframe) -> Finding:
    before, after = timeframe.floor_at(edge_ms), timeframe.ceil_at(edge_ms)
    seconds = f":{edge_ms % 60_000 / 1000:06.3f}".removesuffix(".000") if edge_ms % 60_000 else ""
    fact = f"{name} {iso(edge_ms)}{seconds} is not a multiple of the exec timeframe {timeframe}"
    return Finding("window-off-grid", fact, f"use {one_word(before)} or {one_word(after)} (UTC)")
