"""The calendars of exchanges, with their holidays, early closes and breaks: the one door to `exchange_calendars`."""

from __future__ import annotations

import warnings
from functools import cache

import exchange_calendars
import numpy as np
from exchange_calendars.calendar_utils import resolve_alias

from trade.base.arrays import Int64
from trade.base.calendar import ClosedSpans
from trade.base.errors import DataMissing
from trade.base.findings import Finding
from trade.base.spans import NONE, complement, intersection, joined
from trade.base.timeframe import DAY_MS

_NS_PER_MS = 10**6
_NO_TIME = np.iinfo(np.int64).min
_AHEAD_MS = DAY_MS  # a session is named by a day, and opens up to a day before it


def exchange_names() -> dict[str, str]:
    """Return every code and alias of an exchange, and the code it stands for."""
    return {name: resolve_alias(name) for name in exchange_calendars.get_calendar_names()}


def exchange_closed(name: str) -> ClosedSpans:
    """Return the closed spans of an exchange's code: DataMissing is raised for years that are not known of it."""

    def closed(start_ms: int, end_ms: int) -> Int64:
        if end_ms <= start_ms:
            return NONE
        first_year, last_year = (_year(edge_ms) for edge_ms in (start_ms - _AHEAD_MS, end_ms + _AHEAD_MS))
        sessions = _sessions(name, first_year, last_year)
        return complement(intersection(sessions, np.array([(start_ms, end_ms)], np.int64)), start_ms, end_ms)

    return closed


def _year(ts_ms: int) -> int:
    return int(np.array(ts_ms).astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64)) + 1970


@cache
def _sessions(name: str, first_year: int, last_year: int) -> Int64:
    """Return when an exchange is open in whole years, breaks left out, as spans."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it calls what newer pandas will drop
            found = exchange_calendars.get_calendar(name, start=f"{first_year:04}-01-01", end=f"{last_year:04}-12-31")
    except (ValueError, NotImplementedError) as error:
        years = f"{first_year}" if first_year == last_year else f"{first_year} to {last_year}"
        said = str(error).partition("[")[0].strip().rstrip(".")
        fact = f"exchange_calendars cannot make '{name}' for '{years}': {said[:1].lower()}{said[1:]}"
        hint = "choose another window, or another calendar with 'trade data calendar SYMBOL NAME'"
        raise DataMissing(Finding("calendar-out-of-range", fact, hint)) from error
    sessions = joined(found.opens_nanos // _NS_PER_MS, found.closes_nanos // _NS_PER_MS)
    has_break = found.break_starts_nanos != _NO_TIME
    breaks = np.column_stack((found.break_starts_nanos, found.break_ends_nanos))[has_break] // _NS_PER_MS
    return intersection(sessions, complement(breaks, int(sessions[0, 0]), int(sessions[-1, 1])))
