"""The equity curve: what moves at every point is written there, what only an event moves is written once per event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from trade.base.arrays import Int64
from trade.base.rates import times_rate
from trade.base.records import EQUITY, Records
from trade.base.rows import dtype_of


class StandingRow(Protocol):
    """How the account stands between two of its fills, over as many points of the curve as there are."""

    first_point: int  # it stands from this row of the curve on, until the next one
    cash_quanta: int
    used_margin_quanta: int
    position_lots: int  # signed
    entry_value_quanta: int
    mmr_e12: int  # maintenance margin = value × mmr + base
    maintenance_base_quanta: int


STANDING = dtype_of(StandingRow)


@dataclass(frozen=True, eq=False)
class EquityCurve:
    """Columns of `records.EQUITY`, each int64 of shape [points]. A name gives a column, anything else rows, as in an array of records.

    `standings` are rows of `STANDING`, ascending, the first from point 0 on: how the account stands between its fills.
    """

    ts_ms: Int64
    equity_quanta: Int64
    low_equity_quanta: Int64
    standings: Records

    def __len__(self) -> int:
        return len(self.ts_ms)

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if isinstance(key, str) else self.records()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records())

    @cached_property
    def cash_quanta(self) -> Int64:
        return self._stood("cash_quanta")

    @cached_property
    def used_margin_quanta(self) -> Int64:
        return self._stood("used_margin_quanta")

    @cached_property
    def position_lots(self) -> Int64:
        return self._stood("position_lots")

    @cached_property
    def notional_quanta(self) -> Int64:
        """What the position is worth: its entry value, and the profit that equity holds over cash (MONEY-3)."""
        profit = self.equity_quanta - self.cash_quanta
        notional: Int64 = self._stood("entry_value_quanta") + np.sign(self.position_lots) * profit
        return notional

    @cached_property
    def maintenance_margin_quanta(self) -> Int64:
        """The maintenance margin at that worth (MARGIN-1)."""
        return times_rate(self.notional_quanta, self._stood("mmr_e12")) + self._stood("maintenance_base_quanta")

    def records(self) -> Records:
        """Return the curve as rows of dtype `EQUITY`, a copy."""
        rows = np.empty(len(self), EQUITY)
        for name in EQUITY.names or ():
            rows[name] = self[name]
        return rows

    def _stood(self, name: str) -> Int64:
        lengths = np.diff(self.standings["first_point"], append=len(self))
        column: Int64 = np.repeat(self.standings[name], lengths)
        return column
