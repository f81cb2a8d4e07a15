"""What is certain of an operand and itself, operator by operator; of an operator that nobody decided it for nothing is."""

from __future__ import annotations

import pytest

from trade.base.catalogue import ValueType
from trade.dsl.certainty import Certainty, of_pair
from trade.dsl.ranges import Range
from trade.dsl.scope import Term
from trade.dsl.tree import InstantPart, Op

HOUR = Term(InstantPart("hour_utc"), ValueType.INT, Range(0, 23))
OF_ITSELF = {
    Op.GT: Certainty.NEVER,
    Op.GE: Certainty.ALWAYS,
    Op.LT: Certainty.NEVER,
    Op.LE: Certainty.ALWAYS,
    Op.EQ: Certainty.ALWAYS,
    Op.NE: Certainty.NEVER,
    Op.NEAR_ABS: Certainty.ALWAYS,
    Op.NEAR_PCT: Certainty.ALWAYS,
    Op.CROSS_ABOVE: Certainty.NEVER,
    Op.CROSS_BELOW: Certainty.NEVER,
}


@pytest.mark.parametrize("op", Op)
def test_an_operand_and_itself_differ_by_nothing(op: Op) -> None:
    assert of_pair(op, HOUR, HOUR, 1.0) is OF_ITSELF.get(op)
