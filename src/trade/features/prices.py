"""The columns of bars as floats, each made once and only when something reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from trade.base.bars import Bars
from trade.base.instrument import Grid

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

_MEANS: Mapping[str, tuple[str, ...]] = {
    "hl2": ("high", "low"),
    "hlc3": ("high", "low", "close"),
    "ohlc4": ("open", "high", "low", "close"),
}
PRICES = ("open", "high", "low", "close", "volume", *_MEANS)


class Prices:
    """Float columns of one timeframe by name (`PRICES`), shape [len(bars)]. KeyError for another name."""

    def __init__(self, bars: Bars, grid: Grid) -> None:
        self._bars, self._grid = bars, grid
        self._made: dict[str, Float64] = {}

    @property
    def ts_open_ms(self) -> Int64:
        return self._bars.ts_open_ms

    def __getitem__(self, name: str) -> Float64:
        if name not in PRICES:
            raise KeyError(name)
        return self._once(name, self._mean if name in _MEANS else self._stored)

    def _once(self, name: str, make: Callable[[str], Float64]) -> Float64:
        if name not in self._made:
            self._made[name] = make(name)
        return self._made[name]

    def _stored(self, name: str) -> Float64:
        return self._bars.volume if name == "volume" else self._grid.to_prices(getattr(self._bars, name))

    def _mean(self, name: str) -> Float64:
        parts = [self[part] for part in _MEANS[name]]
        total = parts[0] + parts[1]
        for part in parts[2:]:
            total += part
        total /= len(parts)
        return total
