"""`MultiTFFeedStore`: everything the rules and the loop read, as immutable arrays on their own timeframes, and who knows what when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from trade.base.arrays import Float64, Int64, finite_from
from trade.base.bars import Bars
from trade.base.history import Funding, OpenInterest, Window
from trade.base.instrument import Instrument
from trade.base.timeframe import Timeframe
from trade.base.units import PriceUnit, whole_prices
from trade.dsl.columns import Clock, ColumnRef, Rows
from trade.features.compute import OutputColumn
from trade.feeds.align import last_known

_NO_PRICES = ("volume", "funding_rate", "open_interest")
_EVENTS = ("funding_rate", "open_interest")  # known from their own instants on, not from bars


@dataclass(frozen=True)
class FeedStore:
    """One timeframe: its bars and their closes, ascending."""

    bars: Bars
    ts_close_ms: Int64

    def known_at(self, instants_ms: Int64) -> Rows:
        """Return per instant the row of the last closed bar (`ts_close_ms <= t`, TIME-3), -1 before the first."""
        if instants_ms is self.ts_close_ms:
            return range(len(instants_ms))
        return last_known(self.ts_close_ms, instants_ms)


@dataclass(frozen=True)
class MultiTFFeedStore:
    """The feeds of one run. `base` holds warm-up history too; `columns` are the computed features, NaN before their slice."""

    instrument: Instrument
    window: Window
    exec_timeframe: Timeframe
    feeds: Mapping[Timeframe, FeedStore]
    columns: Mapping[tuple[str, str], OutputColumn]
    mark: Bars | None
    funding: Funding | None
    open_interest: OpenInterest | None
    ready_ms: int  # the bar close from which every feature has passed its first valid value
    _made: dict[ColumnRef, Float64] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known: dict[tuple[str | Timeframe, Clock], Rows] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def base(self) -> FeedStore:
        """The finest timeframe, the one the loop walks."""
        return min(self.feeds.values(), key=lambda feed: feed.bars.timeframe.length_ms)

    @cached_property
    def exec_closes(self) -> Int64:
        """Exec closes at which a decision can be taken: those whose last base bar exists (GAP-1)."""
        base, closes = self.base, self.feeds[self.exec_timeframe].ts_close_ms
        if closes is base.ts_close_ms:
            return closes
        last = last_known(base.ts_close_ms, closes)
        known: Int64 = closes[base.ts_close_ms[last] == closes]
        return known

    @cached_property
    def trading_start_ms(self) -> int:
        """The first exec close inside the window at which every feature has passed its first valid value (TIME-7); the end if none."""
        earliest = max(self.ready_ms, self.window.from_ms + 1)
        row = int(np.searchsorted(self.exec_closes, earliest))
        return int(self.exec_closes[row]) if row < len(self.exec_closes) else self.window.to_ms

    def instants(self, clock: Clock) -> Int64:
        """Return the existing instants of a clock, warm-up included."""
        return self.exec_closes if clock is Clock.EXEC else self.base.ts_close_ms

    def column(self, ref: ColumnRef) -> Float64:
        """Return a column on its own bars, NaN where missing; prices in price units (RULE-7), volume in base units."""
        if ref not in self._made:
            self._made[ref] = self._column(ref)
        return self._made[ref]

    def finite_from(self, ref: ColumnRef) -> int:
        """Return the row of a column from which on every value is finite; of prices all are."""
        if (ref.id, ref.output) in self.columns:
            return self.columns[ref.id, ref.output].finite_from
        return finite_from(self.column(ref)) if ref.id in _NO_PRICES else 0

    @cached_property
    def unit(self) -> PriceUnit:
        return PriceUnit.of_tick(self.instrument.grid.tick_size)

    def power(self, ref: ColumnRef) -> int:
        """Return the power of the price unit that a column is measured in."""
        column = self.columns.get((ref.id, ref.output))
        return column.power if column is not None else int(ref.id not in _NO_PRICES)

    def rows(self, ref: ColumnRef, clock: Clock) -> Rows:
        """Return per instant of a clock the row of a column that is known then, -1 if none yet."""
        key = (ref.id if ref.id in _EVENTS else ref.timeframe, clock)
        if key not in self._known:
            self._known[key] = self._rows(ref, clock)
        return self._known[key]

    def _column(self, ref: ColumnRef) -> Float64:
        if (ref.id, ref.output) in self.columns:
            return self.columns[ref.id, ref.output].values
        if ref.id in _EVENTS:
            return self._events(ref.id)[1]
        bars = self.feeds[ref.timeframe].bars
        if ref.id == "volume":
            return bars.volume
        if ref.id == "mark_price":
            return whole_prices(mark_columns(self.mark, bars)[3])
        return whole_prices(getattr(bars, "close" if ref.id == "last_price" else ref.id))

    def _events(self, name: str) -> tuple[Int64, Float64]:
        """Return the instants and the values of what is known from its own instants on; none where nothing is stored."""
        if name == "funding_rate" and self.funding is not None:
            return self.funding.ts_ms, self.funding.rate
        if name == "open_interest" and self.open_interest is not None:
            return self.open_interest.ts_ms, self.open_interest.held
        return np.empty(0, np.int64), np.empty(0)

    def _rows(self, ref: ColumnRef, clock: Clock) -> Rows:
        instants = self.instants(clock)
        if ref.id in _EVENTS:
            return last_known(self._events(ref.id)[0], instants)
        return self.feeds[ref.timeframe].known_at(instants)


def mark_columns(mark: Bars | None, bars: Bars) -> tuple[Int64, Int64, Int64, Int64]:
    """Return mark open, high, low, close beside each bar: of the mark bar of the same open, else the last-price bar's own."""
    if mark is None or len(mark) == 0:
        return bars.open, bars.high, bars.low, bars.close
    at = np.minimum(np.searchsorted(mark.ts_open_ms, bars.ts_open_ms), len(mark) - 1)
    there = mark.ts_open_ms[at] == bars.ts_open_ms
    open_, high, low, close = (np.where(there, getattr(mark, name)[at], getattr(bars, name)) for name in ("open", "high", "low", "close"))
    return open_, high, low, close
