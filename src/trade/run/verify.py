"""Run a stored run again from its own Play, and compare every hash (exit 4 if any differs)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trade.artifacts.receipt import MANIFEST, PLAY, RESULT, hashes
from trade.artifacts.stage import read_json
from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding
from trade.gates.artifacts import ARTIFACTS, Written
from trade.gates.case import Tolerance
from trade.run.accepted import accept_file
from trade.run.backtest import inputs_of
from trade.run.execute import execute, preflight
from trade.run.request import Doors, Request


@dataclass(frozen=True)
class Verdict:
    """Each hash as stored and as it came out again."""

    run_id: str
    stored: dict[str, str]
    again: dict[str, str]


def verify_run(folder: Path, doors: Doors) -> Verdict:
    """Return the hashes, which are equal. Raises Mismatch naming those that are not, Malformed for a folder that is no run."""
    if not (folder / MANIFEST).is_file():
        raise Malformed(Finding("not-a-run", f"'{folder}' holds no '{MANIFEST}'", "name a run folder or id, see 'trade backtest list'"))
    broken = ARTIFACTS.findings(Written(folder))
    if broken:
        raise Mismatch(broken)
    manifest, summary = read_json(folder / MANIFEST), read_json(folder / RESULT)
    request = Request(
        play=folder / PLAY,
        out=folder.parent,
        series=manifest["symbol"],
        from_ms=manifest["window_from_ms"],
        to_ms=manifest["window_to_ms"],
        tolerance=Tolerance(**manifest["options"]),
    )
    ready = preflight(request, doors, accept_file(request.play, request.symbol), rehash=True)
    execution = execute(ready, doors.say)
    inputs = inputs_of(ready, request.tolerance)
    own = {"play_hash": inputs.play_hash, "data_digest": inputs.data_digest, "versions_digest": inputs.versions_digest}
    stored = {**{name: manifest[name] for name in own}, **summary["hashes"]}
    again = {**own, **hashes(execution.result, execution.summary.metrics)}
    differing = [name for name in stored if stored[name] != again.get(name)]
    if differing:
        raise Mismatch(
            [
                Finding("hash-differs", f"'{name}' was {stored[name][:12]} and is {again.get(name, '')[:12]} now", _HINTS.get(name, _HINT))
                for name in differing
            ]
        )
    return Verdict(manifest["run_id"], stored, again)


_HINT = "the same inputs gave another result"
_HINTS = {
    "play_hash": "the stored play.yml was edited",
    "data_digest": "the stored history changed: a re-import, a heal, another instrument",
    "versions_digest": "another version of a computing library is installed",
}
