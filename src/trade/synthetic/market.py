"""A made market as a run sees it: any symbol is there, over the window of the recipe, with a past as long as asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trade.base.history import History
from trade.base.instrument import Instrument
from trade.base.synthetic import VENUE
from trade.base.timeframe import MINUTE_MS
from trade.market.names import Kind, Series
from trade.market.store import StoredSeries
from trade.synthetic.made import Maker, history
from trade.synthetic.minutes import START_MS


def series_of(symbol: str) -> Series:
    """Return the made series that stands in for a symbol, bare or in full. Raises Malformed for one that is no symbol."""
    return Series(VENUE, "linear", symbol.rpartition(":")[2])


class SyntheticMarket:
    """One made series; what stands before its window is made when it is asked for."""

    def __init__(self, series: Series, maker: Maker, length: int, recipe: Mapping[str, Any]) -> None:
        self._series, self._maker, self._length, self._recipe = series, maker, length, recipe

    def resolve(self, text: str) -> Series:
        """Return the series under the name of any symbol."""
        return series_of(text)

    def instrument(self, series: Series) -> Instrument:
        """Return the rules of the series."""
        del series
        return self._maker.instrument

    def series(self) -> tuple[StoredSeries, ...]:
        """Return the series over its window, without its past."""
        last_ms = START_MS + (self._length - 1) * MINUTE_MS
        return (StoredSeries(self._series, Kind.BARS, self._length, START_MS, last_ms, ()),)

    def load(self, series: Series, start_ms: int, end_ms: int, *, rehash: bool = False, open_interest: bool = False) -> History:
        """Return the rows of [start_ms, end_ms), made anew each time, so there is nothing to rehash; no open interest is among them."""
        del series, rehash, open_interest
        past = max(0, -(-(START_MS - start_ms) // MINUTE_MS))
        return history(self._maker.make(past).between(start_ms, end_ms), self._maker.instrument, self._recipe)
