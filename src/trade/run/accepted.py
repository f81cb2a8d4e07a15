"""A Play that passed its gate: read, compiled, frozen. Light to import: nothing that computes is behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from trade.base.findings import Finding, Place, by_place
from trade.dsl.canonical import canonical_rules
from trade.dsl.compile import compile_rules
from trade.dsl.scope import Scope
from trade.dsl.tree import Program
from trade.gates.accept import accept
from trade.play.draft import Draft
from trade.play.dump import too_large, with_rules, with_symbol
from trade.play.overrides import Override
from trade.play.read import read_again, read_play
from trade.play.spec import Play
from trade.run.names import CATALOGUE, NOT_YET
from trade.structures.requirements import requirements


@dataclass(frozen=True)
class AcceptedPlay:
    """A Play that passed its gate, with its rules compiled.

    `findings` stand at their places in the file; `kept` are what there is to say of the Play itself, the same for every file of its hash.
    """

    play: Play
    program: Program
    findings: tuple[Finding, ...]
    kept: tuple[Finding, ...]


def accept_file(path: Path, symbol: str | None = None, overrides: Iterable[Override] = ()) -> AcceptedPlay:
    """Read, compile and accept a Play, with values and for another symbol if they are given. Raises Malformed with all that is wrong.

    What runs is the canonical form, read again: two files of one hash have the same rules in the same order, down to their names.
    """
    draft, program, said = _look(*read_play(path, CATALOGUE, NOT_YET, overrides=overrides))
    written, findings = accept(draft.play, said)
    play = with_rules(written, *canonical_rules(_known(program)))
    accept(play, too_large(play, Place(str(path), 1, 1)))
    if symbol is not None:
        play = with_symbol(play, symbol)
    _, again, kept = _look(*read_again(play, CATALOGUE, NOT_YET))
    return AcceptedPlay(play, _known(again), findings, kept)


def _known(program: Program | None) -> Program:
    if program is None:
        raise AssertionError("an accepted Play has a program")
    return program


def _look(draft: Draft, said: tuple[Finding, ...]) -> tuple[Draft, Program | None, tuple[Finding, ...]]:
    """Return the draft with its program, and all that there is to say about both."""
    program, also = _compile(draft)
    lacking = [f for each in draft.structures.values() for f in requirements(each.type, each.params, each.place)]
    return draft, program, by_place((*said, *also, *lacking))


def _compile(draft: Draft) -> tuple[Program | None, tuple[Finding, ...]]:
    if draft.exec_timeframe is None:
        return None, ()
    scope = Scope(
        features=draft.features,
        structures=draft.structures,
        catalogue=CATALOGUE,
        exec_timeframe=draft.exec_timeframe,
        mode="long_short" if draft.policy is None else draft.policy.mode,  # a wrong word there hides no mistake of the rules
        broken=draft.broken,
    )
    program, said = compile_rules(draft.rules, scope)
    return program, tuple(finding for finding in said if not _is_settled(finding.place.path, draft.settled))


def _is_settled(path: str, settled: Collection[str]) -> bool:
    """Return whether a value, or one that holds it, was already refused when the file was read."""
    edges = (at for at, sign in enumerate(path) if sign in ".[")
    return path in settled or any(path[:at] in settled for at in edges)
