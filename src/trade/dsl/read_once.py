"""Columns that ask the feed for each array once per evaluation, however many stretches read it."""

from __future__ import annotations

from trade.base.arrays import Float64, Int64
from trade.base.units import PriceUnit
from trade.dsl.columns import Clock, ColumnRef, Columns, Rows


class ReadOnce:
    """The columns of one evaluation. A feed may make an array anew at each call (prices from ticks, rows by search)."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._instants: dict[Clock, Int64] = {}
        self._values: dict[ColumnRef, Float64] = {}
        self._finite: dict[ColumnRef, int] = {}
        self._rows: dict[tuple[ColumnRef, Clock], Rows] = {}

    @property
    def unit(self) -> PriceUnit:
        return self._columns.unit

    def finite_from(self, ref: ColumnRef) -> int:
        if ref not in self._finite:
            self._finite[ref] = self._columns.finite_from(ref)
        return self._finite[ref]

    def power(self, ref: ColumnRef) -> int:
        return self._columns.power(ref)

    def instants(self, clock: Clock) -> Int64:
        if clock not in self._instants:
            self._instants[clock] = self._columns.instants(clock)
        return self._instants[clock]

    def column(self, ref: ColumnRef) -> Float64:
        if ref not in self._values:
            self._values[ref] = self._columns.column(ref)
        return self._values[ref]

    def rows(self, ref: ColumnRef, clock: Clock) -> Rows:
        if (ref, clock) not in self._rows:
            self._rows[ref, clock] = self._columns.rows(ref, clock)
        return self._rows[ref, clock]
