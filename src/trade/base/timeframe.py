"""Timeframes: names, lengths, and the UTC-aligned grid of bar opens and closes (TIME-1, TIME-2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
HORIZON_MS = 4_102_444_800_000  # 2100-01-01: no row is stored before 1970, or from here on
_FIRST_MONDAY_MS = 4 * DAY_MS  # 1970-01-05; epoch day 0 was a Thursday

_FIXED_MS = {
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "6h": 6 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "D": DAY_MS,
    "W": WEEK_MS,
}
_BARS_PER_YEAR = {"W": 52.0, "M": 12.0}
NAMES = (*_FIXED_MS, "M")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")  # as numbers, 0 to 6


@dataclass(frozen=True)
class Timeframe:
    """A bar length. `name` is one of `NAMES`; months have no fixed length, so `length_ms` of "M" is its shortest, 28 days."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"unknown timeframe {self.name!r}")

    @property
    def length_ms(self) -> int:
        return _FIXED_MS.get(self.name, 28 * DAY_MS)

    @property
    def bars_per_year(self) -> float:
        """Bars in 365 days (weeks 52, months 12), the factor of annualised figures."""
        return _BARS_PER_YEAR.get(self.name, 365.0 * DAY_MS / self.length_ms)

    def floor(self, ts_ms: Int64) -> Int64:
        """Return the open of the bar that contains each instant."""
        if self.name == "M":
            return ts_ms.astype("datetime64[ms]").astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
        shift = _FIRST_MONDAY_MS if self.name == "W" else 0
        return ts_ms - (ts_ms - shift) % self.length_ms

    def close(self, ts_open_ms: Int64) -> Int64:
        """Return the instant from which each bar, named by its open, is known."""
        if self.name == "M":
            return (ts_open_ms.astype("datetime64[ms]").astype("datetime64[M]") + 1).astype("datetime64[ms]").astype(np.int64)
        return ts_open_ms + self.length_ms

    def floor_at(self, ts_ms: int) -> int:
        """Return the open of the bar that contains one instant."""
        return int(self.floor(np.array([ts_ms], np.int64))[0])

    def ceil_at(self, ts_ms: int) -> int:
        """Return the first bar open at or after one instant."""
        opened = self.floor_at(ts_ms)
        return opened if opened == ts_ms else int(self.close(np.array([opened], np.int64))[0])

    def grid(self, start_ms: int, end_ms: int) -> Int64:
        """Return every bar open in [start_ms, end_ms); `start_ms` must be one."""
        if self.name == "M":
            edges = np.array([start_ms, end_ms], np.int64).astype("datetime64[ms]").astype("datetime64[M]")
            return np.arange(edges[0], edges[1]).astype("datetime64[ms]").astype(np.int64)
        return np.arange(start_ms, end_ms, self.length_ms, dtype=np.int64)

    def edges(self, start_ms: int, end_ms: int) -> Int64:
        """Return every bar edge in [start_ms, end_ms], both of which are edges: the first open, then every close."""
        if self.name == "M":
            return np.append(self.grid(start_ms, end_ms), end_ms)
        return np.arange(start_ms, end_ms + 1, self.length_ms, dtype=np.int64)

    def back(self, ts_ms: int, bars: int) -> int:
        """Return the bar open that lies `bars` bars before the bar that contains the instant."""
        opened = self.floor_at(ts_ms)
        if self.name == "M":
            month = np.array([opened], np.int64).astype("datetime64[ms]").astype("datetime64[M]") - bars
            return int(month.astype("datetime64[ms]").astype(np.int64)[0])
        return opened - bars * self.length_ms

    def __str__(self) -> str:
        return self.name


BASE = Timeframe("1m")
