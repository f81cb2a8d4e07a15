"""Cells of text as instants and numbers, one by one: for what is not written alike in a whole column."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.files.clocks import FileClock
from trade.files.numerals import Numerals
from trade.market.instants import UNREADABLE, from_form, from_numbers, from_text, is_number

_INTEGER = re.compile(r"-?[0-9]{1,18}")  # more digits are no instant, and do not fit


def instants_of(cells: Sequence[str], clock: FileClock) -> tuple[Int64, Bool]:
    """Return milliseconds, and which were whole; what is neither number nor date is `UNREADABLE`."""
    ts_ms, exact = np.full(len(cells), UNREADABLE), np.ones(len(cells), np.bool_)
    whole = [i for i, cell in enumerate(cells) if clock.form is None and _INTEGER.fullmatch(cell)]
    broken = [i for i, cell in enumerate(cells) if clock.form is None and is_number(cell)]
    for places, parse in ((broken, float), (whole, int)):
        if places:
            ts_ms[places], exact[places] = from_numbers(np.array([parse(cells[i]) for i in places]), clock.unit)
    for i in sorted(set(range(len(cells))).difference(broken)):
        try:
            ts_ms[i] = (from_text(cells[i]) if clock.form is None else from_form(cells[i], clock.form)) - clock.ahead_ms
        except ValueError:
            continue
    return ts_ms, exact


def number_of(cell: str, numerals: Numerals) -> float | None:
    """Return the number of a cell, NaN of an empty one, None of one that is none."""
    try:
        return numerals.parse(cell)
    except ValueError:
        return None
