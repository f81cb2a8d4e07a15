"""Funding of a made market: every eight hours, a small carry that follows the price."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.base.bars import Bars
from trade.base.history import Funding
from trade.base.timeframe import MINUTE_MS
from trade.synthetic.habits import FUNDING_MS, funding_rates
from trade.synthetic.minutes import START_MS
from trade.synthetic.splitmix import normal

LEAD_MINUTES = FUNDING_MS // MINUTE_MS + 1  # closes that a payment looks back on
_STREAM = 50


def payments(bars: Bars, seed: int, first_ms: int) -> Funding:
    """Return the payments due from `first_ms` on.

    The bars have no holes and start at least `LEAD_MINUTES` before; a rate reads only closes before its instant.
    """
    ts_ms = np.arange(-(-first_ms // FUNDING_MS) * FUNDING_MS, int(bars.ts_close_ms[-1]), FUNDING_MS, dtype=np.int64)
    last = (ts_ms - int(bars.ts_open_ms[0])) // MINUTE_MS - 1
    now, before = bars.close[last], bars.close[last - FUNDING_MS // MINUTE_MS]
    return Funding(ts_ms, funding_rates(now, before, _noise(seed, (ts_ms - START_MS) // FUNDING_MS)))


def _noise(seed: int, payment: Int64) -> Int64:
    """Return bell-shaped integers by the number of a payment, counted both ways from the start."""
    past, future = max(0, -int(payment.min(initial=0))), max(0, int(payment.max(initial=-1)) + 1)
    drawn = np.concatenate((normal(seed, _STREAM + 1, past)[::-1], normal(seed, _STREAM, future)))
    chosen: Int64 = drawn[payment + past]
    return chosen
