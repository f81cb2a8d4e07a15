"""Show that rules exclude each other: the same operand held against constants that leave no value, or two operands ordered both ways."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from trade.dsl.tree import Between, Comparison, Constant, Op, Operand, Rule

_MIRRORED = {
    Op.GT: Op.LT,
    Op.GE: Op.LE,
    Op.LT: Op.GT,
    Op.LE: Op.GE,
    Op.EQ: Op.EQ,
    Op.NE: Op.NE,
    Op.CROSS_ABOVE: Op.CROSS_BELOW,
    Op.CROSS_BELOW: Op.CROSS_ABOVE,
}
_FROM_BELOW, _FROM_ABOVE = (Op.GT, Op.GE, Op.CROSS_ABOVE, Op.EQ), (Op.LT, Op.LE, Op.CROSS_BELOW, Op.EQ)
_INCLUSIVE = (Op.GE, Op.LE, Op.EQ)
_SAYS = {  # how the left side stands to the right one when it holds
    Op.GT: ">",
    Op.GE: ">=",
    Op.LT: "<",
    Op.LE: "<=",
    Op.EQ: "=",
    Op.NE: "<>",
    Op.CROSS_ABOVE: ">",
    Op.CROSS_BELOW: "<",
}


@dataclass(frozen=True)
class _Limits:
    """The values a part leaves to an operand; `closed` tells whether the bounds themselves are among them."""

    operand: Operand
    low: float
    high: float
    closed: bool


@dataclass(frozen=True)
class Bounds:
    """What parts that must all be true say of each operand, or pair of operands; `pair` are two that cannot be true together.

    Of the parts about one operand only the tightest can exclude a further one, so that a long list costs no more than its length.
    """

    tightest: Mapping[Hashable, Sequence[Rule]]
    pair: tuple[Rule, Rule] | None

    def apart(self, other: Bounds) -> bool:
        """Tell whether these parts and the others can never be true at one instant."""
        if self.pair is not None or other.pair is not None:
            return True
        shared = [subject for subject in self.tightest if subject in other.tightest]
        return any(exclude(a, b) for subject in shared for a in self.tightest[subject] for b in other.tightest[subject])


def bounds(parts: Iterable[Rule]) -> Bounds:
    """Return what parts say together, up to the first two that exclude each other."""
    tightest: dict[Hashable, list[Rule]] = {}
    for later in parts:
        subject = _subject(later)
        if subject is None:
            continue
        known = tightest.get(subject, [])
        for earlier in known:
            if exclude(earlier, later):
                return Bounds(tightest, (earlier, later))
        tightest[subject] = _tightest([*known, later])
    return Bounds(tightest, None)


def _subject(rule: Rule) -> Hashable | None:
    """Return what a part is about: the operand that it bounds, or the two that it orders."""
    limits = _limits(rule)
    if limits is not None:
        return limits.operand
    return frozenset((rule.left, rule.right)) if isinstance(rule, Comparison) and rule.op in _SAYS else None


def _tightest(rules: list[Rule]) -> list[Rule]:
    """Return the rules that stand for all: with the highest low and the lowest high, or one of each operator."""
    limited = {index: limits for index, rule in enumerate(rules) if (limits := _limits(rule)) is not None}
    if not limited:
        return list({(rule.op, rule.left): rule for rule in reversed(rules) if isinstance(rule, Comparison)}.values())
    low = max(limited, key=lambda index: (limited[index].low, not limited[index].closed, -index))
    high = min(limited, key=lambda index: (limited[index].high, limited[index].closed, index))
    return [rules[index] for index in sorted({low, high})]


def exclude(a: Rule, b: Rule) -> bool:
    """Tell whether two rules can be seen never to hold at one instant."""
    mine, other = _limits(a), _limits(b)
    if mine is not None and other is not None and mine.operand == other.operand and _apart(mine, other):
        return True
    return isinstance(a, Comparison) and isinstance(b, Comparison) and _opposed(a, b)


def _opposed(a: Comparison, b: Comparison) -> bool:
    """Tell whether the same two operands, in either order, would have to stand in two ways to each other at once."""
    op = b.op if (a.left, a.right) == (b.left, b.right) else _MIRRORED.get(b.op) if (a.left, a.right) == (b.right, b.left) else None
    return op in _SAYS and a.op in _SAYS and not set(_SAYS[op]) & set(_SAYS[a.op])


def _apart(a: _Limits, b: _Limits) -> bool:
    low, high = max(a.low, b.low), min(a.high, b.high)
    touching = all(side.closed for side in (a, b) if low in (side.low, side.high))
    return low > high or (low == high and not touching)


def _limits(rule: Rule) -> _Limits | None:
    if isinstance(rule, Between):
        return _Limits(rule.value, rule.low.value, rule.high.value, closed=True)
    if not isinstance(rule, Comparison) or rule.op not in (*_FROM_BELOW, *_FROM_ABOVE):
        return None
    op, operand, constant = rule.op, rule.left, rule.right
    if isinstance(operand, Constant):
        op, operand, constant = _MIRRORED[op], rule.right, rule.left
    if not isinstance(constant, Constant):
        return None
    low = constant.value if op in _FROM_BELOW else -inf
    high = constant.value if op in _FROM_ABOVE else inf
    return _Limits(operand, low, high, closed=op in _INCLUSIVE)
