"""Instants as files write them, turned into UTC milliseconds (TIME-1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Bool, Int64

UNREADABLE = -1
UNITS = ("s", "ms", "us", "ns")
_SHORT_HOUR = re.compile(r"^(\d{4}-\d\d-\d\d[ T])(\d:)")  # as spreadsheets write it
_PER_MS = {"ms": 1, "us": 1000, "ns": 10**6}
_BELOW = {"s": 10**11, "ms": 10**14 + 1, "us": 10**17 + 1, "ns": 2**63 - 1}  # of sizes, where the unit is not said


def from_numbers(values: npt.NDArray[Any], unit: str | None) -> tuple[Int64, Bool]:
    """Return milliseconds, floored, and which instants were whole milliseconds. -1 and what is not finite give `UNREADABLE`.

    `unit` is one of `UNITS`. None: the size of each value tells the unit, as Binance's files demand: spot switched to microseconds
    in 2025, within one download. No instant between 1974 and 2100 can be read in two ways.
    """
    with np.errstate(invalid="ignore"):
        readable = (np.abs(values) < 2.0**62) & (values != UNREADABLE)  # false where not a number, too
    values = np.where(readable, values, 0)
    if unit is not None:
        ms, exact = _milliseconds_of(values, unit)
    else:
        ms, exact = np.zeros(len(values), np.int64), np.zeros(len(values), np.bool_)
        size, begin = np.abs(values), 0
        for name in UNITS:
            rows = (size >= begin) & (size < _BELOW[name])
            if rows.any():
                ms[rows], exact[rows] = _milliseconds_of(values[rows], name)
            begin = _BELOW[name]
    return np.where(readable, ms, UNREADABLE), exact & readable


def _milliseconds_of(values: npt.NDArray[Any], unit: str) -> tuple[Int64, Bool]:
    if unit == "s":
        scaled = np.clip(values, -_BELOW["ms"], _BELOW["ms"]) * 1000  # beyond lies no century that could be stored
        floored = np.floor(scaled)
        return floored.astype(np.int64), floored == scaled
    whole = values.astype(np.int64)
    return whole // _PER_MS[unit], (whole == values) & (whole % _PER_MS[unit] == 0)


def from_text(text: str) -> int:
    """Return the milliseconds of an ISO date or instant, its hour in one digit or two; one without offset is UTC. Raises ValueError."""
    return _milliseconds(datetime.fromisoformat(_SHORT_HOUR.sub(r"\g<1>0\2", text.strip())))


def from_form(text: str, form: str) -> int:
    """Return the milliseconds of an instant written in a `strptime` form, taken as UTC. Raises ValueError."""
    return _milliseconds(datetime.strptime(text.strip(), form).replace(tzinfo=UTC))


def _milliseconds(moment: datetime) -> int:
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


def one_word(ts_ms: int) -> str:
    """Return an instant in the one word that an option takes: `2024-01-02`, or `2024-01-02T06:15`; UTC, to the minute."""
    return iso(ts_ms).removesuffix(" 00:00").replace(" ", "T")


def iso(ts_ms: int) -> str:
    """Return an instant as people read it, to the minute, UTC, also one far beyond the years of a `datetime`."""
    return str(np.datetime_as_string(np.datetime64(ts_ms, "ms"), unit="m")).replace("T", " ")
