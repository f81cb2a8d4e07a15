"""Run a stored run again from its own Play, and compare every hash and every document (exit 4 if any differs)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trade.artifacts.compare import differing
from trade.artifacts.decided import DECISIONS, RECORDED, check_recorded, is_decided_written, recorded
from trade.artifacts.receipt import CHANGED, FILES, MANIFEST, PLAY, RESULT, TIMES, Inputs, hashes
from trade.artifacts.stage import LOCK, read_json
from trade.artifacts.tables import FILLS, POINTS, TRADES, Label
from trade.base.decided import DecisionRecord
from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding
from trade.gates.artifacts import ARTIFACTS, StagedFolder
from trade.gates.case import Tolerance
from trade.play.dump import to_yaml
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.backtest import inputs_of
from trade.run.documents import documents
from trade.run.execute import FinishedRun, execute, preflight
from trade.run.origin import from_options
from trade.run.request import ACCEPTED_GAPS, Doors, Request


@dataclass(frozen=True)
class Verdict:
    """Each hash as stored and as it came out again."""

    run_id: str
    stored: dict[str, str]
    again: dict[str, str]


def verify_run(folder: Path, doors: Doors) -> Verdict:
    """Return the hashes, which are equal. Raises Mismatch naming what is not, Malformed for a folder that is no run."""
    if not (folder / MANIFEST).is_file():
        raise Malformed(Finding("not-a-run", f"'{folder}' holds no '{MANIFEST}'", "name a run folder or id, see 'trade runs list'"))
    broken = [*(replace(finding, hint=CHANGED) for finding in ARTIFACTS.findings(StagedFolder(folder))), *_foreign(folder)]
    if broken:
        raise Mismatch(broken)
    stored, summary = _stored_inputs(folder), read_json(folder / RESULT)
    origin, others = from_options(stored.options)
    tolerance = {name: value for name, value in others.items() if name != ACCEPTED_GAPS}
    request = Request(
        play=folder / PLAY,
        out=folder.parent,
        series=stored.symbol,
        from_ms=stored.window_from_ms,
        to_ms=stored.window_to_ms,
        tolerance=Tolerance(**tolerance),
        origin=origin,
        accepted_gaps=tuple((start_ms, end_ms) for start_ms, end_ms in others.get(ACCEPTED_GAPS, ())),
    )
    ready = preflight(request, doors, _stored_play(folder), rehash=True)
    execution = execute(ready, doors.say, records_decisions=_is_recorded(folder))
    inputs = inputs_of(ready, request)
    before = {**_named(stored), **summary["hashes"]}
    again = {**_named(inputs), **hashes(execution.result, execution.summary.metrics)}
    written = documents(inputs, execution, summary["hashes"])
    hashed = list(_hash_findings(before, again))
    edited = [*_table_findings(folder, execution, inputs), *_document_findings(folder, written)]
    findings = [*hashed, *(replace(finding, hint=_FOLLOWS) if hashed else finding for finding in edited)]
    if findings:
        raise Mismatch(findings)
    return Verdict(inputs.run_id, before, again)


def _foreign(folder: Path) -> Iterator[Finding]:
    """Yield what a run did not write; a kill just after the run was published leaves its lock."""
    own = (*FILES, TIMES, LOCK, *([DECISIONS] if _is_recorded(folder) else []))
    for path in sorted(folder.iterdir()):
        if path.name not in own or not path.is_file():
            yield Finding("artifact-foreign", f"'{path.name}' is no file of a run", "move it out of the folder; a run writes nothing else")


def _is_recorded(folder: Path) -> bool:
    """Return whether a manifest names decisions; of a broken one the gate says so."""
    try:
        return bool(check_recorded(read_json(folder / MANIFEST)))
    except (OSError, ValueError, AttributeError):
        return False


def _stored_inputs(folder: Path) -> Inputs:
    """Return the inputs of a stored run, which must hash to the id it was published under."""
    manifest = read_json(folder / MANIFEST)
    try:
        inputs = Inputs.of(manifest)
    except (KeyError, TypeError):
        inputs = None
    if inputs is None or manifest.get("input_hash") != inputs.input_hash or manifest.get("run_id") != inputs.run_id:
        raise Mismatch(_edited(MANIFEST, "its values do not give the hash it was published under"))
    return inputs


def _stored_play(folder: Path) -> AcceptedPlay:
    """Return the stored Play, which must be exactly as it was written."""
    try:
        accepted = accept_file(folder / PLAY)
    except Malformed as error:
        raise Mismatch(error.findings) from error
    if to_yaml(accepted.play) != (folder / PLAY).read_text(encoding="utf-8"):
        raise Mismatch(_edited(PLAY, "it is not the resolved Play that was written"))
    return accepted


def _named(inputs: Inputs) -> dict[str, str]:
    return {"play_hash": inputs.play_hash, "data_digest": inputs.data_digest, "versions_digest": inputs.versions_digest}


def _hash_findings(before: dict[str, str], again: dict[str, str]) -> Iterator[Finding]:
    differ = [name for name in before if before[name] != again.get(name)]
    causes = [name for name in differ if name in _HINTS]
    follows = f"it follows from '{causes[0]}', which is another one" if causes else _HINT
    for name in differ:
        fact = f"'{name}' was {before[name][:12]} and is {again.get(name, '')[:12]} now"
        yield Finding("hash-differs", fact, _HINTS.get(name, follows))


def _table_findings(folder: Path, execution: FinishedRun, inputs: Inputs) -> Iterator[Finding]:
    """Compare the tables with their readable columns, which no hash covers."""
    result, grid = execution.result, execution.ready.history.instrument.grid
    label = Label(inputs.run_id, execution.ready.accepted.play.name, inputs.symbol)
    for table, rows in ((TRADES, result.trades), (FILLS, result.fills), (POINTS, result.equity)):
        if not table.is_written(folder, rows, grid, label):
            yield _edited(table.file, "its rows are not those that come out again")
    yield from _decision_findings(folder, execution.decided, label)


def _decision_findings(folder: Path, decided: DecisionRecord | None, label: Label) -> Iterator[Finding]:
    """Compare the record of decisions, where there is one, and what the manifest says of it."""
    if decided is None:
        return
    if not is_decided_written(folder, decided, label):
        yield _edited(DECISIONS, "its rows are not those that come out again")
    if read_json(folder / MANIFEST)[RECORDED] != recorded(decided)[RECORDED]:
        yield _edited(MANIFEST, f"other than what comes out again: {MANIFEST}:{RECORDED}")


def _document_findings(folder: Path, written: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare what no hash covers: counts, tables of trades, the funnel, what preflight saw."""
    for name, document in written.items():
        places = differing(name, read_json(folder / name), json.loads(json.dumps(document)))
        if places:
            yield _edited(name, f"other than what comes out again: {', '.join(places)}")


def _edited(file: str, fact: str) -> Finding:
    return Finding("file-differs", f"'{file}': {fact}", CHANGED)


_FOLLOWS = "it follows from what 'hash-differs' names, or the file was edited"
_HINT = "the same inputs gave another result"
_HINTS = {
    "play_hash": "the stored play.yml was edited",
    "data_digest": "the stored history changed: a re-import, a heal, another instrument; 'trade data journal' says what was done",
    "versions_digest": "another version of a computing library is installed; install the one that the run names, or run the Play again",
}
