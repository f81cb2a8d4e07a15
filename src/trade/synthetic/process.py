"""What all patterns share: volatility that clusters and follows the hour, and moves with fat tails that stray and come back.

Everything is integer arithmetic on seeded integers and tables. Rates are in 1e-9 of the price. Time runs both ways from the start
of the pattern, so that a longer past never changes a row (TIME-8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.synthetic.curve import line
from trade.synthetic.habits import HOUR_PCT, TAIL_16THS
from trade.synthetic.pattern import Points
from trade.synthetic.splitmix import UNIT, normal, uniform

E9 = 10**9
MINUTE_E9 = 527_000  # 2 % a day over sqrt(1440) minutes
LARGEST_SPAN_E9 = E9 // 4
# The factors below square to 1.7 on average: this is what they start from to come out at MINUTE_E9.
_CORE_E9 = 455_000
# Thirty-three levels of activity, in 1/1024, from 0.7 to 1.4 in even ratios.
_ACTIVITY = np.array([724 * 1022**step // 1000**step for step in range(33)], np.int64)
_ACTIVITY_MINUTES = 5


@dataclass(frozen=True)
class Draws:
    """Random integers for `past` minutes before the start and `future` after it; each minute's are always the same."""

    seed: int
    past: int
    future: int

    @property
    def minutes(self) -> Int64:
        """Minutes since the start, negative before it."""
        return np.arange(-self.past, self.future, dtype=np.int64)

    def uniform(self, stream: int) -> Int64:
        """Return integers over [0, UNIT)."""
        before, after = uniform(self.seed, 2 * stream + 1, self.past), uniform(self.seed, 2 * stream, self.future)
        return np.concatenate((before[::-1], after))

    def normal(self, stream: int) -> Int64:
        """Return bell-shaped integers with standard deviation UNIT."""
        before, after = normal(self.seed, 2 * stream + 1, self.past), normal(self.seed, 2 * stream, self.future)
        return np.concatenate((before[::-1], after))

    def every(self, minutes: int) -> Draws:
        """Return draws that each stand for several minutes; `past` must be a multiple of them."""
        return Draws(self.seed, self.past // minutes, -(-self.future // minutes))

    def walk(self, steps: Int64) -> Int64:
        """Return the running sum of steps, 0 at the start."""
        ends: Int64 = np.cumsum(steps)
        return ends - (ends[self.past - 1] if self.past else 0)


def volatility(draws: Draws, profile: Points, length: int) -> Int64:
    """Return the standard deviation of each minute: the pattern's profile × clustering × the hour of the day."""
    minutes = draws.minutes
    level = _CORE_E9 * line(profile, minutes, length) // 100
    level = level * _clustering(draws) // 1024
    hourly: Int64 = level * HOUR_PCT[minutes // 60 % 24] // 100
    return hourly


def moves(draws: Draws, sigma: Int64) -> Int64:
    """Return the random move of each minute: a bell with fat tails."""
    tail = TAIL_16THS[draws.uniform(1) >> 12]
    drawn: Int64 = draws.normal(2) * sigma // UNIT * tail // 16
    return drawn


def strays(draws: Draws, steps: Int64, memory: int) -> Int64:
    """Return how far the price strays from its path: the walk of the steps, less its mean over the last `memory` minutes.

    That keeps every minute's move and takes away the drift: it strays about a minute's move × sqrt(memory / 3). The first `memory`
    minutes of the past are spent on the mean and come back as 0.
    """
    walk = draws.walk(steps)
    total = np.cumsum(walk)
    result = np.zeros(len(walk), np.int64)
    result[memory:] = walk[memory:] - (total[memory:] - total[:-memory]) // memory
    return result


def _clustering(draws: Draws) -> Int64:
    """Return a factor (in 1/1024) from a random walk between two walls: calm follows calm."""
    slow = draws.every(_ACTIVITY_MINUTES)
    walk = 16 + slow.walk((slow.uniform(3) >> 15) * 2 - 1)
    folded = np.abs((walk + 32) % 64 - 32)
    return np.repeat(_ACTIVITY[folded], _ACTIVITY_MINUTES)[: len(draws.minutes)]
