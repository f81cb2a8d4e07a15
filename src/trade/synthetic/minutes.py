"""The minutes of a pattern: its path, what strays from it, wicks and volume, as integer ticks."""

from __future__ import annotations

from math import isqrt

import numpy as np

from trade.base.arrays import Int64
from trade.base.bars import Bars, base_bars
from trade.base.timeframe import DAY_MS, MINUTE_MS
from trade.synthetic.curve import fold, line
from trade.synthetic.habits import E9, moves, reach_ticks, volumes, wicks
from trade.synthetic.pattern import Pattern
from trade.synthetic.process import LARGEST_SPAN_E9, MINUTE_E9, Draws, strays, volatility

START_MS = 1_704_067_200_000  # 2024-01-01, a Monday and a first: a bar of every timeframe opens here
START_TICKS = 500_000
_DAY_MINUTES = DAY_MS // MINUTE_MS
_SWEEP_MINUTES = (5, 15, 30, 60, 240, 720, 1440)


def span_e9(length: int) -> int:
    """Return what an ordinary market moves in so many minutes, one standard deviation, in 1e-9; a quarter of the price at most."""
    return min(MINUTE_E9 * isqrt(length * 10**6) // 1000, LARGEST_SPAN_E9)


def sweep_minutes(length: int) -> int:
    """Return the length of the bar that a sweep fills: the slowest of at most a 500th of the time."""
    return next((minutes for minutes in reversed(_SWEEP_MINUTES) if 500 * minutes <= length), _SWEEP_MINUTES[0])


def paint(pattern: Pattern, seed: int, length: int, past: int) -> Bars:
    """Return `past` quiet minutes and the `length` minutes of the pattern; more past never changes a row."""
    memory = _memory(pattern, length)
    draws = Draws(seed, -(-(past + memory + 1) // _DAY_MINUTES) * _DAY_MINUTES, length)
    sigma = volatility(draws, pattern.volatility_pct, length)
    jumps = _jumps(pattern, draws, length)
    close = START_TICKS * (E9 + _level(pattern, draws, sigma, memory)) // E9 + np.cumsum(jumps)
    open_ = np.concatenate((close[:1], close[:-1])) + jumps
    reach = reach_ticks(sigma, close)
    high = np.maximum(open_, close) + wicks(reach, draws.uniform(4), draws.uniform(5))
    low = np.minimum(open_, close) - wicks(reach, draws.uniform(6), draws.uniform(7))
    volume = volumes(reach, high - low + np.abs(jumps), draws.uniform(8))
    rows = slice(draws.past - past, None)
    ts_open_ms = START_MS + MINUTE_MS * draws.minutes
    return base_bars(ts_open_ms[rows], open_[rows], high[rows], low[rows], close[rows], volume[rows])


def _memory(pattern: Pattern, length: int) -> int:
    """Return the minutes after which a stray is forgotten, so that on ordinary volatility it comes out at `stray_pct` of the span."""
    wanted = span_e9(length) * pattern.stray_pct // 100
    return max(5, 3 * wanted**2 // MINUTE_E9**2)


def _level(pattern: Pattern, draws: Draws, sigma: Int64, memory: int) -> Int64:
    """Return how far the close of each minute is from the start price, in 1e-9 of it, jumps apart."""
    span, closes = span_e9(draws.future), draws.minutes + 1
    path = line(pattern.path, closes, draws.future, span)
    steps = moves(sigma, draws.normal(2), draws.uniform(1))
    level = path + strays(draws, steps, memory) * ((E9 + path) // 1000) // (E9 // 1000)
    if pattern.walls is not None:
        floor, ceiling = (line(wall, closes, draws.future, span) for wall in (pattern.walls.floor, pattern.walls.ceiling))
        level = fold(level, floor, ceiling)
    return level + _sweeps(pattern, draws, span)


def _jumps(pattern: Pattern, draws: Draws, length: int) -> Int64:
    """Return in ticks how far each minute opens from the close before."""
    jumps = np.zeros(len(draws.minutes), np.int64)
    for at, percent in pattern.gaps:
        jumps[draws.past + at * length // 1000] = START_TICKS * span_e9(length) // E9 * percent // 100
    return jumps


def _sweeps(pattern: Pattern, draws: Draws, span: int) -> Int64:
    """Return the excursions: each fills one slower bar, out to its middle and back by its end."""
    away = np.zeros(len(draws.minutes), np.int64)
    width = sweep_minutes(draws.future)
    minute = np.arange(width, dtype=np.int64)
    tent = np.minimum(minute, width - 1 - minute)
    for at, percent in pattern.sweeps:
        first = draws.past + at * draws.future // 1000 // width * width
        away[first : first + width] = span * percent // 100 * tent // tent.max()
    return away
