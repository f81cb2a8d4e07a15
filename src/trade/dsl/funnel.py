"""Count how often each rule and sub-rule was true, false, missing at the instants of its own clock (RULE-6)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.result import FunnelRow
from trade.dsl.explain import outline
from trade.dsl.stretch import Stretch
from trade.dsl.tree import Combined, Logic, Program, Rule, SetupUse


class Funnel:
    """The counts of one evaluation. `numbers` maps the object id of every rule to a number that rules of one truth share."""

    def __init__(self, program: Program) -> None:
        self._lines = tuple(outline(program))
        known: dict[Rule, int] = {}
        self.numbers: Mapping[int, int] = {id(line.rule): known.setdefault(_core(line.rule), len(known)) for line in self._lines}
        self._rules = tuple(known)
        self._counts = np.zeros((len(known), 3), np.int64)

    def count(self, stretch: Stretch) -> None:
        """Add the instants of one stretch."""
        for number, rule in enumerate(self._rules):
            truth = stretch.own_truth(rule)
            true, false = int(np.count_nonzero(truth > 0)), int(np.count_nonzero(truth < 0))
            self._counts[number] += (true, false, len(truth) - true - false)

    def rows(self) -> tuple[FunnelRow, ...]:
        """Return one row per line of the program."""
        return tuple(
            FunnelRow(line.path, line.text, line.depth, *(int(n) for n in self._counts[self.numbers[id(line.rule)]]))
            for line in self._lines
        )


def _core(rule: Rule) -> Rule:
    """Return the rule that decides: `all` and `any` of one part are that part, and so is a setup where it is used."""
    while isinstance(rule, SetupUse) or (isinstance(rule, Combined) and rule.logic is not Logic.NOT and len(rule.parts) == 1):
        rule = rule.parts[0]
    return rule
