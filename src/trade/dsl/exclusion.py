"""Which blocks of actions exclude each other, so that their order says nothing (RULE-5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trade.dsl.contradictions import Bounds, bounds
from trade.dsl.decide import flat_entry
from trade.dsl.tree import Action, Block, Combined, Logic, Rule, SetupUse


@dataclass(frozen=True)
class Claims:
    """The entries that a block may ask for while flat, each with the bounds within which it does.

    Only entries of both sides compete: exits never meet them, and an exit is an exit whichever block asks for it.
    """

    entries: tuple[tuple[Action, Bounds], ...]

    @classmethod
    def of(cls, block: Block, mode: str) -> Claims:
        cases = [(case.emits, bounds(_needed(case.rule, set()))) for case in block.cases]
        asked = [(flat_entry(emits, mode), within) for emits, within in (*cases, (block.otherwise, bounds(())))]
        return cls(tuple((entry, within) for entry, within in asked if entry is not None))

    def may_swap(self, other: Claims) -> bool:
        """Tell whether two blocks decide the same in both orders, as far as can be seen without the market."""
        return all(mine is yours or within.apart(beyond) for mine, within in self.entries for yours, beyond in other.entries)


def _needed(rule: Rule, seen: set[str]) -> Iterator[Rule]:
    """Yield rules that hold whenever this one does: itself, and the parts of every `all`, each setup once."""
    yield rule
    if isinstance(rule, SetupUse):
        if rule.id in seen:
            return
        seen.add(rule.id)
    if isinstance(rule, SetupUse) or (isinstance(rule, Combined) and rule.logic is Logic.ALL):
        for part in rule.parts:
            yield from _needed(part, seen)
