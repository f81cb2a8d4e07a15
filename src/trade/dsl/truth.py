"""Three-valued logic on arrays (RULE-1): int8, 1 true, 0 missing, -1 false.

In this order Kleene's logic is arithmetic: `all` is the minimum, `any` the maximum, `not` the negative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.dsl.tree import Op

Truth = npt.NDArray[np.int8]
Bool = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64] | float

_ORDER: Mapping[Op, Callable[[Any, Any], Any]] = {
    Op.GT: np.greater,
    Op.GE: np.greater_equal,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.EQ: np.equal,
    Op.NE: np.not_equal,
}


def truth_of(holds: Bool, known: Bool) -> Truth:
    """Return the truth of a test: missing wherever it is not known."""
    truth = holds.view(np.int8) * np.int8(2)
    truth -= np.int8(1)
    truth *= known.view(np.int8)
    return truth


def known(*sides: Values) -> Bool:
    """Return where no side is missing; values are never infinite here."""
    arrays = [side for side in sides if isinstance(side, np.ndarray)]
    result: Bool = ~np.isnan(arrays[0])
    for array in arrays[1:]:
        result &= ~np.isnan(array)
    return result


def compare(op: Op, left: Values, right: Values) -> Truth:
    """Return `left op right` for orderings and equality."""
    return truth_of(_ORDER[op](left, right), known(left, right))


def crossing(op: Op, left: Values, right: Values) -> Truth:
    """Return the crossing per instant but the first, which only serves as the one before (RULE-2)."""
    beyond = _ORDER[Op.GT if op is Op.CROSS_ABOVE else Op.LT](left, right)
    there = known(left, right)
    return truth_of(beyond[1:] & ~beyond[:-1], there[1:] & there[:-1])


def near(op: Op, left: Values, right: Values, tolerance: float) -> Truth:
    """Return whether the distance is within the tolerance; percent of |right| for near_pct, missing where that is 0."""
    with np.errstate(all="ignore"):
        distance = np.abs(np.subtract(left, right))
        if op is Op.NEAR_PCT:
            distance, tolerance = distance / np.abs(right), tolerance / 100
    return truth_of(distance <= tolerance, np.isfinite(distance))


def between(values: Values, low: float, high: float) -> Truth:
    return truth_of(np.greater_equal(values, low) & np.less_equal(values, high), known(values))


def one_of(values: Values, choices: tuple[float, ...]) -> Truth:
    return truth_of(np.isin(values, choices), known(values))


def every(parts: list[Truth]) -> Truth:
    """Return `all`: false if any part is false, else missing if any is missing."""
    result: Truth = np.minimum.reduce(parts)
    return result


def some(parts: list[Truth]) -> Truth:
    """Return `any`: true if any part is true, else missing if any is missing."""
    result: Truth = np.maximum.reduce(parts)
    return result
