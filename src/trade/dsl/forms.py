"""The ways to write a comparison: `[lhs, op, rhs]`, `[lhs, near_op, rhs, tol]`, `{lhs, op, rhs, tolerance}`, `{op: [lhs, rhs]}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trade.base.places import Path
from trade.dsl.context import Context

ABSENT = object()


@dataclass(frozen=True)
class Piece:
    """One value as written, with its place."""

    value: object
    path: Path


@dataclass(frozen=True)
class WrittenComparison:
    """A comparison as written; `tolerance.value` is ABSENT when there is none."""

    lhs: Piece
    op: Piece
    rhs: Piece
    tolerance: Piece
    path: Path


def from_list(ctx: Context, items: list[Any], path: Path) -> WrittenComparison | None:
    """Take `[lhs, op, rhs]` or `[lhs, op, rhs, tolerance]` apart."""
    if len(items) not in (3, 4):
        fact = f"a comparison has 3 parts, or 4 with a tolerance; this one has {len(items)}"
        ctx.notes.error(path, "malformed-rule", fact, "write [lhs, op, rhs]")
        return None
    lhs, op, rhs, tolerance = (Piece(value, (*path, index)) for index, value in enumerate([*items, ABSENT][:4]))
    return WrittenComparison(lhs, op, rhs, tolerance, path)


def from_keys(ctx: Context, value: dict[str, Any], path: Path) -> WrittenComparison | None:
    """Take `{lhs, op, rhs, tolerance?}` apart; its keys were checked."""
    missing = [key for key in ("lhs", "op", "rhs") if key not in value]
    if missing:
        fact = f"'{missing[0]}' is missing"
        ctx.notes.error(path, "malformed-rule", fact, "write {lhs: close, op: '>', rhs: ema_50}")
        return None
    lhs, op, rhs, tolerance = (Piece(value.get(key, ABSENT), (*path, key)) for key in ("lhs", "op", "rhs", "tolerance"))
    return WrittenComparison(lhs, op, rhs, tolerance, path)


def from_operator(ctx: Context, op: str, sides: object, path: Path) -> WrittenComparison | None:
    """Take `{op: [lhs, rhs]}` or `{op: [lhs, rhs, tolerance]}` apart."""
    inside = (*path, op)
    if not isinstance(sides, list) or len(sides) not in (2, 3):
        ctx.notes.error(inside, "malformed-rule", f"'{op}' takes a list of two operands", f"write {{'{op}': [lhs, rhs]}}")
        return None
    lhs, rhs, tolerance = (Piece(value, (*inside, index)) for index, value in enumerate([*sides, ABSENT][:3]))
    return WrittenComparison(lhs, Piece(op, inside), rhs, tolerance, path)
