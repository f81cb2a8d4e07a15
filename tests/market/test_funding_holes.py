"""Holes in a funding history, measured by what is usual around them (FUND-1)."""

from __future__ import annotations

import numpy as np

from trade.base.timeframe import HOUR_MS
from trade.market.funding_holes import find_funding_holes


def test_of_two_neighbours_the_longer_one_may_be_a_hole_itself():
    paid = np.array([0, 8, 24, 40, 48], np.int64) * HOUR_MS
    holes = find_funding_holes(paid, 0, 48 * HOUR_MS)
    assert [(hole.start_ms // HOUR_MS, hole.end_ms // HOUR_MS, hole.usual_ms // HOUR_MS) for hole in holes] == [(8, 24, 8), (24, 40, 8)]


def test_of_three_neighbours_the_middle_one_is_usual():
    paid = np.array([0, 4, 12, 20, 29], np.int64) * HOUR_MS
    assert find_funding_holes(paid, 20 * HOUR_MS, 29 * HOUR_MS) == ()
    [hole] = find_funding_holes(np.array([0, 4, 8, 16, 29], np.int64) * HOUR_MS, 16 * HOUR_MS, 29 * HOUR_MS)
    assert hole.usual_ms == 4 * HOUR_MS
