"""A tiny candle chart as SVG: the same bytes for the same bars."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.bars import Bars

_WIDTH, _HEIGHT, _EDGE, _STEP = 366, 120, 3, 6
_CANDLES = (_WIDTH - 2 * _EDGE) // _STEP
_COLOURS = {"up": "#26a69a", "down": "#ef5350"}


def candles(bars: Bars, title: str) -> str:
    """Return the bars as sixty candles of equal length, scaled to fill the picture."""
    first = np.arange(_CANDLES) * len(bars) // _CANDLES
    last = np.append(first[1:], len(bars)) - 1
    high, low = np.maximum.reduceat(bars.high, first), np.minimum.reduceat(bars.low, first)
    top, bottom = int(high.max()), int(low.min())
    open_, close, high, low = (
        _EDGE + (top - each) * (_HEIGHT - 2 * _EDGE) // (top - bottom) for each in (bars.open[first], bars.close[last], high, low)
    )
    rising = bars.close[last] >= bars.open[first]
    paths = "".join(_paths(colour, rising == (name == "up"), open_, high, low, close) for name, colour in _COLOURS.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">'
        f"<title>{title}</title>{paths}</svg>\n"
    )


def _paths(colour: str, chosen: Bool, open_: Int64, high: Int64, low: Int64, close: Int64) -> str:
    """Return the wicks and the bodies of one colour, each as one path; y grows downwards."""
    wicks, bodies = [], []
    for row in np.flatnonzero(chosen).tolist():
        x = _EDGE + row * _STEP + _STEP // 2
        body = sorted((int(open_[row]), int(close[row])))
        wicks.append(f"M{x} {high[row]}V{low[row]}")
        bodies.append(f"M{x} {body[0]}V{max(body[1], body[0] + 1)}")
    return f'<path stroke="{colour}" d="{"".join(wicks)}"/><path stroke="{colour}" stroke-width="4" d="{"".join(bodies)}"/>'
