"""Print operands and rules as a reader writes them: `close < bb_20.lower`."""

from __future__ import annotations

from trade.base.timeframe import MINUTE_MS
from trade.dsl.tree import (
    Arithmetic,
    Between,
    Column,
    Combined,
    Comparison,
    Constant,
    InstantPart,
    LastInstants,
    OneOf,
    Op,
    Operand,
    Reach,
    Rule,
    SetupUse,
    WindowKind,
)

_WORDS = {"all": "all of", "any": "any of", "not": "not"}


def number_text(value: float) -> str:
    """Return the shortest text of a number, whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def operand_text(operand: Operand) -> str:
    """Return an operand on one line; arithmetic inside arithmetic keeps its brackets."""
    match operand:
        case Constant(text=text):
            return text
        case Column(text=text, offset=offset):
            return f"{text} ({offset} bar{'s' * (offset > 1)} ago)" if offset else text
        case InstantPart(name=name):
            return name
        case Arithmetic(op=sign, left=left, right=right):
            return f"{_inner(left)} {sign} {_inner(right)}"


def _inner(operand: Operand) -> str:
    text = operand_text(operand)
    compound = isinstance(operand, Arithmetic) or (isinstance(operand, Constant) and " " in text)
    return f"({text})" if compound else text


def rule_text(rule: Rule) -> str:
    """Return one rule on one line; of a combination only its head, its parts are rules of their own."""
    match rule:
        case Comparison(op=op, left=left, right=right, tolerance=tolerance):
            near = {Op.NEAR_ABS: f" within {number_text(tolerance)}", Op.NEAR_PCT: f" within {number_text(tolerance)} %"}
            return f"{operand_text(left)} {op} {operand_text(right)}{near.get(op, '')}"
        case Between(value=value, low=low, high=high):
            return f"{operand_text(value)} between [{low.text}, {high.text}]"
        case SetupUse(id=name):
            return f"setup {name}"
        case OneOf(value=value, choices=choices):
            return f"{operand_text(value)} in [{', '.join(choice.text for choice in choices)}]"
        case Combined(logic=logic):
            return _WORDS[logic]
        case LastInstants(kind=kind, reach=reach, min_true=min_true):
            return f"{kind} {f'{min_true} of ' if kind is WindowKind.COUNT_TRUE else ''}{_reach_text(reach)}"


def _reach_text(reach: Reach) -> str:
    if reach.duration_ms:
        return f"{reach.duration_ms // MINUTE_MS}m"
    return f"{reach.bars} bars" if reach.anchor is None else f"{reach.bars} bars of {reach.anchor}"
