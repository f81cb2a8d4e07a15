"""Read conditions: comparisons, `all any not`, setups, windows, and bare lists, which mean `all`."""

from __future__ import annotations

from typing import Any

from trade.base.places import Path, path_text
from trade.dsl.comparisons import read_comparison
from trade.dsl.context import Context
from trade.dsl.contradictions import bounds
from trade.dsl.forms import from_keys, from_list, from_operator
from trade.dsl.operators import SPELLINGS
from trade.dsl.references import declared
from trade.dsl.setups import read_setup_use
from trade.dsl.text import rule_text
from trade.dsl.tree import Combined, Logic, Rule
from trade.dsl.windows import WINDOWS, read_window
from trade.dsl.written import condition_in_text, flow, holds_text, is_mixed

_VERBOSE = ("lhs", "op", "rhs", "tolerance")
_LOGIC = tuple(logic.value for logic in Logic)
_KEYS = (*_LOGIC, "setup", *WINDOWS, *SPELLINGS, *_VERBOSE)

_BETWEEN = {Logic.ALL: {"and", "&&", "&"}, Logic.ANY: {"or", "||", "|"}}


def read_condition(ctx: Context, value: object, path: Path) -> Rule | None:
    """Read any condition; None when something in it is wrong (noted) or broken elsewhere."""
    with ctx.deeper(path) as allowed:
        if not allowed:
            return None
        if isinstance(value, dict):
            return _read_map(ctx, value, path)
        if isinstance(value, list):
            return _read_list(ctx, value, path)
    said = condition_in_text(value, ctx.setups) if isinstance(value, str) else ""
    hint = f"write {declared(ctx, said)}" if said else "write [lhs, op, rhs] or {all: [...]}"
    if isinstance(value, str) and is_mixed(value):
        hint = "say which holds first: {any: [{all: [A, B]}, C]} is A and B, or C; {all: [A, {any: [B, C]}]} is A, and B or C"
    ctx.notes.error(path, "malformed-rule", f"'{flow(value) if value is None else value}' is not a condition", hint)
    return None


def _joined(items: list[Any]) -> Logic | None:
    """Return how a list joins conditions by a word between them, `[A, and, B]`; None where it does not."""
    words = {str(word).lower() for word in items[1::2]}
    return next((logic for logic, said in _BETWEEN.items() if len(items) >= 3 and words <= said), None)


def _part(ctx: Context, item: object) -> str:
    """Return a condition among others as it is written: text as what it says."""
    return condition_in_text(item, ctx.setups) or item if isinstance(item, str) else flow(item)


def _read_list(ctx: Context, items: list[Any], path: Path) -> Rule | None:
    if logic := _joined(items):
        fact = f"'{items[1]}' between conditions is no part of a list"
        parts = ", ".join(_part(ctx, item) for item in items[::2])
        ctx.notes.error((*path, 1), "malformed-rule", fact, f"write {declared(ctx, f'{{{logic}: [{parts}]}}')}")
        return None
    if _is_comparison(ctx, items):
        it = from_list(ctx, items, path)
        return None if it is None else read_comparison(ctx, it)
    return _combine(ctx, Logic.ALL, items, path, path)


def _is_comparison(ctx: Context, items: list[Any]) -> bool:
    """Tell a comparison from a bare list of conditions: the latter holds lists and maps only, and texts in their place by mistake."""
    return any(not isinstance(item, (list, dict)) for item in items) and not holds_text(items, ctx.setups)


def _read_map(ctx: Context, value: dict[Any, Any], path: Path) -> Rule | None:
    unknown = ctx.notes.unknown_keys(value, _KEYS, path, "a condition")
    heads = [key for key in value if key not in _VERBOSE and key not in unknown]
    verbose = any(key in value for key in _VERBOSE)
    if len(heads) + verbose > 1:
        named = " and ".join(f"'{key}'" for key in value if key not in unknown)
        ctx.notes.error(
            path, "ambiguous-block", f"{named} stand side by side; it is not said how they combine", "nest one inside the other"
        )
        return None
    if not heads and not verbose:
        if not unknown:
            ctx.notes.error(path, "empty-block", "this condition is empty", "write [lhs, op, rhs] or {all: [...]}")
        return None
    return _read_head(ctx, heads[0], value, path) if heads else _read_verbose(ctx, value, path)


def _read_verbose(ctx: Context, value: dict[str, Any], path: Path) -> Rule | None:
    it = from_keys(ctx, value, path)
    return None if it is None else read_comparison(ctx, it)


def _read_head(ctx: Context, head: str, value: dict[str, Any], path: Path) -> Rule | None:
    inside = (*path, head)
    if head == "setup":
        return read_setup_use(ctx, value[head], inside, path, read_condition)
    if head in WINDOWS:
        return read_window(ctx, head, value[head], inside, path, read_condition)
    if head in SPELLINGS:
        it = from_operator(ctx, head, value[head], path)
        return None if it is None else read_comparison(ctx, it)
    if head == Logic.NOT:
        return _read_not(ctx, value[head], inside, path)
    return _combine(ctx, Logic(head), value[head], inside, path)


def _read_not(ctx: Context, value: object, inside: Path, path: Path) -> Rule | None:
    part = read_condition(ctx, value, inside)
    return None if part is None else Combined(Logic.NOT, (part,), path_text(path))


def _combine(ctx: Context, logic: Logic, items: object, inside: Path, path: Path) -> Rule | None:
    if not isinstance(items, list) or (items and _is_comparison(ctx, items)):
        said = condition_in_text(items, ctx.setups) if isinstance(items, str) else flow(items) if isinstance(items, (list, dict)) else ""
        hint = f"write `{logic}: [{said}]`" if said else f"write {logic}: [[lhs, op, rhs], ...]"
        ctx.notes.error(inside, "malformed-rule", f"'{logic}' takes a list of conditions", hint)
        return None
    if not items:
        ctx.notes.error(inside, "empty-block", f"'{logic}' holds no condition", "write at least one")
        return None
    parts = [read_condition(ctx, item, (*inside, index)) for index, item in enumerate(items)]
    known = tuple(part for part in parts if part is not None)
    if logic is Logic.ALL and (pair := bounds(known).pair) is not None:
        fact = f"'{rule_text(pair[0])}' and '{rule_text(pair[1])}' cannot both hold"
        ctx.notes.error(inside, "never-holds", fact, "change one of them, or write 'any'")
        return None
    return Combined(logic, known, path_text(path)) if len(known) == len(parts) else None
