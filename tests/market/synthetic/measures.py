"""What the defining properties are measured with: a painted pattern in percent of the span, and its swings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.synthetic.habits import E9
from trade.synthetic.minutes import START_TICKS, paint, span_e9, sweep_minutes
from trade.synthetic.process import MINUTE_E9
from trade.synthetic.registry import PATTERNS


@dataclass(frozen=True)
class Drawn:
    """Prices in percent of the span from the start price, and the relative move of each minute in ordinary minutes."""

    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    move: np.ndarray
    sweep_minutes: int

    def __getitem__(self, part: slice) -> Drawn:
        """Return a part by percent of the time."""
        n = len(self.close)
        rows = slice(*(None if edge is None else edge * n // 100 for edge in (part.start, part.stop)))
        return Drawn(self.open[rows], self.high[rows], self.low[rows], self.close[rows], self.move[rows], self.sweep_minutes)

    @property
    def gain(self) -> float:
        return self.close[-1] - self.open[0]

    @property
    def top(self) -> float:
        return self.high.max()

    @property
    def bottom(self) -> float:
        return self.low.min()

    @property
    def stir(self) -> float:
        """How much its minutes move, 1 for ordinary ones."""
        return float(np.sqrt(np.mean(self.move**2)))

    @property
    def upside_down(self) -> Drawn:
        return Drawn(-self.open, -self.low, -self.high, -self.close, self.move, self.sweep_minutes)


def draw(name: str, seed: int, length: int) -> Drawn:
    bars = paint(PATTERNS[name], seed, length, 0)
    span = span_e9(length) / E9
    prices = [(each / START_TICKS - 1) / span * 100 for each in (bars.open, bars.high, bars.low, bars.close)]
    return Drawn(*prices, (bars.close / bars.open - 1) / (MINUTE_E9 / E9), sweep_minutes(length))


def deepest_fall(drawn: Drawn) -> float:
    return float((np.maximum.accumulate(drawn.high) - drawn.low).max())


def swings(close: np.ndarray, size: float) -> list[float]:
    """Return the turning points of a path that are followed by a move of at least `size`, high and low in turn."""
    turns = [float(close[0])]
    extreme, up = float(close[0]), None
    for price in close.tolist():
        if up is None:
            if abs(price - turns[0]) >= size:
                up, extreme = price > turns[0], price
        elif (price > extreme) == up and price != extreme:
            extreme = price
        elif abs(price - extreme) >= size:
            turns.append(extreme)
            up, extreme = not up, price
    return [*turns, extreme]
