"""Seeded base bars for the tests of this floor: a random walk on a grid of 0.1, with or without holes."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from trade.base.bars import Bars, base_bars
from trade.base.instrument import Grid
from trade.base.timeframe import MINUTE_MS, Timeframe
from trade.base.units import PriceUnit

GRID = Grid(Decimal("0.1"), Decimal("0.001"))
UNIT = PriceUnit.of_tick(GRID.tick_size)
MONDAY = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def walk(n: int, start_ms: int = MONDAY, seed: int = 5, holes: float = 0.0, timeframe: str = "1m") -> Bars:
    """Return n grid bars from `start_ms` on, of which the share `holes` does not exist."""
    rng = np.random.default_rng(seed)
    close = 100_000 + np.cumsum(rng.integers(-20, 21, n))
    open_ = np.concatenate(([close[0]], close[:-1]))
    high = np.maximum(open_, close) + rng.integers(0, 15, n)
    low = np.minimum(open_, close) - rng.integers(0, 15, n)
    volume = rng.uniform(0.1, 9.0, n)
    ts = start_ms + np.arange(n, dtype=np.int64) * Timeframe(timeframe).length_ms
    there = rng.uniform(0, 1, n) >= holes
    return base_bars(*(column[there] for column in (ts, open_, high, low, close, volume)), Timeframe(timeframe))


def minutes(n: int) -> int:
    return n * MINUTE_MS
