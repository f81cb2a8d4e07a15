"""What the language reads: columns by name, and the two clocks on which their values are compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from trade.base.arrays import Float64, Int64
from trade.base.timeframe import Timeframe
from trade.base.units import PriceUnit

Rows = Int64 | range  # a range where each instant has the row after the last one's


class Clock(StrEnum):
    """When a comparison takes a new value (TIME-4)."""

    EXEC = "exec"
    BASE = "base"


@dataclass(frozen=True)
class ColumnRef:
    """One column: a feature, structure or builtin id, its output, and the timeframe of its bars."""

    id: str
    output: str
    timeframe: Timeframe


def ordered(refs: set[ColumnRef]) -> tuple[ColumnRef, ...]:
    """Return columns sorted by id, output, timeframe."""
    return tuple(sorted(refs, key=lambda ref: (ref.id, ref.output, ref.timeframe.name)))


class Columns(Protocol):
    """The door to the feed. Every exec instant is a base instant too; an exec bar without its last base bar has no instant (GAP-1).

    `unit` is what its prices are counted in (RULE-7). It is asked for the same things again and again, and makes each once.
    """

    @property
    def unit(self) -> PriceUnit: ...

    def instants(self, clock: Clock) -> Int64:
        """Return `ts_close_ms` of the existing instants, ascending, warm-up history included."""
        ...

    def column(self, ref: ColumnRef) -> Float64:
        """Return the values on the column's own bars; NaN is missing, ENUM the index of the word, BOOL 0 or 1."""
        ...

    def finite_from(self, ref: ColumnRef) -> int:
        """Return the row of `column(ref)` from which on every value is finite."""
        ...

    def power(self, ref: ColumnRef) -> int:
        """Return the power of the price unit that `column(ref)` is measured in: 1 for prices, 0 for everything else."""
        ...

    def rows(self, ref: ColumnRef, clock: Clock) -> Rows:
        """Return, per instant of the clock, the last row of `column(ref)` known then (TIME-3), ascending; -1 if none yet."""
        ...
