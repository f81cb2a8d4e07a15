"""The comparison operators as written, and which values each may be used with."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.catalogue import ValueType
from trade.base.nearest import meant
from trade.base.other_words import same_here
from trade.base.places import Path
from trade.dsl.context import Context
from trade.dsl.scope import Term
from trade.dsl.text import operand_text
from trade.dsl.tree import Constant, Op

ALIASES: Mapping[str, Op] = {"gt": Op.GT, "gte": Op.GE, "lt": Op.LT, "lte": Op.LE, "eq": Op.EQ, "neq": Op.NE}
SPELLINGS: Mapping[str, Op] = {**{op.value: op for op in Op}, **ALIASES}
_OTHERWISE = ("not", "stay", "was", "remain", "hold", "never")  # what is like an operator then means another thing
_UNDIRECTED = ("cross", "crosses", "crossed", "crossing")
NEAR = (Op.NEAR_ABS, Op.NEAR_PCT)
DISCRETE = (Op.EQ, Op.NE, Op.IN)


def read_operator(ctx: Context, value: object, path: Path) -> Op | None:
    """Read an operator or its word alias."""
    op = SPELLINGS.get(value) if isinstance(value, str) else None
    if op is None:
        like = meant_operator(str(value))
        quotes = "" if like is None or like.isidentifier() else '"'
        hint = f"use one of {' '.join(Op)}" if like is None else f"did you mean `{quotes}{like}{quotes}`?"
        if str(value).lower().startswith(_OTHERWISE):
            hint = f"use one of {' '.join(Op)}"
        if str(value).lower() in _UNDIRECTED:
            hint = "say which way: `cross_above` or `cross_below`"
        ctx.notes.error(path, "unknown-operator", f"'{value}' is not an operator", hint)
    return op


def said_operator(word: str) -> str | None:
    """Return the operator that a word or sign is, or that others call so; one that is only like it could mean the opposite."""
    return word if word in SPELLINGS else same_here(word.lower(), SPELLINGS)


def meant_operator(word: str) -> str | None:
    """Return the operator that a word or sign is, or most likely stands for."""
    return word if word in SPELLINGS else meant(word.lower(), SPELLINGS)


def fits(ctx: Context, op: Op, term: Term, path: Path) -> bool:
    """Check one side: equality is not defined on FLOAT, order not on ENUM and BOOL."""
    text = operand_text(term.operand)
    if op in DISCRETE and term.type is ValueType.FLOAT and not isinstance(term.operand, Constant):
        fact = f"'{op}' cannot be used with '{text}' (float): computed numbers are almost never equal"
        ctx.notes.error(path, "float-equality", fact, "use near_abs, near_pct, between or an ordering")
        return False
    if op not in DISCRETE and not term.is_numeric:
        fact = f"'{op}' cannot be used with '{text}' ({term.type}): it has no order"
        ctx.notes.error(path, "type-mismatch", fact, "use '==', '!=' or 'in'")
        return False
    return True


def agree(ctx: Context, op: Op, left: Term, right: Term, path: Path) -> bool:
    """Check both sides against each other: numbers with numbers, true/false with true/false, an ENUM with its own words."""
    alike = left.is_numeric and right.is_numeric
    if alike or (left.type is right.type and left.words == right.words):
        return True
    shown = [f"'{operand_text(side.operand)}' ({side.type})" for side in (left, right)]
    enum = next((side for side in (left, right) if side.type is ValueType.ENUM), None)
    hint = f"its words: {', '.join(enum.words)}" if enum else "compare true or false with true or false, numbers with numbers"
    ctx.notes.error(path, "type-mismatch", f"'{op}' cannot compare {shown[0]} with {shown[1]}", hint)
    return False
