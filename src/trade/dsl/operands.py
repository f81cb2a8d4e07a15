"""Read operands: numbers, references, arithmetic, and words that stand against an ENUM."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import inf
from operator import add, mod, mul, sub, truediv

from trade.base.catalogue import ValueType
from trade.base.nearest import did_you_mean, meant
from trade.base.places import Path
from trade.base.units import written
from trade.dsl.context import Context
from trade.dsl.forms import Piece
from trade.dsl.ranges import Range, combine
from trade.dsl.references import names_a_column, read_name, read_reference
from trade.dsl.scope import Term
from trade.dsl.text import number_text, operand_text
from trade.dsl.tree import Arithmetic, Constant
from trade.play.fields import shown

SIGNS = ("+", "-", "*", "/", "%")
_FOLDS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {"+": add, "-": sub, "*": mul, "/": truediv, "%": mod}
_DIRECTIONS = {"up": 1, "bullish": 1, "bull": 1, "long": 1, "down": -1, "bearish": -1, "bear": -1, "short": -1}
_FORMS = "a name, a number, [a, '+', b] or {feature_id, field, offset}"


def read_operand(ctx: Context, value: object, path: Path) -> Term | None:
    """Read one operand; None when it is wrong (noted) or refers to a broken declaration."""
    if isinstance(value, str):
        return read_name(ctx, value, path)
    if isinstance(value, bool):
        return _constant(float(value), "true" if value else "false", ValueType.BOOL)
    if isinstance(value, (int, float)):
        return read_number(ctx, value, path)
    if isinstance(value, dict) and "feature_id" in value:
        return read_reference(ctx, value, path)
    return _read_arithmetic(ctx, value, path)


def read_number(ctx: Context, value: float, path: Path) -> Term | None:
    """Read a finite number; a whole one is INT, which goes with INT and FLOAT columns alike."""
    if not abs(value) <= sys.float_info.max:  # NaN compares false
        ctx.notes.error(path, "bad-number", f"'{value}' is not a finite number", "write a plain number")
        return None
    kind = ValueType.INT if float(value).is_integer() else ValueType.FLOAT
    return _constant(float(value), number_text(float(value)), kind)


def read_pair(ctx: Context, lhs: Piece, rhs: Piece, words: bool) -> tuple[Term, Term] | None:
    """Read both sides, of which one may be a word of an ENUM, or true, false, 1, 0 against a BOOL; `words` as in `read_against`."""
    if _is_literal(ctx, lhs.value) and not _is_literal(ctx, rhs.value):
        right = read_operand(ctx, rhs.value, rhs.path)
        left = read_against(ctx, lhs, right, words)
    else:
        left = read_operand(ctx, lhs.value, lhs.path)
        right = read_against(ctx, rhs, left, words)
    return None if left is None or right is None else (left, right)


def read_against(ctx: Context, piece: Piece, other: Term | None, words: bool) -> Term | None:
    """Read the side that stands against a side already read; where `words` may stand, none is judged beside a side that is wrong."""
    value, path = piece.value, piece.path
    if words and other is None and isinstance(value, str) and not names_a_column(ctx.scope, value):
        return None
    if isinstance(value, str) and other is not None and other.words:
        return _read_word(ctx, value, other, path)
    if isinstance(value, str) and other is not None and other.type is ValueType.INT and _is_direction(ctx, value, other):
        fact = f"'{value}' is not declared, and '{operand_text(other.operand)}' is a number, not a word"
        ctx.notes.error(path, "unknown-reference", fact, f"write `{_DIRECTIONS[value.lower()]}`: up is 1, down is -1")
        return None
    term = read_operand(ctx, value, path)
    if term and other and other.type is ValueType.BOOL and term.operand in (Constant(0.0, "0"), Constant(1.0, "1")):
        return _constant(term.range.low, "true" if term.range.low else "false", ValueType.BOOL)
    return term


def _is_literal(ctx: Context, value: object) -> bool:
    if isinstance(value, str):
        return not names_a_column(ctx.scope, value)
    return isinstance(value, (bool, int, float))


def _constant(value: float, text: str, kind: ValueType, words: tuple[str, ...] = ()) -> Term:
    return Term(Constant(value, text), kind, Range(value, value), words)


def _is_direction(ctx: Context, value: str, other: Term) -> bool:
    """Tell whether a word says up or down where a number from -1 to 1 does."""
    return value.lower() in _DIRECTIONS and other.range == Range(-1, 1) and not names_a_column(ctx.scope, value)


def _read_word(ctx: Context, value: str, other: Term, path: Path) -> Term | None:
    """Read a word of an ENUM, or one that stands for a whole number, where no column is named so."""
    words, named = other.words, names_a_column(ctx.scope, value)
    lower = [word.lower() for word in words]
    if value.lower() in lower and not (named and other.type is ValueType.INT):
        index = lower.index(value.lower())
        if other.type is ValueType.INT:
            return read_number(ctx, index, path)
        return _constant(float(index), words[index], ValueType.ENUM, words)
    if named:
        return read_name(ctx, value, path)
    ctx.notes.error(path, "unknown-word", f"'{value}' is none of its words", did_you_mean(value, words, f"known: {', '.join(words)}"))
    return None


def _read_arithmetic(ctx: Context, value: object, path: Path) -> Term | None:
    match value:
        case [lhs, str(sign), rhs]:
            places = ((*path, 0), (*path, 2))
        case dict() if len(value) == 1 and next(iter(value)) in SIGNS and isinstance(next(iter(value.values())), list):
            sign, sides = next(iter(value.items()))
            if len(sides) != 2:
                ctx.notes.error(
                    path, "malformed-rule", f"'{sign}' takes two operands, not {len(sides)}", f"nest them: {{'{sign}': [a, b]}}"
                )
                return None
            (lhs, rhs), places = sides, ((*path, sign, 0), (*path, sign, 1))
        case dict() if keys := [key for key in value if meant(str(key), ("feature_id",))]:
            ctx.notes.error((*path, str(keys[0])), "unknown-key", f"'{keys[0]}' is not a key of a reference", "did you mean `feature_id`?")
            return None
        case _:
            ctx.notes.error(path, "malformed-rule", f"{shown(value)}, not an operand", f"write {_FORMS}")
            return None
    if sign not in SIGNS:
        ctx.notes.error(path, "unknown-operator", f"'{sign}' is not an arithmetic operator", f"use one of {' '.join(SIGNS)}")
        return None
    with ctx.deeper(path) as allowed:
        if not allowed:
            return None
        left, right = read_operand(ctx, lhs, places[0]), read_operand(ctx, rhs, places[1])
    return None if left is None or right is None else _combine(ctx, sign, left, right, path)


def _combine(ctx: Context, sign: str, left: Term, right: Term, path: Path) -> Term | None:
    for side in (left, right):
        if not side.is_numeric:
            fact = f"'{sign}' cannot be used with '{operand_text(side.operand)}' ({side.type})"
            ctx.notes.error(path, "type-mismatch", fact, "arithmetic takes numbers only")
            return None
    if sign in "/%" and right.range == Range(0, 0):
        ctx.notes.error(path, "never-holds", f"'{sign}' by 0 is always missing (RULE-1)", "divide by something else")
        return None
    operand = Arithmetic(sign, left.operand, right.operand)
    span = combine(sign, left.range, right.range)
    if isinstance(left.operand, Constant) and isinstance(right.operand, Constant):
        return _folded(ctx, sign, left.operand.value, right.operand.value, operand_text(operand), path)
    whole = sign != "/" and left.type is ValueType.INT and right.type is ValueType.INT
    return Term(operand, ValueType.INT if whole else ValueType.FLOAT, span)


def _folded(ctx: Context, sign: str, left: float, right: float, text: str, path: Path) -> Term | None:
    """Return the constant that two constants make, as decimal numbers: 0.1 + 0.2 is 0.3; `%` is floor modulo (RULE-1), Python's."""
    value = _float(_FOLDS[sign](written(left), written(right)))
    term = read_number(ctx, value, path)
    return term and _constant(value, text, term.type)


def _float(value: Fraction) -> float:
    return float(value) if abs(value) <= sys.float_info.max else inf
