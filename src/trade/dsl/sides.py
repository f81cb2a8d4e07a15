"""Warn of comparisons with outputs that exist on one side of the market only: `psar.long` while the trend is up."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.catalogue import Side
from trade.base.places import Path
from trade.dsl.context import Context
from trade.dsl.scope import Scope
from trade.dsl.text import rule_text
from trade.dsl.tree import Column, Comparison, Op, columns_of


def warn_of_sides(ctx: Context, rule: Comparison, path: Path) -> None:
    """Warn of a comparison of two sides, which are never there together, and of a crossing, which needs one at two closes (RULE-2)."""
    sided = dict(_sided(ctx.scope, rule))
    apart = next(((a, b) for a in sided for b in sided if _exclude(a, sided[a], b, sided[b])), None)
    if apart is not None:
        a, b = apart
        fact = f"'{rule_text(rule)}' can never hold: '{_name(a)}' is there only while {sided[a].when}, '{_name(b)}' while {sided[b].when}"
        ctx.notes.warning(path, "never-by-side", fact, sided[a].instead.format(id=a.ref.id))
    elif rule.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW):
        for column, side in sided.items():
            fact = f"'{rule_text(rule)}' needs '{_name(column)}' at two closes, and it is there only while {side.when}"
            hint = f"the bar on which it changes is no crossing; {side.instead.format(id=column.ref.id)}"
            ctx.notes.warning(path, "one-sided-crossing", fact, hint)


def _sided(scope: Scope, rule: Comparison) -> Iterator[tuple[Column, Side]]:
    for operand in rule.operands:
        for column in columns_of(operand):
            side = next((output.side for output in scope.outputs(column.ref.id) or () if output.name == column.ref.output), None)
            if side is not None:
                yield column, side


def _exclude(a: Column, one: Side, b: Column, other: Side) -> bool:
    return (a.ref.id, a.offset) == (b.ref.id, b.offset) and one.when != other.when


def _name(column: Column) -> str:
    return f"{column.ref.id}.{column.ref.output}"
