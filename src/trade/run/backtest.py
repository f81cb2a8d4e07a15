"""One Play, one window, one receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trade.artifacts.receipt import PLAY, TIMES, Inputs, Receipt, hashes
from trade.artifacts.stage import publish, stage
from trade.artifacts.tables import Label
from trade.gates.artifacts import ARTIFACTS, StagedFolder
from trade.play.dump import to_yaml
from trade.run.accepted import accept_file
from trade.run.documents import documents, engine_version, versions_digest
from trade.run.execute import FinishedRun, Looked, Ready, execute, let_pass, look
from trade.run.request import ACCEPTED_GAPS, Doors, Request
from trade.run.stopwatch import Stopwatch


def run_backtest(request: Request, doors: Doors, looked: Looked | None = None) -> Receipt:
    """Run a Play from its file to a published receipt. Raises a TradeError with findings, and then there is no folder.

    A result outside of what the Play expects of it is published, marked refused. What was `looked` at for this request is not loaded again.
    """
    clock = Stopwatch(doors)
    clock.begin("play")
    accepted = accept_file(request.play, request.symbol, request.overrides) if looked is None else looked.accepted
    clock.begin("history")
    ready = let_pass(look(request, doors, accepted) if looked is None else looked)
    execution = execute(ready, clock.begin, records_decisions=request.records_decisions)
    clock.begin("artifacts")
    return seal(request, execution, clock.document())


def inputs_of(ready: Ready, request: Request) -> Inputs:
    """Return everything the result depends on (HASH-2)."""
    return Inputs(
        play=ready.accepted.play.name,
        play_hash=ready.accepted.play.play_hash,
        data_digest=ready.history.digest,
        symbol=ready.history.instrument.key,
        window_from_ms=ready.window.from_ms,
        window_to_ms=ready.window.to_ms,
        options={**request.options, **_accepted(ready)},
        engine_version=engine_version(),
        versions_digest=versions_digest(),
    )


def _accepted(ready: Ready) -> Mapping[str, Any]:
    """Return the accepted gaps inside the history as an option; a run without any does not name them."""
    gaps = ready.history.accepted_gaps
    return {ACCEPTED_GAPS: [list(gap) for gap in gaps]} if gaps else {}


def seal(request: Request, execution: FinishedRun, times: Mapping[str, Any]) -> Receipt:
    """Stage, gate and publish a run; `times` is the one document outside every hash."""
    ready, result = execution.ready, execution.result
    play, inputs = ready.accepted.play, inputs_of(ready, request)
    contents = {
        **documents(inputs, execution, hashes(result, execution.summary.metrics)),
        PLAY: to_yaml(play),
        TIMES: dict(times),
    }
    target = request.out / play.name / ready.history.instrument.symbol / inputs.run_id
    label = Label(inputs.run_id, play.name, inputs.symbol)
    staged = stage(request.out, target, label, contents, result, ready.history.instrument.grid, execution.decided)
    try:
        ARTIFACTS.require(StagedFolder(staged.folder))  # read back from the staged files
    except BaseException:
        staged.discard()
        raise
    return replace(publish(staged), findings=execution.findings)
