"""How fast a file's rows follow each other: files of other bars than minutes are told by it, as are closing times."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trade.base.arrays import Int64
from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.base.timeframe import HOUR_MS, MINUTE_MS
from trade.files.layouts import Layout
from trade.market.chunk import Chunk
from trade.market.columns import price_names

_SECOND_MS = 1000
_ENDING_MS = 2 * _SECOND_MS
_ENOUGH_STEPS = 4
_BACK_AND_FORTH_FRAC = 0.25


def require_pace(path: Path, layout: Layout, chunk: Chunk) -> None:
    """Refuse a file whose first rows, good ones or not, are bars finer than a minute, not on whole minutes, or in no order."""
    clock = chunk.ts_ms[chunk.readable]
    if not price_names(layout.kind) or layout.is_trades or not len(clock):
        return
    place = Place(str(path), int(chunk.lines[0]), 1)
    steps = np.diff(clock)
    steps = steps[steps != 0]
    if len(steps) and np.median(np.abs(steps)) < MINUTE_MS:
        fact = f"the bars are '{np.median(np.abs(steps)) / _SECOND_MS:g}' seconds apart; only 1m bars can be imported yet"
        hint = "import the 1m file; or give the unit of the clock, if it is another, with --time-unit"
        raise Malformed(Finding("timeframe-not-supported", fact, hint, place=place))
    if len(steps) and np.all(clock % HOUR_MS == 0):
        fact = f"the bars are '{int(np.median(np.abs(steps))) // MINUTE_MS}' minutes apart; only 1m bars can be imported yet"
        raise Malformed(Finding("timeframe-not-supported", fact, "import the 1m file", place=place))
    shift = _common_shift(clock)
    if shift:
        raise Malformed(_shifted(shift, place))
    if len(steps) >= _ENOUGH_STEPS and _BACK_AND_FORTH_FRAC < np.mean(steps > 0) < 1 - _BACK_AND_FORTH_FRAC:
        fact = f"the rows jump back and forth in time: '{np.sum(steps > 0)}' steps forward, '{np.sum(steps < 0)}' back"
        raise Malformed(Finding("file-unsorted", fact, "sort the file by its clock; a file may run forward or backward", place=place))


def _common_shift(clock: Int64) -> int:
    """Return by how many milliseconds most instants miss a whole minute, 0 if they do not miss it, or by no common amount."""
    shifts, counts = np.unique(clock % MINUTE_MS, return_counts=True)
    most = int(np.argmax(counts))
    return int(shifts[most]) if 2 * counts[most] > len(clock) else 0


def _shifted(shift_ms: int, place: Place) -> Finding:
    seconds = shift_ms / _SECOND_MS
    if shift_ms >= MINUTE_MS - _ENDING_MS:
        fact = f"the clock holds the ends of the bars, '{seconds:g}' seconds after a whole minute, not their begins"
        return Finding("clock-unclear", fact, "name the column of the begins with --columns ts=..., or write them", place=place)
    fact = f"the bars begin '{seconds:g}' seconds after a whole minute; minutes are whole"
    return Finding("clock-unclear", fact, "name another clock with --columns ts=..., or the unit of this one with --time-unit", place=place)
