"""Show by range that a comparison can never hold, or always does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from trade.base.catalogue import ValueType
from trade.dsl.ranges import Range
from trade.dsl.scope import Term
from trade.dsl.tree import Constant, Op


class Certainty(Enum):
    NEVER = "can never hold"
    ALWAYS = "always holds where it is known"


Verdict = Certainty | None


def of_pair(op: Op, left: Term, right: Term, tolerance: float) -> Verdict:
    """Judge `left op right` by the ranges of both sides; equal operands differ by exactly nothing."""
    if left.operand == right.operand:
        return _OF_ITSELF.get(op)
    if op is Op.EQ and _never_whole(left, right):
        return Certainty.NEVER
    if op is Op.NE and _never_whole(left, right):
        return Certainty.ALWAYS
    if op is Op.NEAR_PCT:
        return _near_pct(left.range, right.range, tolerance)
    return _BY_RANGE[op](left.range, right.range, tolerance)


def of_between(value: Range, low: float, high: float) -> Verdict:
    return _verdict(low > high or value.high < low or value.low > high, low <= value.low and value.high <= high)


def _never_whole(left: Term, right: Term) -> bool:
    """Tell whether a whole number stands against a constant that is none."""
    return any(isinstance(side.operand, Constant) and side.type is ValueType.FLOAT for side in (left, right))


def _verdict(never: bool, always: bool) -> Verdict:
    if never:
        return Certainty.NEVER
    return Certainty.ALWAYS if always else None


def _above(a: Range, b: Range, _: float) -> Verdict:
    return _verdict(a.high <= b.low, a.low > b.high)


def _not_below(a: Range, b: Range, _: float) -> Verdict:
    return _verdict(a.high < b.low, a.low >= b.high)


def _equal(a: Range, b: Range, _: float) -> Verdict:
    return _verdict(a.high < b.low or b.high < a.low, a.is_point and a == b)


def _unequal(a: Range, b: Range, _: float) -> Verdict:
    return _verdict(a.is_point and a == b, a.high < b.low or b.high < a.low)


def _cross_above(a: Range, b: Range, _: float) -> Verdict:
    # RULE-2 needs both sides of the line: now above it, before not above it.
    return _verdict(a.high <= b.low or a.low > b.high, always=False)


def _near_abs(a: Range, b: Range, tolerance: float) -> Verdict:
    return _verdict(_gap(a, b) > tolerance, max(a.high - b.low, b.high - a.low) <= tolerance)


def _near_pct(a: Range, b: Range, tolerance: float) -> Verdict:
    if not b.is_point:
        return None
    if b.low == 0:
        return Certainty.NEVER  # RULE-1: near_pct against 0 is missing
    size = abs(b.low)
    return _verdict(_gap(a, b) / size > tolerance / 100, max(a.high - b.low, b.low - a.low) / size <= tolerance / 100)


def _gap(a: Range, b: Range) -> float:
    return max(a.low - b.high, b.low - a.high, 0.0)


_OF_ITSELF: Mapping[Op, Certainty] = {
    **dict.fromkeys((Op.GT, Op.LT, Op.NE, Op.CROSS_ABOVE, Op.CROSS_BELOW), Certainty.NEVER),
    **dict.fromkeys((Op.GE, Op.LE, Op.EQ, Op.NEAR_ABS, Op.NEAR_PCT), Certainty.ALWAYS),
}
_BY_RANGE: Mapping[Op, Callable[[Range, Range, float], Verdict]] = {
    Op.GT: _above,
    Op.GE: _not_below,
    Op.LT: lambda a, b, t: _above(b, a, t),
    Op.LE: lambda a, b, t: _not_below(b, a, t),
    Op.EQ: _equal,
    Op.NE: _unequal,
    Op.CROSS_ABOVE: _cross_above,
    Op.CROSS_BELOW: lambda a, b, t: _cross_above(b, a, t),
    Op.NEAR_ABS: _near_abs,
}
