"""Which intent comes first at each instant, per state of the position (RULE-5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Bool, Int64
from trade.base.records import Intent
from trade.dsl.columns import Clock, Columns
from trade.dsl.stretch import Stretch
from trade.dsl.tree import Action, Block, Program
from trade.dsl.truth import some
from trade.dsl.values import InstantSpan

Codes = npt.NDArray[np.int8]

# Per position state (flat, long, short): what each action means there; an action without a meaning is passed over.
_STATES: tuple[dict[Action, Intent], ...] = (
    {Action.ENTRY_LONG: Intent.ENTRY_LONG, Action.ENTRY_SHORT: Intent.ENTRY_SHORT},
    {Action.EXIT_LONG: Intent.EXIT, Action.EXIT_ALL: Intent.EXIT},
    {Action.EXIT_SHORT: Intent.EXIT, Action.EXIT_ALL: Intent.EXIT},
)
_PERMITTED = {"long_only": (Action.ENTRY_LONG,), "short_only": (Action.ENTRY_SHORT,), "long_short": (Action.ENTRY_LONG, Action.ENTRY_SHORT)}
_ENTRIES = (Action.ENTRY_LONG, Action.ENTRY_SHORT)


def decide(program: Program, stretch: Stretch, columns: Columns) -> Codes:
    """Return the codes of a stretch, shape [3, instants of the program's clock]."""
    span = stretch.instants[program.clock].span
    codes = np.zeros((len(_STATES), len(span)), np.int8)
    for block in program.blocks:
        at = slice(None) if block.clock is program.clock else _closes(stretch, columns, span)
        for fires, emits in _fires(block, stretch):
            for state, meaning in zip(codes, _STATES, strict=True):
                code = _first(emits, meaning, program.mode)
                if code:
                    there = state[at]
                    state[at] = there + (fires & (there == 0)) * np.int8(code)
    return codes


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
