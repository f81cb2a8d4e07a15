"""What the rules of a program read at some instants: every feature, price and computed operand by the name a reader writes it by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.dsl.columns import Clock, Columns
from trade.dsl.text import operand_text
from trade.dsl.tree import Arithmetic, Between, Column, Comparison, InstantPart, OneOf, Operand, Program, Rule
from trade.dsl.values import InstantSpan, Operands


def seen_at(program: Program, columns: Columns, ts_ms: Int64, taken: Collection[str] = ()) -> Mapping[str, Float64]:
    """Return each operand at instants of the program's clock, ascending, shape [n]; in the quote currency, NaN where missing (RULE-1).

    The order is that of the rules. A rule on the exec clock keeps between exec closes what it read at the last one (TIME-4). A name
    that another column has, or that is among those `taken`, letter case aside, is numbered.
    """
    names, found = {name.lower() for name in taken}, dict[str, Float64]()
    operands = Operands(columns)
    for operand, clock in _read(program):
        name, number = operand_text(operand), 1
        while _numbered(name, number).lower() in names:
            number += 1
        names.add(_numbered(name, number).lower())
        found[_numbered(name, number)] = _values(operands, columns, operand, clock, ts_ms)
    return found


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


def _read(program: Program) -> Mapping[tuple[Operand, Clock], None]:
    """Return every operand that changes with time, with the clock it is read on; of a computed one its parts follow."""
    rules = (case.rule for block in program.blocks for case in block.cases)
    return dict.fromkeys(
        (operand, leaf.clock) for rule in rules for leaf in _leaves(rule) for side in leaf.operands for operand in _parts(side)
    )


def _leaves(rule: Rule) -> Iterator[Comparison | Between | OneOf]:
    if isinstance(rule, Comparison | Between | OneOf):
        yield rule
        return
    for part in rule.parts:
        yield from _leaves(part)


def _parts(operand: Operand) -> Iterator[Operand]:
    if isinstance(operand, Column | InstantPart):
        yield operand
    elif isinstance(operand, Arithmetic):
        yield operand
        yield from _parts(operand.left)
        yield from _parts(operand.right)


def _values(operands: Operands, columns: Columns, operand: Operand, clock: Clock, ts_ms: Int64) -> Float64:
    at = np.searchsorted(columns.instants(clock), ts_ms, "right") - 1
    found = np.full(len(ts_ms), np.nan)
    known = at >= 0
    if not known.any():
        return found
    first = int(at[known][0])
    reading = operands.read(operand, InstantSpan(clock, first, int(at[-1]) + 1))
    values = np.where(reading.known, reading.values, np.nan)
    plain = columns.unit.plain(values, reading.power) if reading.power else values
    found[known] = plain[1:][at[known] - first]  # the first is of the instant before
    return found
