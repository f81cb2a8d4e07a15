"""The values of operands at the instants of one clock (TIME-3): each column aligned by its rows, arithmetic on top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS
from trade.dsl.columns import Clock, Columns, Float64, Int64
from trade.dsl.tree import Arithmetic, Column, Constant, InstantPart, Operand
from trade.dsl.truth import Values

_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "%": np.mod}


@dataclass(frozen=True)
class Span:
    """The instants [first, last) of a clock, as positions in `Columns.instants`."""

    clock: Clock
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first


class Operands:
    """Operand values over spans, each computed once per object.

    Arrays have one value more than the span: the first is of the instant before it, missing if there is none (RULE-2).
    No value is infinite: infinity counts as missing (RULE-1) before anything is computed from it.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._done: dict[tuple[Operand, Span], Values] = {}

    def values(self, operand: Operand, span: Span) -> Values:
        """Return the values, a plain float for a constant."""
        if isinstance(operand, Constant):
            return operand.value
        key = (operand, span)
        if key not in self._done:
            self._done[key] = self._compute(operand, span)
        return self._done[key]

    def _compute(self, operand: Column | InstantPart | Arithmetic, span: Span) -> Values:
        match operand:
            case Column():
                return self._column(operand, span)
            case InstantPart(name=name):
                instants = self._columns.instants(span.clock)[max(span.first - 1, 0) : span.last]
                return _led(_part(name, instants), span)
            case Arithmetic(op=sign, left=left, right=right):
                with np.errstate(all="ignore"):
                    return _finite(_ARITHMETIC[sign](self.values(left, span), self.values(right, span)))

    def _column(self, column: Column, span: Span) -> Float64:
        rows = self._columns.rows(column.ref, span.clock)[max(span.first - 1, 0) : span.last]
        values = _finite(_taken(self._columns.column(column.ref), rows, column.offset))
        if column.minus_one_is_missing:
            values = np.where(values == -1, np.nan, values)
        return _led(values, span)


def _led(values: Float64, span: Span) -> Float64:
    """Put a missing value in front where the span starts with the very first instant."""
    return values if span.first else np.concatenate(([np.nan], values))


def _taken(values: Float64, rows: Int64, offset: int) -> Float64:
    """Return the value `offset` bars before each row (RULE-3), missing before the first bar; a view where rows follow each other."""
    if not len(rows):
        return np.empty(0)
    first = int(rows[0]) - offset
    if first >= 0 and int(rows[-1]) - int(rows[0]) == len(rows) - 1 and bool((rows[1:] - rows[:-1] == 1).all()):
        return values[first : first + len(rows)]
    missing = int(np.searchsorted(rows, offset))
    taken = np.full(len(rows), np.nan)
    taken[missing:] = values[rows[missing:] - offset]
    return taken


def _finite(values: Float64) -> Float64:
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def _part(name: str, ts_ms: Int64) -> Float64:
    match name:
        case "hour_utc":
            part = ts_ms // HOUR_MS % 24
        case "minute_utc":
            part = ts_ms // MINUTE_MS % 60
        case _:
            part = (ts_ms // DAY_MS + 3) % 7  # the epoch was a Thursday; Monday is 0
    return part.astype(np.float64)
