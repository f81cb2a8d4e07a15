"""Prices that stand still: a feed that went on repeating its last price."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.findings import Severity
from trade.base.timeframe import MINUTE_MS
from trade.market.columns import PRICES
from trade.market.names import Kind
from trade.quality.case import Check, Inspected

STUCK_BARS = 30  # in the real years of BTC, ETH, SOL and ADA not five minutes stood still but once: before the outage of March 2023


def _stuck(case: Inspected) -> Int64:
    """Return half an hour for each bar that ends one; together they are the stretches."""
    still = _still(case)
    run = np.arange(len(still)) - np.maximum.accumulate(np.where(still, -1, np.arange(len(still))))  # 0 where it moves
    found = case.rows(run >= STUCK_BARS)
    found[:, 0] -= (STUCK_BARS - 1) * MINUTE_MS
    return found


def _still(case: Inspected) -> Bool:
    """Return which bars are one price, that of the minute before them."""
    open_, high, low, close = (case.columns[name] for name in PRICES)
    still: Bool = (high == low) & (open_ == close) & (high == close)
    still[1:] &= (close[1:] == close[:-1]) & (np.diff(case.clock) == MINUTE_MS)
    still[:1] = False
    return still


_FACT = "stretches of half an hour or more stand at one price"
CHECKS = (Check("stuck-prices", Severity.WARNING, (Kind.BARS, Kind.MARK), _FACT, _stuck, merged=True),)
