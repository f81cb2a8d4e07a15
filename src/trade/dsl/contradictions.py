"""Show that parts of one `all` exclude each other: the same operand held against constants that leave no value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from trade.dsl.tree import Between, Comparison, Constant, Op, Operand, Rule

_MIRRORED = {
    Op.GT: Op.LT,
    Op.GE: Op.LE,
    Op.LT: Op.GT,
    Op.LE: Op.GE,
    Op.EQ: Op.EQ,
    Op.CROSS_ABOVE: Op.CROSS_BELOW,
    Op.CROSS_BELOW: Op.CROSS_ABOVE,
}
_FROM_BELOW, _FROM_ABOVE = (Op.GT, Op.GE, Op.CROSS_ABOVE, Op.EQ), (Op.LT, Op.LE, Op.CROSS_BELOW, Op.EQ)
_INCLUSIVE = (Op.GE, Op.LE, Op.EQ)


@dataclass(frozen=True)
class _Limits:
    """The values a part leaves to an operand; `closed` tells whether the bounds themselves are among them."""

    operand: Operand
    low: float
    high: float
    closed: bool


def exclusive_pair(parts: Iterable[Rule]) -> tuple[Rule, Rule] | None:
    """Return the first two parts that cannot be true together."""
    limited = [(part, limits) for part in parts if (limits := _limits(part)) is not None]
    for index, (later, mine) in enumerate(limited):
        for earlier, other in limited[:index]:
            if mine.operand == other.operand and _apart(mine, other):
                return earlier, later
    return None


def _apart(a: _Limits, b: _Limits) -> bool:
    low, high = max(a.low, b.low), min(a.high, b.high)
    touching = all(side.closed for side in (a, b) if low in (side.low, side.high))
    return low > high or (low == high and not touching)


def _limits(rule: Rule) -> _Limits | None:
    if isinstance(rule, Between):
        return _Limits(rule.value, rule.low.value, rule.high.value, closed=True)
    if not isinstance(rule, Comparison) or rule.op not in _MIRRORED:
        return None
    op, operand, constant = rule.op, rule.left, rule.right
    if isinstance(operand, Constant):
        op, operand, constant = _MIRRORED[op], rule.right, rule.left
    if not isinstance(constant, Constant):
        return None
    low = constant.value if op in _FROM_BELOW else -inf
    high = constant.value if op in _FROM_ABOVE else inf
    return _Limits(operand, low, high, closed=op in _INCLUSIVE)
