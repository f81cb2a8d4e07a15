"""Read the actions of a Play: a map of action -> condition, or a list of blocks with cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trade.base.places import Path
from trade.dsl.conditions import read_condition
from trade.dsl.context import Context
from trade.dsl.emits import read_action, read_emits
from trade.dsl.tree import Action, Block, Case

_TOP: Path = ("actions",)
MOST_CASES = 250  # of all blocks: each is decided at every instant, in order
_EXAMPLE = "write {id: entries, cases: [{when: ..., emit: [entry_long]}], else: {emit: [no_action]}}"


def read_actions(ctx: Context, value: object) -> tuple[Block, ...]:
    """Return the blocks that are right; everything that is not is noted."""
    if not value or not isinstance(value, (dict, list)):
        ctx.notes.error(_TOP, "empty-block", "no action is declared", "write actions: {entry_long: [[lhs, op, rhs]]}")
        return ()
    cases = sum(len(found) if isinstance(block, dict) and isinstance(found := block.get("cases"), list) else 1 for block in value)
    if cases > MOST_CASES:
        fact = f"'{cases}' cases of actions are more than '{MOST_CASES}'"
        ctx.notes.error(_TOP, "too-many-parts", fact, "join conditions under 'any', or split the Play")
        return ()
    if isinstance(value, dict):
        blocks = [_read_pair(ctx, word, condition) for word, condition in value.items()]
    else:
        blocks = [_read_block(ctx, block, (*_TOP, index)) for index, block in enumerate(value)]
        _check_ids(ctx, value)
    return tuple(block for block in blocks if block is not None)


def _read_pair(ctx: Context, word: Any, condition: Any) -> Block | None:
    """Read `entry_long: condition` as a block with one case."""
    path = (*_TOP, word)
    action = read_action(ctx, word, path)
    rule = read_condition(ctx, condition, path)
    if action is None or rule is None:
        return None
    return Block(action.value, (Case(rule, (action,)),), ())


def _read_block(ctx: Context, block: object, path: Path) -> Block | None:
    if not isinstance(block, dict):
        ctx.notes.error(path, "malformed-rule", f"'{block}' is not a block", _EXAMPLE)
        return None
    ctx.notes.unknown_keys(block, ("id", "cases", "else"), path, "a block")
    cases = _read_cases(ctx, block.get("cases"), (*path, "cases"))
    otherwise = _read_else(ctx, block["else"], (*path, "else")) if "else" in block else ()
    if cases is None or otherwise is None:
        return None
    return Block(str(block.get("id", "")), cases, otherwise)


def _read_cases(ctx: Context, value: object, path: Path) -> tuple[Case, ...] | None:
    if not isinstance(value, list) or not value:
        ctx.notes.error(path, "malformed-rule", "a block takes a list of at least one case", _EXAMPLE)
        return None
    cases = [_read_case(ctx, case, (*path, index)) for index, case in enumerate(value)]
    known = tuple(case for case in cases if case is not None)
    return known if len(known) == len(cases) else None


def _read_case(ctx: Context, case: object, path: Path) -> Case | None:
    if not isinstance(case, dict) or "when" not in case:
        ctx.notes.error(path, "malformed-rule", "a case takes 'when' and 'emit'", "write {when: [[lhs, op, rhs]], emit: [entry_long]}")
        return None
    ctx.notes.unknown_keys(case, ("when", "emit"), path, "a case")
    rule = read_condition(ctx, case["when"], (*path, "when"))
    emits = read_emits(ctx, case.get("emit"), (*path, "emit"))
    return None if rule is None or emits is None else Case(rule, emits)


def _read_else(ctx: Context, value: object, path: Path) -> tuple[Action, ...] | None:
    if not isinstance(value, dict):
        ctx.notes.error(path, "malformed-rule", "'else' takes a map with 'emit'", "write else: {emit: [no_action]}")
        return None
    ctx.notes.unknown_keys(value, ("emit",), path, "'else'")
    return read_emits(ctx, value.get("emit"), (*path, "emit"))


def _check_ids(ctx: Context, blocks: Iterable[Any]) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        name = block.get("id") if isinstance(block, dict) else None
        path = (*_TOP, index, "id")
        if isinstance(block, dict) and not isinstance(name, str):
            ctx.notes.error(path, "malformed-rule", "a block has an id, a name", _EXAMPLE)
        elif name in seen:
            ctx.notes.error(path, "duplicate-block", f"block '{name}' is declared twice", "give each block its own id")
        elif isinstance(name, str):
            seen.add(name)
