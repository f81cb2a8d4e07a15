"""Which intent comes first at each instant, per state of the position (RULE-5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trade.base.records import Intent
from trade.dsl.columns import Clock, Columns
from trade.dsl.stretch import Stretch
from trade.dsl.tree import Action, Block, Program

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
    instants = columns.instants(program.clock)[span.first : span.last]
    for block in program.blocks:
        wanted = _block_codes(block, stretch, program.mode)
        if block.clock is program.clock:
            codes += wanted * (codes == 0)
        else:
            there = stretch.instants[Clock.EXEC]
            closes = columns.instants(Clock.EXEC)[there.span.first : there.span.last][there.own]
            at = np.searchsorted(instants, closes)
            codes[:, at] += wanted * (codes[:, at] == 0)
    return codes


def _block_codes(block: Block, stretch: Stretch, mode: str) -> Codes:
    """Return the codes of one block at the instants of its own clock."""
    there = stretch.instants[block.clock]
    codes = np.zeros((len(_STATES), len(there.span) - there.held), np.int8)
    for fires, emits in _fires(block, stretch):
        for state, meaning in enumerate(_STATES):
            code = _first(emits, meaning, mode)
            if code:
                codes[state][fires] = code
    return codes


def _fires(block: Block, stretch: Stretch) -> Iterator[tuple[npt.NDArray[np.bool_], tuple[Action, ...]]]:
    """Yield where each case emits, and where `else` does: only where every `when` was false (RULE-1)."""
    there = stretch.instants[block.clock]
    shape = len(there.span) - there.held
    undecided, all_false = np.ones(shape, np.bool_), np.ones(shape, np.bool_)
    for case in block.cases:
        truth = stretch.truth(case.rule, there.span)[there.own]
        yield undecided & (truth > 0), case.emits
        undecided &= truth <= 0
        all_false &= truth < 0
    yield all_false, block.otherwise


def _first(emits: tuple[Action, ...], meaning: dict[Action, Intent], mode: str) -> Intent:
    permitted = (action for action in emits if action not in _ENTRIES or action in _PERMITTED[mode])
    return next((meaning[action] for action in permitted if action in meaning), Intent.NOTHING)
