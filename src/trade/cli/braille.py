"""A line drawn with braille signs: each stands for two columns of four dots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trade.base.arrays import Int64

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # by column, from the top (Unicode, block 2800)
_EMPTY = 0x2800
_ACROSS, _DOWN = 2, 4


def drawn(values: Sequence[int] | Int64, width: int, height: int) -> tuple[str, ...]:
    """Return a series as `height` lines of `width` signs at most, its highest value on the first line, its lowest on the last.

    A column of dots stands for an equal share of the values, and reaches from the lowest to the highest of them and to its neighbour.
    """
    line = np.asarray(values, np.float64)
    columns = min(width * _ACROSS, len(line))
    edges = np.arange(columns + 1) * len(line) // columns
    low, high = np.minimum.reduceat(line, edges[:-1]), np.maximum.reduceat(line, edges[:-1])
    low[1:], high[1:] = np.minimum(low[1:], line[edges[1:-1] - 1]), np.maximum(high[1:], line[edges[1:-1] - 1])
    floor, room = float(line.min()), float(np.ptp(line)) or 1.0
    most = height * _DOWN - 1
    top, bottom = (np.rint((1 - (edge - floor) / room) * most).astype(int) for edge in (high, low))
    signs = np.full((height, -(-columns // _ACROSS)), _EMPTY)
    for column in range(columns):
        for dot in range(top[column], bottom[column] + 1):
            signs[dot // _DOWN, column // _ACROSS] |= _DOTS[column % _ACROSS][dot % _DOWN]
    return tuple("".join(map(chr, row)) for row in signs.tolist())
