"""The truth of every rule over one stretch of time, each rule on its own clock (TIME-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.base.units import written
from trade.dsl.columns import Clock, Columns
from trade.dsl.lookback import Lookback, over
from trade.dsl.tree import Between, Combined, Comparison, LastInstants, Logic, OneOf, Op, Rule, SetupUse
from trade.dsl.truth import OperandValues, Truth, between, compare, crossing, every, near_abs, near_pct, one_of, some
from trade.dsl.units import alike, counted
from trade.dsl.values import InstantSpan, Operands

_CROSSINGS = (Op.CROSS_ABOVE, Op.CROSS_BELOW)


@dataclass(frozen=True)
class Instants:
    """The instants of one clock in a stretch. `span` may start with the one held from before; `own` counts the others."""

    span: InstantSpan
    held: int

    @property
    def own(self) -> slice:
        return slice(self.held, None)


class Stretch:
    """Rules over one stretch; equal rules (equal `numbers`, by object id) are computed once."""

    def __init__(self, columns: Columns, lookback: Lookback, numbers: Mapping[int, int], instants: Mapping[Clock, Instants]) -> None:
        self.instants = instants
        self._lookback = lookback
        self._columns = columns
        self._numbers = numbers
        self._operands = Operands(columns)
        self._done: dict[tuple[int, InstantSpan], Truth] = {}
        self._holds: dict[InstantSpan, tuple[InstantSpan, Int64]] = {}

    def own_truth(self, rule: Rule) -> Truth:
        """Return the truth at the instants of the rule's own clock in this stretch."""
        there = self.instants[rule.clock]
        return self.truth(rule, there.span)[there.own]

    def truth(self, rule: Rule, span: InstantSpan) -> Truth:
        """Return the truth at the instants of a span, whichever clock it is on."""
        if not len(span):
            return np.empty(0, np.int8)
        key = (self._numbers[id(rule)], span)
        if key not in self._done:
            self._done[key] = self._on_other_clock(rule, span) if rule.clock is not span.clock else self._compute(rule, span)
        return self._done[key]

    def _on_other_clock(self, rule: Rule, span: InstantSpan) -> Truth:
        if span.clock is Clock.EXEC:
            return self._sampled(rule, span)
        return self._held(rule, span) if rule.is_steady else self._compute(rule, span)

    def _sampled(self, rule: Rule, span: InstantSpan) -> Truth:
        """Return a rule on the base clock at exec closes, which are base closes too."""
        closes = self._columns.instants(Clock.EXEC)[span.first : span.last]
        at = np.searchsorted(self._columns.instants(Clock.BASE), closes)
        first = int(at[0])
        return self.truth(rule, InstantSpan(Clock.BASE, first, int(at[-1]) + 1))[at - first]

    def _held(self, rule: Rule, span: InstantSpan) -> Truth:
        """Return a rule on the exec clock at base closes: its last value holds (TIME-4)."""
        if span not in self._holds:
            self._holds[span] = _hold(self._columns, span)
        source, lengths = self._holds[span]
        before_first = np.zeros(1, np.int8)
        return np.repeat(np.concatenate((before_first, self.truth(rule, source))), lengths)

    def _compute(self, rule: Rule, span: InstantSpan) -> Truth:
        match rule:
            case SetupUse(parts=(part,)):
                return self.truth(part, span)
            case Combined(logic=Logic.NOT, parts=parts):
                return -self.truth(parts[0], span)
            case Combined(logic=logic, parts=parts):
                truths = [self.truth(part, span) for part in parts]
                return every(truths) if logic is Logic.ALL else some(truths)
            case LastInstants(reach=reach, parts=(part,)):
                look = self._lookback.look(reach, span)
                return over(rule, look, self.truth(part, look.source)[look.at])
            case Between(value=value, low=low, high=high):
                reading = _now(self._operands.read(value, span))
                return between(reading, *(counted(self._columns.unit, bound.value, reading) for bound in (low, high)))
            case OneOf(value=value, choices=choices):
                return one_of(_now(self._operands.read(value, span)), tuple(choice.value for choice in choices))
            case Comparison():
                return self._compare(rule, span)

    def _compare(self, rule: Comparison, span: InstantSpan) -> Truth:
        left, right = alike(self._columns.unit, *(self._operands.read(side, span) for side in (rule.left, rule.right)))
        if rule.op in _CROSSINGS:
            return crossing(rule.op, left, right)
        if rule.op is Op.NEAR_ABS:
            return near_abs(_now(left), _now(right), counted(self._columns.unit, rule.tolerance, left))
        if rule.op is Op.NEAR_PCT:
            return near_pct(_now(left), _now(right), written(rule.tolerance))
        return compare(rule.op, _now(left), _now(right))


def _now(reading: OperandValues) -> OperandValues:
    """Drop the instant before the span."""
    if isinstance(reading.values, float):
        return reading
    return reading._replace(values=reading.values[1:], known=True if reading.known is True else reading.known[1:])


def _hold(columns: Columns, span: InstantSpan) -> tuple[InstantSpan, Int64]:
    """Return the exec span seen from a base span and how long each of its values holds, with what lies before the first in front."""
    base = columns.instants(Clock.BASE)[span.first : span.last]
    exec_ = columns.instants(Clock.EXEC)
    first = max(int(np.searchsorted(exec_, base[0], "right")) - 1, 0)
    last = int(np.searchsorted(exec_, base[-1], "right"))
    starts = np.searchsorted(base, exec_[first:last])
    return InstantSpan(Clock.EXEC, first, last), np.diff(starts, prepend=0, append=len(base))
