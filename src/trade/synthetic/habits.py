"""What every generated minute has in common with a real one, sample or pattern: its step, its wicks, its volume, and its funding.

All of it takes integers that were drawn, uniform ones over [0, UNIT) or bell-shaped ones of deviation UNIT, and tables: the same bytes
everywhere. Volatility is in 1e-9 of the price.
"""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.timeframe import HOUR_MS
from trade.synthetic.curve import fold
from trade.synthetic.splitmix import UNIT

E9 = 10**9
LEVELS = 33  # of activity
ACTIVITY_MINUTES = 5
FUNDING_MS = 8 * HOUR_MS

# Sixteen equally likely factors (in 1/16) on each step: mostly calm, sometimes wild, which gives the fat tails.
_TAIL_16THS = np.array([9, 9, 9, 10, 10, 11, 11, 12, 12, 13, 14, 15, 17, 20, 27, 44], np.int64)
# Activity by UTC hour, in percent: quiet in the Asian night, busiest when Europe and America overlap.
_HOUR_PCT = np.array(
    [92, 86, 82, 78, 76, 78, 84, 94, 104, 106, 104, 102, 108, 124, 136, 134, 126, 116, 108, 102, 98, 98, 100, 98], np.int64
)
_CARRY_E8, _LOWEST_E8, _HIGHEST_E8 = 8_000, -60_000, 75_000


def sides(drawn: Int64) -> Int64:
    """Return 1 or -1 for each uniform integer."""
    return drawn * 2 // UNIT * 2 - 1


def clustering(walk: Int64, levels: Int64) -> Int64:
    """Return the level of activity of each minute, calm following calm: a walk of `ACTIVITY_MINUTES` a step between two walls."""
    top = LEVELS - 1
    return np.repeat(levels[fold(top // 2 + walk, 0, top)], ACTIVITY_MINUTES)


def by_hour(level: Int64, minutes: Int64) -> Int64:
    """Return volatility as the hour of the day makes it; minute 0 is a midnight, UTC."""
    hourly: Int64 = level * _HOUR_PCT[minutes // 60 % 24] // 100
    return hourly


def moves(sigma: Int64, bell: Int64, drawn: Int64) -> Int64:
    """Return the random move of each minute: a bell with fat tails."""
    wild: Int64 = bell * sigma // UNIT * _TAIL_16THS[drawn * len(_TAIL_16THS) // UNIT] // 16
    return wild


def reach_ticks(sigma: Int64, close: Int64) -> Int64:
    """Return one standard deviation of each minute in ticks."""
    return sigma * (close // 100) // (E9 // 100)


def wicks(reach: Int64, one: Int64, other: Int64) -> Int64:
    """Return how far each minute went beyond its body, in ticks: often little, never more than a standard deviation."""
    return reach * (one * other // UNIT) // UNIT


def volumes(reach: Int64, range_ticks: Int64, drawn: Int64) -> Float64:
    """Return the volume, on a step of 0.001: it follows how volatile the market is and how far this minute moved."""
    lots = (2_000 + 400 * reach + 600 * range_ticks) * (UNIT // 2 + drawn) // UNIT
    return lots / 1000.0


def funding_rates(now: Int64, before: Int64, bell: Int64) -> Float64:
    """Return what is paid at closes `now`, `FUNDING_MS` after those `before`: a small carry, more after rises, negative after falls."""
    change_e6 = (now - before) * 10**6 // now
    rates: Float64 = np.clip(_CARRY_E8 + change_e6 // 2 + bell * 2_500 // UNIT, _LOWEST_E8, _HIGHEST_E8) / 1e8
    return rates
