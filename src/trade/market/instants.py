"""Instants as files write them, turned into UTC milliseconds (TIME-1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

UNREADABLE = -1
_SECONDS_BELOW = 10**11
_MICROSECONDS_ABOVE = 10**14
_NANOSECONDS_ABOVE = 10**17


def from_numbers(values: npt.NDArray[Any], *, is_ms: bool) -> tuple[Int64, Flags]:
    """Return milliseconds, floored, and which instants were whole milliseconds. Not finite gives `UNREADABLE`.

    `is_ms`: the column's name says milliseconds. Otherwise the magnitude of each value tells seconds, milliseconds, microseconds
    and nanoseconds apart, as Binance's files demand: spot switched to microseconds in 2025, within one download.
    """
    with np.errstate(invalid="ignore"):
        readable = np.isfinite(values) & (np.abs(values) < 2.0**63)
    whole = np.where(readable, values, UNREADABLE).astype(np.int64)
    exact = readable & (whole == values)
    micro = (whole > _MICROSECONDS_ABOVE) & (whole <= _NANOSECONDS_ABOVE)
    nano = whole > _NANOSECONDS_ABOVE
    divisor = np.where(nano, 10**6, np.where(micro, 1000, 1))
    ms = whole // divisor
    exact &= whole % divisor == 0
    if not is_ms:
        seconds = readable & (np.abs(whole) < _SECONDS_BELOW)
        scaled = np.where(seconds, values, 0) * 1000
        ms = np.where(seconds, np.floor(scaled).astype(np.int64), ms)
        exact = np.where(seconds, scaled == np.floor(scaled), exact)
    return ms, exact


def from_text(text: str) -> int:
    """Return the milliseconds of an ISO date or instant; one without offset is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip())
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    whole = moment.replace(microsecond=0)
    return int(whole.timestamp()) * 1000 + moment.microsecond // 1000


def is_number(text: str) -> bool:
    """Tell a cell that holds a number from one that holds text."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def iso(ts_ms: int) -> str:
    """Return an instant as people read it, to the minute, UTC."""
    return datetime.fromtimestamp(ts_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
