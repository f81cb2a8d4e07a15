"""Compile the rules of a Play: everything that is wrong at once, or a checked program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trade.base.findings import Finding, Full, and_more, by_place
from trade.base.measures import Measure
from trade.dsl.actions import read_actions
from trade.dsl.columns import ColumnRef, ordered
from trade.dsl.conditions import read_condition
from trade.dsl.context import Context
from trade.dsl.measures import read_measures
from trade.dsl.notes import RuleNotes
from trade.dsl.scope import Scope
from trade.dsl.setups import reachable, read_setup
from trade.dsl.tree import Block, Column, Combined, LastInstants, Program, Rule, Setup, SetupUse, columns_of
from trade.play.spec import RuleSource


def compile_rules(rules: RuleSource, scope: Scope) -> tuple[Program | None, tuple[Finding, ...]]:
    """Return the program and what there is to say, by place; no program if anything is wrong or refers to a broken id."""
    ctx = Context(scope, RuleNotes(rules.places), rules.setups)
    try:
        blocks, used, measures = _read(ctx, rules)
    except Full:
        return None, by_place(and_more(ctx.notes.findings, ""))
    findings = by_place(ctx.notes.findings)
    written_blocks = len(rules.actions) if isinstance(rules.actions, (dict, list)) else 0
    if ctx.notes.refused or len(blocks) < written_blocks:
        return None, findings
    return _program(ctx, blocks, used, measures), findings


def _read(ctx: Context, rules: RuleSource) -> tuple[tuple[Block, ...], set[str], Mapping[Measure, Column]]:
    """Return the blocks that are right, the setups that they use, and the columns that orders are measured by."""
    for name in rules.setups:
        read_setup(ctx, name, read_condition)
    blocks = read_actions(ctx, rules.actions)
    measures = read_measures(ctx, rules.measures)
    used = reachable(ctx)
    for name in rules.setups:
        if name not in used:
            ctx.notes.warning(("setups", name), "unused-setup", f"setup '{name}' is not used by any action", "use it, or leave it out")
    return blocks, used, measures


def _program(ctx: Context, blocks: tuple[Block, ...], used: set[str], measures: Mapping[Measure, Column]) -> Program:
    done = ctx.done_setups
    setups = tuple(Setup(name, rule) for name in ctx.setups if name in used and (rule := done[name]) is not None)
    rules = [setup.rule for setup in setups] + [case.rule for block in blocks for case in block.cases]
    reads = {*_reads(rules), *(column.ref for column in measures.values())}
    return Program(setups, blocks, ctx.scope.mode, ordered(reads), measures)


def _reads(rules: Iterable[Rule]) -> Iterator[ColumnRef]:
    for rule in rules:
        if isinstance(rule, (Combined, LastInstants)):
            yield from _reads(rule.parts)
        elif not isinstance(rule, SetupUse):
            yield from (column.ref for operand in rule.operands for column in columns_of(operand))
