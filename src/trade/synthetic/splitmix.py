"""SplitMix64 by counter: random integers that are the same on every machine and need no state (Steele, Lea, Flood 2014)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Int64

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
UNIT = 1 << 16


def bits(seed: int, stream: int, count: int) -> npt.NDArray[np.uint64]:
    """Return `count` words of 64 random bits of one of many independent streams of a seed."""
    start = _mix(np.array([seed], np.uint64) * _GAMMA + np.array([stream], np.uint64))
    return _mix(start + np.arange(1, count + 1, dtype=np.uint64) * _GAMMA)


def uniform(seed: int, stream: int, count: int) -> Int64:
    """Return integers spread evenly over [0, UNIT), UNIT = 2^16."""
    return (bits(seed, stream, count) >> np.uint64(48)).astype(np.int64)


def normal(seed: int, stream: int, count: int) -> Int64:
    """Return bell-shaped integers with mean 0 and standard deviation UNIT: twelve uniforms summed, so never beyond 6 × UNIT."""
    words = bits(seed, stream, 3 * count).view(np.uint16).reshape(count, 12)
    total: Int64 = words.astype(np.int64).sum(axis=1)
    return total - 6 * UNIT


def _mix(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))
