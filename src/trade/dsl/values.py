"""The values of operands at the instants of one clock (TIME-3): each column aligned by its rows, arithmetic on top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS
from trade.dsl.columns import Clock, Columns, Rows
from trade.dsl.tree import Arithmetic, Column, Constant, InstantPart, Operand
from trade.dsl.truth import Known, OperandValues, Values
from trade.dsl.units import alike, over, times

_SUMS = {"+": np.add, "-": np.subtract, "%": np.mod}
_PRODUCTS = {"*": times, "/": over}


@dataclass(frozen=True)
class InstantSpan:
    """The instants [first, last) of a clock, as positions in `Columns.instants`."""

    clock: Clock
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first


class Operands:
    """Operands over spans, each computed once per object.

    Arrays have one value more than the span: the first is of the instant before it, missing if there is none (RULE-2).
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._done: dict[tuple[Operand, InstantSpan], OperandValues] = {}

    def read(self, operand: Operand, span: InstantSpan) -> OperandValues:
        """Return the values and where they are known."""
        if isinstance(operand, Constant):
            return OperandValues(operand.value, known=True, power=None)
        key = (operand, span)
        if key not in self._done:
            values, power = self._compute(operand, span)
            known: Known = True if self._is_known(operand, span) else np.isfinite(values)
            self._done[key] = OperandValues(values, known, power)
        return self._done[key]

    def _is_known(self, operand: Operand, span: InstantSpan) -> bool:
        """Return whether a column is known at every instant of a span and the one before, by its rows alone."""
        if not isinstance(operand, Column) or operand.minus_one_is_missing or not span.first:
            return False
        first = self._columns.rows(operand.ref, span.clock)[span.first - 1]
        return bool(first - operand.offset >= self._columns.finite_from(operand.ref))

    def _compute(self, operand: Column | InstantPart | Arithmetic, span: InstantSpan) -> tuple[Float64, int]:
        match operand:
            case Column(ref=ref):
                return self._column(operand, span), self._columns.power(ref)
            case InstantPart(name=name):
                instants = self._columns.instants(span.clock)[max(span.first - 1, 0) : span.last]
                return _led(_part(name, instants), span), 0
            case Arithmetic(op=sign, left=left, right=right):
                with np.errstate(all="ignore"):
                    values, power = self._arithmetic(sign, _finite(self.read(left, span)), _finite(self.read(right, span)))
                return np.asarray(values), power

    def _arithmetic(self, sign: str, left: OperandValues, right: OperandValues) -> tuple[Values, int]:
        if sign in _PRODUCTS:
            return _PRODUCTS[sign](self._columns.unit, left, right)
        left, right = alike(self._columns.unit, left, right)
        return _SUMS[sign](left.values, right.values), left.power or 0

    def _column(self, column: Column, span: InstantSpan) -> Float64:
        rows = self._columns.rows(column.ref, span.clock)[max(span.first - 1, 0) : span.last]
        values = _taken(self._columns.column(column.ref), rows, column.offset)
        if column.minus_one_is_missing:
            values = np.where(values == -1, np.nan, values)
        return _led(values, span)


def _led(values: Float64, span: InstantSpan) -> Float64:
    """Put a missing value in front where the span starts with the very first instant."""
    return values if span.first else np.concatenate(([np.nan], values))


def _taken(values: Float64, rows: Rows, offset: int) -> Float64:
    """Return the value `offset` bars before each row (RULE-3), missing before the first bar; a view of rows that follow each other."""
    if isinstance(rows, range):
        missing = min(max(offset - rows.start, 0), len(rows))
        there = values[rows.start + missing - offset : rows.stop - offset]
        return there if not missing else np.concatenate((np.full(missing, np.nan), there))
    missing = int(np.searchsorted(rows, offset))
    taken = np.full(len(rows), np.nan)
    taken[missing:] = values[rows[missing:] - offset]
    return taken


def _finite(reading: OperandValues) -> OperandValues:
    """Return the operand with infinity as missing, before anything is computed from it: a number over infinity is none."""
    return reading if np.all(reading.known) else reading._replace(values=np.where(reading.known, reading.values, np.nan))


def _part(name: str, ts_ms: Int64) -> Float64:
    match name:
        case "hour_utc":
            part = ts_ms // HOUR_MS % 24
        case "minute_utc":
            part = ts_ms // MINUTE_MS % 60
        case _:
            part = (ts_ms // DAY_MS + 3) % 7  # the epoch was a Thursday; Monday is 0
    return part.astype(np.float64)
