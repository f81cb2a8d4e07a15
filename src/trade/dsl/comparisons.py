"""Check a comparison as written and make the typed one of it."""

from __future__ import annotations

from math import inf

from trade.base.catalogue import ValueType
from trade.base.places import Path, path_text
from trade.dsl.certainty import Certainty, Verdict, of_between, of_pair
from trade.dsl.context import Context
from trade.dsl.forms import ABSENT, Piece, WrittenComparison
from trade.dsl.operands import read_against, read_operand, read_pair
from trade.dsl.operators import NEAR, SPELLINGS, agree, fits, read_operator
from trade.dsl.present import of_windows
from trade.dsl.references import names_a_column
from trade.dsl.scope import Term
from trade.dsl.sides import warn_of_sides
from trade.dsl.text import number_text, operand_text, rule_text
from trade.dsl.tree import Between, Comparison, Constant, InstantPart, Leaf, OneOf, Op
from trade.dsl.written import flow

_TURNS = {"hour_utc": "midnight", "minute_utc": "the full hour", "weekday_utc": "the end of the week"}


def read_comparison(ctx: Context, it: WrittenComparison) -> Leaf | None:
    """Return the typed comparison, or None with every mistake noted."""
    if _has_its_operator_first(it):
        hint = f"write `{flow([it.op.value, it.lhs.value, it.rhs.value])}`"
        ctx.notes.error(it.path, "malformed-rule", f"the operator '{it.lhs.value}' stands first, not between its sides", hint)
        return None
    if it.op.value == Op.BETWEEN and _is_number(it.rhs.value) and _is_number(it.tolerance.value):
        hint = f"write `{flow([it.lhs.value, Op.BETWEEN.value, [it.rhs.value, it.tolerance.value]])}`"
        ctx.notes.error(it.path, "malformed-rule", "'between' takes its two bounds as one list", hint)
        return None
    op = read_operator(ctx, it.op.value, it.op.path)
    if op is None:
        read_operand(ctx, it.lhs.value, it.lhs.path)
        if isinstance(it.rhs.value, str) and names_a_column(ctx.scope, it.rhs.value):
            read_operand(ctx, it.rhs.value, it.rhs.path)
        return None
    tolerance = _read_tolerance(ctx, op, it.tolerance, it)
    if op is Op.BETWEEN:
        return _read_between(ctx, it)
    if op is Op.IN:
        return _read_in(ctx, it)
    pair = read_pair(ctx, it.lhs, it.rhs, words=op in (Op.EQ, Op.NE))
    return None if pair is None or tolerance is None else _compare(ctx, op, pair[0], pair[1], tolerance, it)


def _has_its_operator_first(it: WrittenComparison) -> bool:
    sides = (it.lhs.value, it.op.value)
    return all(isinstance(side, str) for side in sides) and [side in SPELLINGS for side in sides] == [True, False]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(ctx: Context, op: Op, left: Term, right: Term, tolerance: float, it: WrittenComparison) -> Leaf | None:
    if isinstance(left.operand, Constant) and isinstance(right.operand, Constant):
        fact = f"'{left.operand.text} {op} {right.operand.text}' compares two constants"
        ctx.notes.error(it.path, "two-constants", fact, "compare with a feature, a structure or a price")
        return None
    if not _both_fit(ctx, op, (left, it.lhs.path), (right, it.rhs.path)) or not agree(ctx, op, left, right, it.path):
        return None
    rule = Comparison(op, left.operand, right.operand, tolerance, path_text(it.path))
    verdict = of_pair(op, left, right, tolerance)
    if verdict is None:
        _warn_of_windows(ctx, rule, it)
        warn_of_sides(ctx, rule, it.path)
    return _judge(ctx, rule, verdict, it, (left, right))


def _both_fit(ctx: Context, op: Op, *sides: tuple[Term, Path]) -> bool:
    """Check both sides; a constant is only judged beside a column that fits."""
    columns = [fits(ctx, op, term, path) for term, path in sides if not isinstance(term.operand, Constant)]
    return all(columns) and all(fits(ctx, op, term, path) for term, path in sides if isinstance(term.operand, Constant))


def _read_tolerance(ctx: Context, op: Op, piece: Piece, it: WrittenComparison) -> float | None:
    """Return the tolerance, 0 for operators without one, None when it is wrong."""
    if op not in NEAR:
        if piece.value is ABSENT:
            return 0.0
        ctx.notes.error(piece.path, "bad-tolerance", f"'{op}' takes no tolerance", "leave it out, or use near_abs or near_pct")
        return None
    if piece.value is ABSENT:
        unit = "in percent of the right side" if op is Op.NEAR_PCT else "in units of the values"
        ctx.notes.error(it.path, "missing-tolerance", f"'{op}' needs a tolerance", f"write [lhs, {op}, rhs, tolerance], {unit}")
        return None
    value = piece.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < inf:
        ctx.notes.error(piece.path, "bad-tolerance", f"tolerance '{value}' is not a number of 0 or more", "write a plain number")
        return None
    return float(value)


def _read_between(ctx: Context, it: WrittenComparison) -> Leaf | None:
    value = read_operand(ctx, it.lhs.value, it.lhs.path)
    match it.rhs.value:
        case [low, high]:
            ends = [_read_bound(ctx, value, Piece(low, (*it.rhs.path, 0))), _read_bound(ctx, value, Piece(high, (*it.rhs.path, 1)))]
        case {"low": low, "high": high, **others} if not others:
            ends = [
                _read_bound(ctx, value, Piece(low, (*it.rhs.path, "low"))),
                _read_bound(ctx, value, Piece(high, (*it.rhs.path, "high"))),
            ]
        case _:
            ctx.notes.error(it.rhs.path, "malformed-rule", "'between' takes two bounds", "write [low, high] or {low: 1, high: 2}")
            return None
    low, high = ends
    if value is None or low is None or high is None or not fits(ctx, Op.BETWEEN, value, it.lhs.path):
        return None
    if isinstance(value.operand, Constant):
        fact = f"'{value.operand.text} between [{low.text}, {high.text}]' compares constants"
        ctx.notes.error(it.path, "two-constants", fact, "compare a feature, a structure or a price")
        return None
    rule = Between(value.operand, low, high, path_text(it.path))
    if low.value > high.value:
        fact = f"'{rule_text(rule)}' can never hold: its lower bound '{low.text}' is above the upper one '{high.text}'"
        ctx.notes.error(it.path, "never-holds", fact, _around(it.lhs.value, value, low, high))
        return None
    return _judge(ctx, rule, of_between(value.range, low.value, high.value), it, (value,))


def _around(written: object, value: Term, low: Constant, high: Constant) -> str:
    """Say how bounds in the wrong order are meant: over the end of the day or the week, or swapped."""
    if not isinstance(value.operand, InstantPart):
        return f"swap them: `{flow([written, Op.BETWEEN.value])[:-1]}, [{high.text}, {low.text}]]`"
    name = value.operand.name
    over = f'{{any: [[{name}, ">=", {low.text}], [{name}, "<=", {high.text}]]}}'
    return f"to reach over {_TURNS[name]}, write `{over}`; else swap them"


def _read_bound(ctx: Context, value: Term | None, bound: Piece) -> Constant | None:
    if isinstance(bound.value, str) and value is not None and value.words and value.type is ValueType.INT:
        term = read_against(ctx, bound, value, words=True)
        return term.operand if term and isinstance(term.operand, Constant) else None
    if not _is_number(bound.value):
        fact = f"'{flow(bound.value)}' is not a number; the bounds of 'between' are numbers"
        ctx.notes.error(bound.path, "malformed-rule", fact, "write two comparisons under 'all' for moving bounds")
        return None
    term = read_operand(ctx, bound.value, bound.path)
    return term.operand if term and isinstance(term.operand, Constant) else None


def _read_in(ctx: Context, it: WrittenComparison) -> Leaf | None:
    value = read_operand(ctx, it.lhs.value, it.lhs.path)
    if not isinstance(it.rhs.value, list) or not it.rhs.value:
        ctx.notes.error(it.rhs.path, "malformed-rule", "'in' takes a list of at least one value", "write [lhs, in, [a, b]]")
        return None
    if value is None or not fits(ctx, Op.IN, value, it.lhs.path):
        return None
    choices = [_read_choice(ctx, value, Piece(item, (*it.rhs.path, index))) for index, item in enumerate(it.rhs.value)]
    known = tuple(choice for choice in choices if choice is not None)
    return OneOf(value.operand, known, path_text(it.path)) if len(known) == len(choices) else None


def _read_choice(ctx: Context, value: Term, item: Piece) -> Constant | None:
    term = read_against(ctx, item, value, words=True)
    if term is None:
        return None
    if not isinstance(term.operand, Constant) or isinstance(value.operand, Constant):
        ctx.notes.error(item.path, "malformed-rule", "'in' tests a column against plain values", "write numbers, words, true or false")
        return None
    if not agree(ctx, Op.IN, value, term, item.path):
        return None
    if of_pair(Op.EQ, value, term, 0.0) is Certainty.NEVER:
        fact = f"'{operand_text(value.operand)}' is never '{term.operand.text}'"
        ctx.notes.error(item.path, "never-holds", fact, _ranges((value,)))
        return None
    return term.operand


def _judge(ctx: Context, rule: Leaf, verdict: Verdict, it: WrittenComparison, terms: tuple[Term, ...]) -> Leaf | None:
    """Refuse what can never hold; warn of what always does."""
    if verdict is None:
        return rule
    fact = f"'{rule_text(rule)}' {verdict.value}"
    if verdict is Certainty.NEVER:
        constant = len(terms) == 1 or any(isinstance(term.operand, Constant) for term in terms)
        ctx.notes.error(
            it.path, "never-holds", fact, f"{_ranges(terms)}: {'write a number in there' if constant else 'compare other values'}"
        )
        return None
    ctx.notes.warning(it.path, "always-holds", fact, f"{_ranges(terms)}; leave it out if that is meant")
    return rule


def _warn_of_windows(ctx: Context, rule: Comparison, it: WrittenComparison) -> None:
    """Warn of what the bars that both sides look at decide; it is true of bars, not of words, so the Play still runs."""
    decided = of_windows(ctx.scope, rule.op, rule.left, rule.right)
    if decided is None:
        return
    fact = f"'{rule_text(rule)}' {decided.certainty.value}: {decided.reason}"
    if decided.certainty is Certainty.NEVER:
        ctx.notes.warning(it.path, "never-by-window", fact, decided.hint)
    else:
        ctx.notes.warning(it.path, "always-holds", fact, f"{decided.hint}; leave it out if that is meant")


def _ranges(terms: tuple[Term, ...]) -> str:
    """Say which values the sides can have."""
    said = [f"'{operand_text(term.operand)}' {_span(term)}" for term in terms if not isinstance(term.operand, Constant)]
    return ", ".join(said)


def _span(term: Term) -> str:
    low, high = term.range.low, term.range.high
    if low == -inf and high == inf:
        return "is any number"
    if high == inf:
        return f"is {number_text(low)} or more"
    return f"is {number_text(high)} or less" if low == -inf else f"lies between {number_text(low)} and {number_text(high)}"
