"""Trades folded into 1m bars, whatever the order of the file: by time, and at one instant as the file runs, forward or backward."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trade.base.arrays import Bool, Float64, Int64
from trade.base.timeframe import MINUTE_MS
from trade.market.columns import PRICES, Columns
from trade.market.staging import Rows

_DECIMALS = 8  # of a size, on every venue; sums of doubles are cut back to what was traded
# At the first and at the last instant of a minute, the price that comes first in the file and the one that comes last.
_EDGES = ("first_upper", "first_lower", "last_upper", "last_lower")
_KEPT = {"first": np.float64, "last": np.float64, "line": np.int64, **dict.fromkeys((*_EDGES, "high", "low", "volume"), np.float64)}


@dataclass
class TradeFold:
    """Bars in the making, one row per minute that has trades; a minute without any has no bar."""

    _minutes: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    _kept: Columns = field(default_factory=lambda: {name: np.empty(0, dtype) for name, dtype in _KEPT.items()})
    _reached: float | None = None
    _forward: int = 0  # steps forward in time from one trade of the file to the next, less those backward

    def add(self, trades: Rows) -> None:
        """Take the next trades of the file: `ts_ms`, `price`, `size`, and `at`, the instant as finely as the file has it."""
        if not len(trades):
            return
        columns = trades.columns
        self._follow(columns["at"])
        order = np.argsort(columns["at"], kind="stable")
        minute, at, price = columns["ts_ms"][order] // MINUTE_MS, columns["at"][order], columns["price"][order]
        starts = np.concatenate(([0], np.flatnonzero(np.diff(minute)) + 1))
        ends = np.append(starts[1:], len(order)) - 1
        place = self._make_room(minute[starts])
        kept = self._kept
        self._keep_edge("first", place, at[starts] < kept["first"][place], at[starts], price[starts], price[_upto(at, starts)])
        self._keep_edge("last", place, at[ends] > kept["last"][place], at[ends], price[np.searchsorted(at, at[ends])], price[ends])
        kept["high"][place] = np.maximum(kept["high"][place], np.maximum.reduceat(price, starts))
        kept["low"][place] = np.minimum(kept["low"][place], np.minimum.reduceat(price, starts))
        kept["line"][place] = np.minimum(kept["line"][place], np.minimum.reduceat(trades.lines[order], starts))
        # One addition per trade in the file's order, so that the cut into chunks changes no digit.
        np.add.at(kept["volume"], place[np.searchsorted(minute[starts], columns["ts_ms"] // MINUTE_MS)], columns["size"])

    def bars(self) -> Rows:
        """Return the bars of all trades so far, ascending, each at the line of the first of its trades in the file.

        Of trades at one instant the upper one in the file is the earlier one, unless the file runs backward.
        """
        kept = self._kept
        open_, close = ("first_upper", "last_lower") if self._forward >= 0 else ("first_lower", "last_upper")
        prices = dict(zip(PRICES, (kept[name] for name in (open_, "high", "low", close)), strict=True))
        volume = np.round(kept["volume"], _DECIMALS)
        return Rows({"ts_open_ms": self._minutes * MINUTE_MS, **prices, "volume": volume}, kept["line"])

    def _follow(self, at: Float64) -> None:
        """Count in which direction the file runs."""
        steps = np.diff(at, prepend=at[0] if self._reached is None else self._reached)
        self._forward += int(np.sign(steps).sum())
        self._reached = float(at[-1])

    def _keep_edge(self, edge: str, place: Int64, beyond: Bool, at: Float64, upper: Float64, lower: Float64) -> None:
        """Take prices at the instants of an edge: both where the instants lie beyond the known ones, the lower where they are the same."""
        kept = self._kept
        same = at == kept[edge][place]
        kept[edge][place[beyond]], kept[f"{edge}_upper"][place[beyond]] = at[beyond], upper[beyond]
        kept[f"{edge}_lower"][place[beyond | same]] = lower[beyond | same]

    def _make_room(self, minutes: Int64) -> Int64:
        """Return the places of minutes, ascending, with empty rows for the new ones."""
        new = np.setdiff1d(minutes, self._minutes, assume_unique=True)
        at = np.searchsorted(self._minutes, new)
        fill = {"first": np.inf, "last": -np.inf, "line": np.iinfo(np.int64).max, "high": -np.inf, "low": np.inf}
        self._minutes = np.insert(self._minutes, at, new)
        self._kept = {name: np.insert(values, at, fill.get(name, 0)) for name, values in self._kept.items()}
        return np.searchsorted(self._minutes, minutes)


def _upto(at: Float64, starts: Int64) -> Int64:
    """Return the last place of each instant that begins at a place of ascending instants."""
    last: Int64 = np.searchsorted(at, at[starts], "right") - 1
    return last
