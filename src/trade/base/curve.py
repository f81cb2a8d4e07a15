"""The equity curve by column: what is flat is never written, what is only read in part is only touched in part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.records import EQUITY, Records

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EquityCurve:
    """Columns of `records.EQUITY`, each int64 of shape [points]. A name gives a column, anything else rows, as in an array of records."""

    ts_ms: Int64
    equity_quanta: Int64
    low_equity_quanta: Int64
    cash_quanta: Int64
    used_margin_quanta: Int64
    maintenance_margin_quanta: Int64
    notional_quanta: Int64
    position_lots: Int64

    def __len__(self) -> int:
        return len(self.ts_ms)

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, key) if isinstance(key, str) else self.records()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records())

    def records(self) -> Records:
        """Return the curve as rows of dtype `EQUITY`, a copy."""
        rows = np.empty(len(self), EQUITY)
        for each in fields(self):
            rows[each.name] = getattr(self, each.name)
        return rows


def curve_of(rows: Records) -> EquityCurve:
    """Return rows of dtype `EQUITY` by column."""
    return EquityCurve(**{name: np.ascontiguousarray(rows[name]) for name in EQUITY.names or ()})
