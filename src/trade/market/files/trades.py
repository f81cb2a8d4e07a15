"""Trades folded into 1m bars, whatever the order of the file: by time, and by file order at one instant."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trade.base.timeframe import MINUTE_MS
from trade.market.columns import PRICES, Columns
from trade.market.staging import Rows

Int64 = npt.NDArray[np.int64]

_DECIMALS = 8  # of a size, on every venue; sums of doubles are cut back to what was traded
_KEPT = {"first": np.float64, "last": np.float64, "line": np.int64, **dict.fromkeys((*PRICES, "volume"), np.float64)}


@dataclass
class TradeFold:
    """Bars in the making, one row per minute that has trades; a minute without any has no bar."""

    _minutes: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    _kept: Columns = field(default_factory=lambda: {name: np.empty(0, dtype) for name, dtype in _KEPT.items()})

    def add(self, trades: Rows) -> None:
        """Take the next trades of the file: `ts_ms`, `price`, `size`, and `at`, the instant as finely as the file has it."""
        if not len(trades):
            return
        columns = trades.columns
        order = np.argsort(columns["at"], kind="stable")
        minute, at, price = columns["ts_ms"][order] // MINUTE_MS, columns["at"][order], columns["price"][order]
        starts = np.concatenate(([0], np.flatnonzero(np.diff(minute)) + 1))
        ends = np.append(starts[1:], len(order)) - 1
        place = self._make_room(minute[starts])
        kept = self._kept
        earlier, later = at[starts] < kept["first"][place], at[ends] >= kept["last"][place]
        kept["first"][place[earlier]], kept["open"][place[earlier]] = at[starts][earlier], price[starts][earlier]
        kept["last"][place[later]], kept["close"][place[later]] = at[ends][later], price[ends][later]
        kept["high"][place] = np.maximum(kept["high"][place], np.maximum.reduceat(price, starts))
        kept["low"][place] = np.minimum(kept["low"][place], np.minimum.reduceat(price, starts))
        kept["line"][place] = np.minimum(kept["line"][place], np.minimum.reduceat(trades.lines[order], starts))
        # One addition per trade in the file's order, so that the cut into chunks changes no digit.
        np.add.at(kept["volume"], place[np.searchsorted(minute[starts], columns["ts_ms"] // MINUTE_MS)], columns["size"])

    def bars(self) -> Rows:
        """Return the bars of all trades so far, ascending, each at the line of the first of its trades in the file."""
        kept = self._kept
        columns = {"ts_open_ms": self._minutes * MINUTE_MS, **{name: kept[name] for name in PRICES}}
        return Rows({**columns, "volume": np.round(kept["volume"], _DECIMALS)}, kept["line"])

    def _make_room(self, minutes: Int64) -> Int64:
        """Return the places of minutes, ascending, with empty rows for the new ones."""
        new = np.setdiff1d(minutes, self._minutes, assume_unique=True)
        at = np.searchsorted(self._minutes, new)
        fill = {"first": np.inf, "last": -np.inf, "line": np.iinfo(np.int64).max, "high": -np.inf, "low": np.inf}
        self._minutes = np.insert(self._minutes, at, new)
        self._kept = {name: np.insert(values, at, fill.get(name, 0)) for name, values in self._kept.items()}
        return np.searchsorted(self._minutes, minutes)
