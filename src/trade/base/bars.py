"""Bars of one timeframe as aligned arrays, and the aggregation of slower bars from base bars (TIME-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trade.base.arrays import Bool, Float64, Int64
from trade.base.timeframe import BASE, Timeframe


@dataclass(frozen=True)
class Bars:
    """Existing bars of one timeframe, ascending by `ts_open_ms`, never filled.

    Prices are int64 ticks, volume float64 base units, all of shape [n]. `complete[i]` says that no base bar of bar i is missing.
    """

    timeframe: Timeframe
    ts_open_ms: Int64
    open: Int64
    high: Int64
    low: Int64
    close: Int64
    volume: Float64
    complete: Bool

    def __len__(self) -> int:
        return len(self.ts_open_ms)

    @property
    def ts_close_ms(self) -> Int64:
        """The instant from which each bar is known."""
        return self.timeframe.close(self.ts_open_ms)

    def between(self, start_ms: int, end_ms: int) -> Bars:
        """Return the bars that open in [start_ms, end_ms) as views."""
        rows = slice(*np.searchsorted(self.ts_open_ms, [start_ms, end_ms]))
        fields: dict[str, Any] = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return Bars(timeframe=self.timeframe, **fields)


_COLUMNS = ("ts_open_ms", "open", "high", "low", "close", "volume", "complete")


def base_bars(ts_open_ms: Int64, open_: Int64, high: Int64, low: Int64, close: Int64, volume: Float64, timeframe: Timeframe = BASE) -> Bars:
    """Return stored bars of the finest timeframe; each is complete by definition."""
    return Bars(timeframe, ts_open_ms, open_, high, low, close, volume, np.ones(len(ts_open_ms), np.bool_))


def aggregate(base: Bars, timeframe: Timeframe) -> Bars:
    """Return the bars of a slower timeframe: first/max/min/last/sum of the base bars that exist (TIME-2).

    A bar without base bars does not exist; one with some missing is marked incomplete. The last bar is returned even when its
    last minute is not there yet; whoever reads it looks at `ts_close_ms`.
    """
    if timeframe == base.timeframe or len(base) == 0:
        fields: dict[str, Any] = {name: getattr(base, name) for name in _COLUMNS}
        return Bars(timeframe=timeframe, **fields)
    # A search per slower bar: flooring every base bar takes five times as long.
    edges = timeframe.edges(timeframe.floor_at(int(base.ts_open_ms[0])), timeframe.ceil_at(int(base.ts_open_ms[-1]) + 1))
    rows = np.searchsorted(base.ts_open_ms, edges)
    exists = rows[:-1] < rows[1:]
    first, last, ts_open = rows[:-1][exists], rows[1:][exists] - 1, edges[:-1][exists]
    expected = (timeframe.close(ts_open) - ts_open) // base.timeframe.length_ms
    return Bars(
        timeframe=timeframe,
        ts_open_ms=ts_open,
        open=base.open[first],
        high=np.maximum.reduceat(base.high, first),
        low=np.minimum.reduceat(base.low, first),
        close=base.close[last],
        volume=np.add.reduceat(base.volume, first),
        complete=(last - first + 1) == expected,
    )
