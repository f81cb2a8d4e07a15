"""Which blocks of actions exclude each other, so that their order says nothing (RULE-5)."""

from __future__ import annotations

from collections.abc import Iterator

from trade.dsl.contradictions import exclude
from trade.dsl.decide import flat_entry
from trade.dsl.tree import Action, Block, Combined, Logic, Rule, SetupUse


def may_swap(a: Block, b: Block, mode: str) -> bool:
    """Tell whether two blocks decide the same in both orders.

    Only entries of both sides compete: they act while flat, exits never do, and an exit is an exit whichever block asks for it.
    """
    return not any(one is not other and _can_meet(mine, yours) for mine, one in _entries(a, mode) for yours, other in _entries(b, mode))


def _entries(block: Block, mode: str) -> Iterator[tuple[Rule | None, Action]]:
    """Yield the entries that a block may ask for, each with the rule that must hold; None for `else`, which any instant may bring."""
    for rule, emits in (*((case.rule, case.emits) for case in block.cases), (None, block.otherwise)):
        entry = flat_entry(emits, mode)
        if entry is not None:
            yield rule, entry


def _can_meet(a: Rule | None, b: Rule | None) -> bool:
    """Tell whether two rules might hold at one instant, as far as can be seen without the market."""
    return a is None or b is None or not any(exclude(one, other) for one in _needed(a) for other in _needed(b))


def _needed(rule: Rule) -> Iterator[Rule]:
    """Yield rules that hold whenever this one does: itself, and the parts of every `all`."""
    yield rule
    if isinstance(rule, SetupUse) or (isinstance(rule, Combined) and rule.logic is Logic.ALL):
        for part in rule.parts:
            yield from _needed(part)
