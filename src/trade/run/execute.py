"""From a Play and a market to a result: everything of a run but its publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from trade.analysis.summary import Summary, summarise
from trade.artifacts.decided import TAKEN
from trade.base.arrays import Int64
from trade.base.calendar import ClosedSpans, always_open
from trade.base.decided import DecisionRecord
from trade.base.findings import Finding
from trade.base.history import History, Window, on_calendar
from trade.base.result import Result
from trade.engine.decided import read_decided
from trade.engine.processor import BarProcessor
from trade.features.compute import compute_features
from trade.features.plan import Plan, plan_features
from trade.feeds.build import build_feed
from trade.gates.case import Preflight
from trade.gates.expected import EXPECTED, Expectation
from trade.gates.preflight import PREFLIGHT
from trade.gates.requirements import REQUIREMENTS, Requirements
from trade.market.belonging import sources
from trade.market.names import Kind, Series
from trade.run.accepted import AcceptedPlay
from trade.run.idle import why_idle
from trade.run.names import CATALOGUE
from trade.run.remarks import remarks
from trade.run.request import Doors, Market, Request, silent
from trade.run.window import choose_window


@dataclass(frozen=True)
class Looked:
    """An accepted Play and what was loaded for it, before preflight judges it."""

    accepted: AcceptedPlay
    plan: Plan
    case: Preflight


@dataclass(frozen=True)
class Ready:
    """An accepted Play whose history passed preflight; `told` also says what else is stored, `findings` what the inputs determine."""

    accepted: AcceptedPlay
    plan: Plan
    window: Window
    history: History
    findings: tuple[Finding, ...]
    told: tuple[Finding, ...]


@dataclass(frozen=True)
class FinishedRun:
    """A finished run with its numbers; `computed` names the features that really came out, `decided` is there where it was asked for."""

    ready: Ready
    result: Result
    summary: Summary
    computed: tuple[str, ...]
    decided: DecisionRecord | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the Play, its history and its result have to say, in that order."""
        return (*self.ready.accepted.findings, *self.ready.told, *self._of_the_result)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """The same without the Play's file and the rest of the store: the same inputs give the same bytes, wherever they are."""
        return (*self.ready.accepted.kept, *self.ready.findings, *self._of_the_result)

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """The bounds of the Play that its result is outside of: the run is refused, and kept."""
        return EXPECTED.findings(Expectation(self.ready.accepted.play.expected, self.summary.metrics))

    @property
    def _of_the_result(self) -> tuple[Finding, ...]:
        idle = why_idle(self.result, self.ready.plan, int(self.ready.history.base.ts_open_ms[0]), self.ready.accepted.kept)
        return (*idle, *remarks(self.result), *self.unmet)


def preflight(request: Request, doors: Doors, accepted: AcceptedPlay, rehash: bool = False) -> Ready:
    """Load what the Play needs and let preflight look at it. Raises DataMissing."""
    return let_pass(look(request, doors, accepted, rehash))


def let_pass(looked: Looked) -> Ready:
    """Let preflight judge what was loaded. Raises DataMissing."""
    case = looked.case
    told = PREFLIGHT.require(case)
    kept = PREFLIGHT.findings(replace(case, elsewhere={})) if case.elsewhere else told
    said = case.history.findings
    return Ready(looked.accepted, looked.plan, case.window, case.history, (*said, *kept), (*said, *told))


def look(request: Request, doors: Doors, accepted: AcceptedPlay, rehash: bool = False) -> Looked:
    """Load what the Play needs, as preflight will see it. Raises DataMissing when nothing of it is stored."""
    place = _place(request, doors, accepted)
    plan, window = place.plan, place.window
    return Looked(
        accepted,
        plan,
        Preflight(
            history=_history(request, place, rehash),
            window=window,
            settle_start_ms=place.settle_start_ms,
            first_valid_start_ms=plan.first_valid_start_ms(window.from_ms),
            settle=plan.settle_demands(window.from_ms),
            first_valid=plan.first_valid_demands(window.from_ms),
            tolerance=request.tolerance,
            reads_open_interest=place.reads_open_interest,
            closed=place.closed,
            elsewhere={kind: found for kind in (Kind.FUNDING, Kind.OI) if (found := _elsewhere(place, kind))},
        ),
    )


@dataclass(frozen=True)
class _Place:
    """Where a run takes place: the series of a market, what is computed on it, and the span that takes."""

    market: Market
    series: Series
    plan: Plan
    window: Window
    reads_open_interest: bool

    @property
    def settle_start_ms(self) -> int:
        return min(self.plan.history_start_ms(self.window.from_ms), self.window.from_ms)

    @cached_property
    def closed(self) -> Int64:
        return self.plan.closed(self.settle_start_ms, self.window.to_ms)


def _place(request: Request, doors: Doors, accepted: AcceptedPlay) -> _Place:
    """Find the series in its market, and plan features and window for it."""
    symbol = request.series or accepted.play.symbol
    market = doors.market_of(request.origin, symbol)
    series = market.resolve(symbol)
    plan = plan_run(accepted, doors.closed_of(market.instrument(series).calendar))
    window = choose_window(market, series, plan, request.from_ms, request.to_ms)
    return _Place(market, series, plan, window, reads_open_interest(accepted))


def _elsewhere(place: _Place, kind: Kind) -> tuple[Series, ...]:
    """Return the series of the same symbol that have rows of a kind in the window, and are none whose rows the run reads."""
    own, window = sources(place.series, kind), place.window
    return tuple(
        one.series
        for one in place.market.series()
        if one.kind is kind and one.series.symbol == place.series.symbol and one.series not in own
        if one.first_ms < window.to_ms and one.last_ms >= window.from_ms
    )


def _history(request: Request, place: _Place, rehash: bool) -> History:
    """Load the history, without what opens while the market is closed, and with the gaps that the request accepts."""
    reads = place.reads_open_interest
    loaded = place.market.load(place.series, place.settle_start_ms, place.window.to_ms, rehash=rehash, open_interest=reads)
    history = on_calendar(loaded, place.closed)
    return history if request.accepted_gaps is None else replace(history, accepted_gaps=request.accepted_gaps)


def plan_run(accepted: AcceptedPlay, closed: ClosedSpans = always_open) -> Plan:
    """Return what an accepted Play needs computed, of which only what its rules read is kept."""
    return plan_features(accepted.play, CATALOGUE, closed, frozenset((ref.id, ref.output) for ref in accepted.program.reads))


def reads_open_interest(accepted: AcceptedPlay) -> bool:
    """Tell whether a rule reads it: only then it is loaded, and part of what the run is a result of."""
    return any(ref.id == "open_interest" for ref in accepted.program.reads)


def execute(ready: Ready, say: Callable[[str], None] = silent, *, records_decisions: bool = False) -> FinishedRun:
    """Compute the features, run the bars, and sum up."""
    play, program = ready.accepted.play, ready.accepted.program
    history = ready.history
    say("features")
    features = compute_features(ready.plan, history.base, history.instrument.grid, ready.window)
    REQUIREMENTS.require(Requirements(program.reads, ready.plan, features, history.instrument.grid))
    feed = build_feed(history, features, play.exec_timeframe, ready.window)
    say("bars")
    result = BarProcessor(play, program).run(feed)
    decided = None
    if records_decisions:
        say("decisions")
        decided = read_decided(program, feed, result, TAKEN)
    say("metrics")
    return FinishedRun(ready, result, summarise(result), tuple(sorted(features.computed)), decided)
