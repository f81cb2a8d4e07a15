"""Which intent comes first at each instant, per state of the position (RULE-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Bool, Int64
from trade.base.decided import NO_CASE
from trade.base.records import FLAT, LONG, SHORT, Intent
from trade.dsl.columns import Clock, Columns
from trade.dsl.stretch import Stretch
from trade.dsl.tree import Action, Block, Program
from trade.dsl.truth import some
from trade.dsl.values import InstantSpan

Codes = npt.NDArray[np.int8]

STATE_ROWS = {FLAT: 0, LONG: 1, SHORT: 2}  # of codes and deciders, by the side of the position
# Per position state, in that order: what each action means there; an action without a meaning is passed over.
_STATES: tuple[dict[Action, Intent], ...] = (
    {Action.ENTRY_LONG: Intent.ENTRY_LONG, Action.ENTRY_SHORT: Intent.ENTRY_SHORT},
    {Action.EXIT_LONG: Intent.EXIT, Action.EXIT_ALL: Intent.EXIT},
    {Action.EXIT_SHORT: Intent.EXIT, Action.EXIT_ALL: Intent.EXIT},
)
_PERMITTED = {"long_only": (Action.ENTRY_LONG,), "short_only": (Action.ENTRY_SHORT,), "long_short": (Action.ENTRY_LONG, Action.ENTRY_SHORT)}
_ENTRIES = (Action.ENTRY_LONG, Action.ENTRY_SHORT)


@dataclass(frozen=True)
class Decider:
    """What can decide: a case of a block by its number from 0, or the `else` of the block; `path` is its place in the Play."""

    block: str
    case: int
    path: str
    emits: tuple[Action, ...]


def decide(program: Program, stretch: Stretch, columns: Columns) -> Codes:
    """Return the codes of a stretch, shape [3, instants of the program's clock]."""
    return _settled(program, stretch, columns, np.int8, lambda _, intent: int(intent))


def who_decides(program: Program, stretch: Stretch, columns: Columns) -> npt.NDArray[np.int16]:
    """Return which of the `deciders` gave each code, counted from 1, 0 for none; shape as of the codes."""
    return _settled(program, stretch, columns, np.int16, lambda number, _: number)


def deciders(program: Program) -> tuple[Decider, ...]:
    """Return everything that can decide, in the order in which it is asked."""
    return tuple(decider for block in program.blocks for decider in _deciders(block))


def _deciders(block: Block) -> Iterator[Decider]:
    for number, case in enumerate(block.cases):
        yield Decider(block.id, number, case.rule.path, case.emits)
    if block.otherwise:
        yield Decider(block.id, NO_CASE, block.cases[0].rule.path.partition(".cases[")[0] + ".else", block.otherwise)


def intent_of(decider: Decider, side: int, mode: str) -> Intent:
    """Return what a decider wants while a position of a side is held, or none."""
    return _first(decider.emits, _STATES[STATE_ROWS[side]], mode)


def _settled(
    program: Program, stretch: Stretch, columns: Columns, kind: type[np.int8 | np.int16], mark: Callable[[int, Intent], int]
) -> npt.NDArray[Any]:
    """Return, per state and instant, the mark of the first decider that wants something there; `mark` is given its number from 1."""
    span = stretch.instants[program.clock].span
    marks, number = np.zeros((len(_STATES), len(span)), kind), 0
    for block in program.blocks:
        at = slice(None) if block.clock is program.clock else _closes(stretch, columns, span)
        for fires, emits in _fires(block, stretch):
            number += 1
            for state, meaning in zip(marks, _STATES, strict=True):
                intent = _first(emits, meaning, program.mode)
                if intent:
                    there = state[at]
                    state[at] = there + (fires & (there == 0)) * kind(mark(number, intent))
    return marks


def _closes(stretch: Stretch, columns: Columns, span: InstantSpan) -> Int64:
    """Return where the exec closes of a stretch stand among its base closes."""
    there = stretch.instants[Clock.EXEC]
    closes = columns.instants(Clock.EXEC)[there.span.first : there.span.last][there.own]
    return np.searchsorted(columns.instants(span.clock)[span.first : span.last], closes)


def _fires(block: Block, stretch: Stretch) -> Iterator[tuple[Bool, tuple[Action, ...]]]:
    """Yield where each case emits, and where `else` does: only where every `when` was false (RULE-1); no instant comes twice."""
    there = stretch.instants[block.clock]
    truths = [stretch.truth(case.rule, there.span)[there.own] for case in block.cases]
    for number, case in enumerate(block.cases):
        fires = truths[number] > 0
        for earlier in truths[:number]:
            fires &= earlier <= 0
        yield fires, case.emits
    if block.otherwise:
        yield some(truths) < 0, block.otherwise


def _first(emits: tuple[Action, ...], meaning: dict[Action, Intent], mode: str) -> Intent:
    permitted = (action for action in emits if action not in _ENTRIES or action in _PERMITTED[mode])
    return next((meaning[action] for action in permitted if action in meaning), Intent.NOTHING)


def flat_entry(emits: tuple[Action, ...], mode: str) -> Action | None:
    """Return the entry that a case asks for while there is no position."""
    return next((action for action in emits if action in _PERMITTED[mode]), None)
