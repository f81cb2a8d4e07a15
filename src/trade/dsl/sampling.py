"""Warn of crossings that a window can miss: it looks at its own closes only, and a crossing is true at one close (RULE-2, RULE-4)."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.places import Path
from trade.base.timeframe import BASE, DAY_MS, Timeframe
from trade.dsl.columns import Clock
from trade.dsl.context import Context
from trade.dsl.text import rule_text
from trade.dsl.tree import Column, Combined, Comparison, InstantPart, Op, Reach, Rule, SetupUse, parts_of


def warn_of_crossings(ctx: Context, head: str, rule: Rule, reach: Reach, inside: Path) -> None:
    """Warn of each crossing under a window whose samples lie farther apart than the closes at which it can be true."""
    if reach.duration_ms:  # looks at every base close
        return
    exec_ = ctx.scope.exec_timeframe
    place = (*inside, "bars" if reach.anchor is None else "anchor_tf")
    for crossing in dict.fromkeys(_crossings(rule)):
        if all(_holds_until(time, reach, exec_) for time in _times(crossing, exec_)):
            continue
        closes = "exec closes" if reach.anchor is None else f"closes of {reach.anchor}"
        fact = f"'{rule_text(crossing)}' is sampled only at {closes} by this window; a crossing between two of them is not seen"
        every = "leave anchor_tf out" if crossing.clock is Clock.EXEC else f"write {head}_duration, which looks at every base close"
        ctx.notes.warning(place, "crossing-sampled", fact, every)


def _crossings(rule: Rule) -> Iterator[Comparison]:
    """Yield the crossings that a window looks at itself; a window inside has samples of its own."""
    if isinstance(rule, Comparison) and rule.op in (Op.CROSS_ABOVE, Op.CROSS_BELOW):
        yield rule
    elif isinstance(rule, (Combined, SetupUse)):
        for part in rule.parts:
            yield from _crossings(part)


def _times(crossing: Comparison, exec_: Timeframe) -> Iterator[Timeframe]:
    """Yield the timeframes at whose closes its sides can change."""
    for operand in crossing.operands:
        for part in parts_of(operand):
            yield _changes(part, exec_)


def _changes(operand: Column | InstantPart, exec_: Timeframe) -> Timeframe:
    if isinstance(operand, Column) and operand.clock is Clock.BASE:
        return BASE
    if isinstance(operand, Column) and operand.ref.timeframe.length_ms % exec_.length_ms == 0:
        return operand.ref.timeframe
    return exec_


def _holds_until(changes: Timeframe, reach: Reach, exec_: Timeframe) -> bool:
    """Tell whether a crossing that is true at a close of `changes` is still true at the next sample."""
    sampled = exec_ if reach.anchor is None else reach.anchor
    if changes == sampled:
        return True
    return sampled.length_ms <= DAY_MS and changes.length_ms % sampled.length_ms == 0
