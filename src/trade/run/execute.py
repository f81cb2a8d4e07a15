"""From a Play and a market to a result: everything of a run but its publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trade.analysis.summary import Summary, summarise
from trade.base.findings import Finding
from trade.base.history import History, Window, on_calendar
from trade.base.result import Result
from trade.engine.processor import BarProcessor
from trade.features.compute import compute_features
from trade.features.plan import Plan, plan_features
from trade.feeds.build import build_feed
from trade.gates.case import Preflight
from trade.gates.preflight import PREFLIGHT
from trade.gates.requirements import REQUIREMENTS, Requirements
from trade.run.accepted import AcceptedPlay
from trade.run.idle import why_idle
from trade.run.memory import keep_freed_memory
from trade.run.names import CATALOGUE
from trade.run.remarks import remarks
from trade.run.request import Doors, Request, silent
from trade.run.window import choose_window


@dataclass(frozen=True)
class Ready:
    """An accepted Play whose history passed preflight."""

    accepted: AcceptedPlay
    plan: Plan
    window: Window
    history: History
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class FinishedRun:
    """A finished run with its numbers; `computed` names the features that really came out."""

    ready: Ready
    result: Result
    summary: Summary
    computed: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the Play, its history and its result have to say, in that order."""
        return (*self.ready.accepted.findings, *self.ready.findings, *self._of_the_result)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """The same without the Play's file: the same Play gives the same bytes, however and wherever it is written."""
        return (*self.ready.accepted.kept, *self.ready.findings, *self._of_the_result)

    @property
    def _of_the_result(self) -> tuple[Finding, ...]:
        idle = why_idle(self.result, self.ready.plan, int(self.ready.history.base.ts_open_ms[0]), self.ready.accepted.kept)
        return (*idle, *remarks(self.result))


def preflight(request: Request, doors: Doors, accepted: AcceptedPlay, rehash: bool = False) -> Ready:
    """Load what the Play needs and let preflight look at it. Raises DataMissing."""
    plan, case = look(request, doors, accepted, rehash)
    return Ready(accepted, plan, case.window, case.history, (*case.history.findings, *PREFLIGHT.require(case)))


def look(request: Request, doors: Doors, accepted: AcceptedPlay, rehash: bool = False) -> tuple[Plan, Preflight]:
    """Load what the Play needs, as preflight will see it. Raises DataMissing when nothing of it is stored."""
    keep_freed_memory()
    symbol = request.series or accepted.play.symbol
    market = doors.market_of(request.origin, symbol)
    series = market.resolve(symbol)
    plan = plan_features(accepted.play, CATALOGUE, doors.closed_of(market.instrument(series).calendar))
    window = choose_window(market, series, plan, request.from_ms, request.to_ms)
    settle_start_ms = min(plan.history_start_ms(window.from_ms), window.from_ms)
    reads, closed = reads_open_interest(accepted), plan.closed(settle_start_ms, window.to_ms)
    history = on_calendar(market.load(series, settle_start_ms, window.to_ms, rehash=rehash, open_interest=reads), closed)
    if request.accepted_gaps is not None:
        history = replace(history, accepted_gaps=request.accepted_gaps)
    case = Preflight(
        history=history,
        window=window,
        settle_start_ms=settle_start_ms,
        first_valid_start_ms=plan.first_valid_start_ms(window.from_ms),
        settle=plan.settle_demands(window.from_ms),
        first_valid=plan.first_valid_demands(window.from_ms),
        tolerance=request.tolerance,
        reads_open_interest=reads,
        closed=closed,
    )
    return plan, case


def reads_open_interest(accepted: AcceptedPlay) -> bool:
    """Tell whether a rule reads it: only then it is loaded, and part of what the run is a result of."""
    return any(ref.id == "open_interest" for ref in accepted.program.reads)


def execute(ready: Ready, say: Callable[[str], None] = silent) -> FinishedRun:
    """Compute the features, run the bars, and sum up."""
    keep_freed_memory()
    play, program = ready.accepted.play, ready.accepted.program
    history = ready.history
    say("features")
    features = compute_features(ready.plan, history.base, history.instrument.grid, ready.window)
    REQUIREMENTS.require(Requirements(program.reads, ready.plan, features, history.instrument.grid))
    feed = build_feed(history, features, play.exec_timeframe, ready.window)
    say("bars")
    result = BarProcessor(play, program).run(feed)
    say("metrics")
    return FinishedRun(ready, result, summarise(result), tuple(sorted({name for name, _ in features.columns})))
