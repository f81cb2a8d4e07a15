"""Funding of a made market: every eight hours, a small carry that follows the price."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.base.bars import Bars
from trade.base.history import Funding
from trade.base.timeframe import HOUR_MS, MINUTE_MS
from trade.synthetic.minutes import START_MS
from trade.synthetic.splitmix import UNIT, normal

INTERVAL_MS = 8 * HOUR_MS
LEAD_MINUTES = INTERVAL_MS // MINUTE_MS + 1  # closes that a payment looks back on
_STREAM = 50


def payments(bars: Bars, seed: int, first_ms: int) -> Funding:
    """Return the payments due from `first_ms` on: more after rises, negative after falls.

    The bars have no holes and start at least `LEAD_MINUTES` before; a rate reads only closes before its instant.
    """
    ts_ms = np.arange(-(-first_ms // INTERVAL_MS) * INTERVAL_MS, int(bars.ts_close_ms[-1]), INTERVAL_MS, dtype=np.int64)
    last = (ts_ms - int(bars.ts_open_ms[0])) // MINUTE_MS - 1
    now, before = bars.close[last], bars.close[last - INTERVAL_MS // MINUTE_MS]
    change_e6 = (now - before) * 10**6 // now
    rate_e8 = 8_000 + change_e6 // 2 + _noise(seed, (ts_ms - START_MS) // INTERVAL_MS) * 2_500 // UNIT
    return Funding(ts_ms, np.clip(rate_e8, -60_000, 75_000) / 1e8)


def _noise(seed: int, payment: Int64) -> Int64:
    """Return bell-shaped integers by the number of a payment, counted both ways from the start."""
    past, future = max(0, -int(payment.min(initial=0))), max(0, int(payment.max(initial=-1)) + 1)
    drawn = np.concatenate((normal(seed, _STREAM + 1, past)[::-1], normal(seed, _STREAM, future)))
    chosen: Int64 = drawn[payment + past]
    return chosen
