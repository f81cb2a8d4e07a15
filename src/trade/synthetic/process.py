"""What all patterns share: volatility that clusters and follows the hour, and a price that strays from its path and comes back.

Everything is integer arithmetic on seeded integers and tables. Rates are in 1e-9 of the price. Time runs both ways from the start
of the pattern, so that a longer past never changes a row (TIME-8).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.synthetic.curve import line
from trade.synthetic.habits import ACTIVITY_MINUTES, E9, LEVELS, by_hour, clustering, sides
from trade.synthetic.pattern import Points
from trade.synthetic.splitmix import normal, uniform

MINUTE_E9 = 527_000  # 2 % a day over sqrt(1440) minutes
LARGEST_SPAN_E9 = E9 // 4
# The factors below square to 1.7 on average: this is what they start from to come out at MINUTE_E9.
_CORE_E9 = 455_000
# Levels of activity, in 1/1024, from 0.7 to 1.4 in even ratios.
_ACTIVITY = np.array([724 * 1022**step // 1000**step for step in range(LEVELS)], np.int64)


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
    slow = draws.every(ACTIVITY_MINUTES)
    activity = clustering(slow.walk(sides(slow.uniform(3))), _ACTIVITY)[: len(minutes)]
    return by_hour(level * activity // 1024, minutes)


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
