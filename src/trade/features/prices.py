"""The columns of bars for indicators: prices as whole numbers (RULE-7) or in the quote currency, each made once and only when read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.bars import Bars
from trade.base.instrument import Grid
from trade.base.units import PER_TICK, PriceUnit, whole_prices

_MEANS: Mapping[str, tuple[str, ...]] = {
    "hl2": ("high", "low"),
    "hlc3": ("high", "low", "close"),
    "ohlc4": ("open", "high", "low", "close"),
}
VOLUME = "volume"
PRICES = ("open", "high", "low", "close", VOLUME, *_MEANS)


class Prices:
    """Columns of one timeframe by name (`PRICES`), shape [len(bars)]. KeyError for another name."""

    def __init__(self, bars: Bars, grid: Grid) -> None:
        self._bars = bars
        self.unit = PriceUnit.of_tick(grid.tick_size)
        self._whole: dict[str, Float64] = {}
        self._plain: dict[str, Float64] = {}

    @property
    def ts_open_ms(self) -> Int64:
        return self._bars.ts_open_ms

    def whole(self, name: str) -> Float64:
        """Return prices in price units, all whole numbers; volume in base units."""
        return _once(self._whole, name, self._counted)

    def plain(self, name: str) -> Float64:
        """Return prices in the quote currency; volume in base units."""
        return self.whole(name) if name == VOLUME else _once(self._plain, name, lambda name: self.unit.plain(self.whole(name)))

    def _counted(self, name: str) -> Float64:
        if name == VOLUME:
            return self._bars.volume
        parts = [getattr(self._bars, part) for part in _MEANS.get(name, (name,))]
        return whole_prices(parts[0]) if len(parts) == 1 else np.sum(parts, axis=0) * np.float64(PER_TICK // len(parts))


def _once(made: dict[str, Float64], name: str, make: Callable[[str], Float64]) -> Float64:
    if name not in PRICES:
        raise KeyError(name)
    if name not in made:
        made[name] = make(name)
    return made[name]
