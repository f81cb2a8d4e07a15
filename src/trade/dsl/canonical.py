"""The rules of a program in the format they are written in: one spelling for one meaning, whatever the file said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trade.base.hashing import canonical_json
from trade.base.timeframe import MINUTE_MS
from trade.dsl.exclusion import Claims
from trade.dsl.tree import (
    Action,
    Arithmetic,
    Between,
    Block,
    Case,
    Column,
    Combined,
    Comparison,
    Constant,
    InstantPart,
    LastInstants,
    Logic,
    OneOf,
    Op,
    Operand,
    Program,
    Rule,
    SetupUse,
    WindowKind,
)
from trade.play.canonical import normal

_ACTIONS = tuple(Action)
_NEAR = (Op.NEAR_ABS, Op.NEAR_PCT)


def canonical_rules(program: Program) -> tuple[Mapping[str, Any], Sequence[Any]]:
    """Return the setups that are used, by id, and the blocks: read again they are an equal program.

    Blocks stand in the first order, by action and then by text, in which no two that could act at one instant have changed places.
    """
    setups = {setup.id: _rule(setup.rule) for setup in sorted(program.setups, key=lambda setup: setup.id)}
    blocks, taken = list[Any](), set[str]()
    for block in _ordered(program):
        name = _free_name(block, taken)
        taken.add(name)
        blocks.append({"id": name, **_block(block)})
    return setups, blocks


def _ordered(program: Program) -> list[Block]:
    """Return the blocks in their canonical order: of those that none before them holds back, always the smallest."""
    blocks = program.blocks
    claims, ranks = [Claims.of(block, program.mode) for block in blocks], [_rank(block) for block in blocks]
    holders = [{before for before in range(at) if not claims[before].may_swap(claims[at])} for at in range(len(blocks))]
    waiting, ordered = set(range(len(blocks))), list[Block]()
    while waiting:
        chosen = min((at for at in waiting if not holders[at] & waiting), key=lambda at: (ranks[at], at))
        waiting.remove(chosen)
        ordered.append(blocks[chosen])
    return ordered


def _rank(block: Block) -> tuple[int, str]:
    return _ACTIONS.index(Action(_first_word(block))), canonical_json(_block(block))


def _free_name(block: Block, taken: set[str]) -> str:
    """Return a name for a block: what its first case does, numbered where an earlier block has that name."""
    word = _first_word(block)
    names = (word, *(f"{word}_{number}" for number in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)


def _first_word(block: Block) -> str:
    return _emits(block.cases[0].emits)[0]


def _block(block: Block) -> dict[str, Any]:
    otherwise = _emits(block.otherwise)
    cases = [_case(case) for case in block.cases]
    return {"cases": cases, **({} if otherwise in ([], [Action.NO_ACTION.value]) else {"else": {"emit": otherwise}})}


def _case(case: Case) -> dict[str, Any]:
    return {"when": _rule(case.rule), "emit": _emits(case.emits)}


def _emits(actions: tuple[Action, ...]) -> list[str]:
    """Return the words of a case; `no_action` only says something where it stands alone."""
    words = [str(action) for action in actions if action is not Action.NO_ACTION]
    return words if words or not actions else [Action.NO_ACTION.value]


def _rule(rule: Rule) -> Any:
    match rule:
        case Comparison(op=op, left=left, right=right, tolerance=tolerance):
            return [_operand(left), op.value, _operand(right), *([normal(tolerance)] if op in _NEAR else [])]
        case Between(value=value, low=low, high=high):
            return [_operand(value), Op.BETWEEN.value, [_constant(low), _constant(high)]]
        case OneOf(value=value, choices=choices):
            return [_operand(value), Op.IN.value, [_constant(choice) for choice in choices]]
        case SetupUse(id=name):
            return {"setup": name}
        case Combined(logic=Logic.NOT, parts=(part,)):
            return {"not": _rule(part)}
        case Combined(logic=logic, parts=parts):
            return {logic.value: [_rule(part) for part in parts]}
        case LastInstants():
            return _window(rule)


def _window(window: LastInstants) -> dict[str, Any]:
    reach, least = window.reach, {"min_true": window.min_true} if window.kind is WindowKind.COUNT_TRUE else {}
    part = {**least, "expr": _rule(window.parts[0])}
    if reach.duration_ms:
        return {f"{window.kind}_duration": {"duration": f"{reach.duration_ms // MINUTE_MS}m", **part}}
    anchor = {} if reach.anchor is None else {"anchor_tf": reach.anchor.name}
    return {window.kind.value: {"bars": reach.bars, **anchor, **part}}


def _operand(operand: Operand) -> Any:
    match operand:
        case Constant():
            return _constant(operand)
        case Column(text=text, offset=offset):
            return {"feature_id": text, "offset": offset} if offset else text
        case InstantPart(name=name):
            return name
        case Arithmetic(op=sign, left=left, right=right):
            return [_operand(left), sign, _operand(right)]


def _constant(constant: Constant) -> Any:
    """Return true, false, the word of an ENUM, or the number, whatever it was folded from."""
    if constant.text in ("true", "false"):
        return constant.text == "true"
    return constant.text if constant.text.isidentifier() else normal(constant.value)
