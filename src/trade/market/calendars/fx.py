"""The week of currencies: open from Sunday 17:00 to Friday 17:00 in New York. It has no holidays: no two brokers keep the same ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from trade.base.arrays import Int64
from trade.base.spans import intersection
from trade.base.timeframe import HORIZON_MS

_TURN = time(17)
_WEEKEND = timedelta(days=2)
_FRIDAY = 4


def fx_closed(start_ms: int, end_ms: int) -> Int64:
    """Return the weekends inside [start_ms, end_ms): 48 hours each, an hour more or less when New York turns its clocks."""
    first, last = (datetime.fromtimestamp(min(max(edge_ms, 0), HORIZON_MS) / 1000, UTC).date() for edge_ms in (start_ms, end_ms))
    first -= timedelta(days=7 + (first.weekday() - _FRIDAY) % 7)
    fridays = [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
    city = ZoneInfo("America/New_York")
    weekends = np.array([(_turn_ms(friday, city), _turn_ms(friday + _WEEKEND, city)) for friday in fridays], np.int64)
    return intersection(weekends, np.array([(start_ms, end_ms)], np.int64))


def _turn_ms(day: date, city: ZoneInfo) -> int:
    return int(datetime.combine(day, _TURN, city).timestamp()) * 1000
