"""Three-valued logic on arrays (RULE-1): int8, 1 true, 0 missing, -1 false.

In this order Kleene's logic is arithmetic: `all` is the minimum, `any` the maximum, `not` the negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Bool
from trade.base.units import EXACT_BELOW
from trade.dsl.tree import Op

Truth = npt.NDArray[np.int8]
Values = npt.NDArray[np.float64] | float
Known = Bool | Literal[True]


class OperandValues(NamedTuple):
    """An operand at the instants of a span, a plain float for a literal; `known` where it is neither missing nor infinite (RULE-1).

    `known` is True where it is so throughout: after the warm-up that is the rule, and costs nothing.

    `power` is that of the price unit it is measured in, None for a literal: it takes the unit of what stands beside it.
    """

    values: Values
    known: Known
    power: int | None = 0


_ORDER: Mapping[Op, np.ufunc] = {
    Op.GT: np.greater,
    Op.GE: np.greater_equal,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.EQ: np.equal,
    Op.NE: np.not_equal,
}


def truth_of(holds: Bool, known: Known) -> Truth:
    """Return the truth of a test: missing wherever it is not known."""
    truth = holds.view(np.int8) * np.int8(2)
    truth -= np.int8(1)
    if known is not True:
        truth *= known.view(np.int8)
    return truth


def compare(op: Op, left: OperandValues, right: OperandValues) -> Truth:
    """Return `left op right` for orderings and equality."""
    return truth_of(_ORDER[op](left.values, right.values), _both(left, right))


def crossing(op: Op, left: OperandValues, right: OperandValues) -> Truth:
    """Return the crossing per instant but the first, which only serves as the one before (RULE-2)."""
    beyond = _ORDER[Op.GT if op is Op.CROSS_ABOVE else Op.LT](left.values, right.values)
    there = _both(left, right)
    return truth_of(beyond[1:] & ~beyond[:-1], True if there is True else there[1:] & there[:-1])


def near_abs(left: OperandValues, right: OperandValues, tolerance: float) -> Truth:
    """Return whether the distance is at most the tolerance, in the unit of both."""
    with np.errstate(all="ignore"):
        distance = np.abs(np.subtract(left.values, right.values))
    return truth_of(distance <= tolerance, np.isfinite(distance))


def near_pct(left: OperandValues, right: OperandValues, tolerance: Fraction) -> Truth:
    """Return whether the distance is at most so many percent of |right|, missing where that is 0.

    Both sides are multiplied out, so that whole prices exactly at the bound are within it (RULE-7).
    """
    num, den = (tolerance / 100).as_integer_ratio()
    with np.errstate(all="ignore"):
        distance, size = np.abs(np.subtract(left.values, right.values)), np.abs(right.values)
        holds = distance * den <= size * num if max(num, den) < EXACT_BELOW else distance <= size * (num / den)
    return truth_of(holds, np.isfinite(distance) & np.not_equal(size, 0.0))


def between(reading: OperandValues, low: float, high: float) -> Truth:
    return truth_of(np.greater_equal(reading.values, low) & np.less_equal(reading.values, high), reading.known)


def one_of(reading: OperandValues, choices: tuple[float, ...]) -> Truth:
    return truth_of(np.isin(reading.values, choices), reading.known)


def _both(left: OperandValues, right: OperandValues) -> Known:
    if left.known is True:
        return right.known
    return left.known if right.known is True else left.known & right.known


def every(parts: list[Truth]) -> Truth:
    """Return `all`: false if any part is false, else missing if any is missing."""
    return reduce(np.minimum, parts)


def some(parts: list[Truth]) -> Truth:
    """Return `any`: true if any part is true, else missing if any is missing."""
    return reduce(np.maximum, parts)
