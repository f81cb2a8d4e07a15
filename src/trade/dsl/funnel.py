"""Count how often each rule and sub-rule was true, false, missing at the instants of its own clock (RULE-6)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.result import FunnelRow
from trade.dsl.explain import outline
from trade.dsl.stretch import Stretch
from trade.dsl.tree import Program, Rule


class Funnel:
    """The counts of one evaluation. `numbers` maps the object id of every rule to a number that equal rules share."""

    def __init__(self, program: Program) -> None:
        self._lines = tuple(outline(program))
        known: dict[Rule, int] = {}
        self.numbers: Mapping[int, int] = {id(line.rule): known.setdefault(line.rule, len(known)) for line in self._lines}
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
