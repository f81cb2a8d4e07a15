"""Prices that leave their neighbours and come back within a bar: a misprint, or a rare trade."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.findings import Severity
from trade.market.names import Kind
from trade.quality.case import Check, Inspected, around, unbroken

SPIKE_FRAC = 0.005  # of the price: less is not worth a word, however quiet the market is
SPIKE_RANGES = 10.0  # usual ranges of a bar: a year of real minutes has a handful of them, and 3 of them dozens of times
SPIKE_TICKS = 5.0  # where a tick is a large part of the price, one is no spike
USUAL_REACH = 30  # bars before and after that say what is usual


def _spike(case: Inspected) -> Int64:
    """Flag bars that reach far beyond the two bars before and the two after: a price that stays where it went is no spike."""
    excess = _excess(case)
    scale = np.maximum(SPIKE_FRAC * case.columns["close"], SPIKE_TICKS * case.tick)
    found = np.flatnonzero((excess > scale) & unbroken(case, 2, 2))
    near = around(case, found, USUAL_REACH)
    usual = np.median((case.columns["high"] - case.columns["low"])[near], axis=1)
    flags = np.zeros(len(excess), np.bool_)
    flags[found] = excess[found] > SPIKE_RANGES * usual
    return case.rows(flags)


def _excess(case: Inspected) -> Float64:
    """Return how far each bar reaches above or below its four neighbours."""
    high, low = case.columns["high"], case.columns["low"]
    excess = np.zeros(len(high))
    if len(high) > 4:
        tops = np.maximum.reduce([high[:-4], high[1:-3], high[3:-1], high[4:]])
        bottoms = np.minimum.reduce([low[:-4], low[1:-3], low[3:-1], low[4:]])
        excess[2:-2] = np.maximum(high[2:-2] - tops, bottoms - low[2:-2])
    return excess


CHECKS = (Check("price-spike", Severity.WARNING, (Kind.BARS, Kind.MARK), "bars reach far beyond those around them", _spike),)
