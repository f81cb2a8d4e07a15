"""Which layout a text file without a header has: its first rows must show which column is the high and which the low."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.clocks import is_day, is_instant, is_time_of_day
from trade.files.layouts import BINANCE_KLINES, MT4, Asked, FileHead, unknown
from trade.files.numerals import recognise_numerals
from trade.market.instants import is_number

_MT4_CLOCK = re.compile(r"\d{4}\.\d\d\.\d\d \d\d:\d\d")
_HISTDATA_CLOCK = re.compile(r"\d{8} \d{6}")
_SANE_FRAC = 0.9


def bare_name(head: FileHead, asked: Asked) -> str:
    """Recognise a file without a header. Raises Malformed."""
    width = len(head.columns)
    if width == len(BINANCE_KLINES) and all(map(is_number, head.columns)):
        return "binance-klines"
    if width == len(MT4) and _MT4_CLOCK.fullmatch(head.columns[0]):
        return "bybit-mt4"
    if width == len(MT4) and _HISTDATA_CLOCK.fullmatch(head.columns[0]):
        raise Malformed(_histdata(head))
    if has_bar_order(head, asked):
        return "ohlcv"
    raise Malformed(unknown(head))


def has_bar_order(head: FileHead, asked: Asked) -> bool:
    """Return whether rows are a clock, open, high, low, close, volume, and perhaps the count of trades, and can be nothing else."""
    begin = 2 if len(head.columns) > 1 and is_day(head.columns[0]) and is_time_of_day(head.columns[1]) else 1
    if len(head.columns) - begin not in (len(MT4) - 1, len(MT4)) or not is_instant(" ".join(head.columns[:begin])):
        return False
    rows = [row[begin:] for row in (head.columns, *head.rows) if len(row) == len(head.columns)]
    numerals = recognise_numerals([cell for row in rows for cell in row], head.text.delimiter, asked.decimal, head.file, head.line)
    values = [[numerals.parse(cell) for cell in row] for row in rows if all(map(numerals.fits, row))]
    shares = {order: _sane(values, *order) for order in permutations(range(4), 2)}
    own = shares.pop((1, 2))
    return own >= _SANE_FRAC * len(rows) and own > max(shares.values())


def _sane(rows: Sequence[Sequence[float]], high: int, low: int) -> int:
    """Return how many rows are possible bars if these two columns hold the high and the low."""
    return sum(1 for row in rows if 0 < row[low] == min(row[:4]) and row[high] == max(row[:4]) and min(row[4:]) >= 0)


def _histdata(head: FileHead) -> Finding:
    fact = f"the clock '{head.columns[0]}' does not say where it is; HistData's files have New York's winter time all year"
    hint = "say '--layout histdata' if it is one, or '--columns ts=1,open=2,high=3,low=4,close=5,volume=6' if the clock is UTC"
    return Finding("clock-unclear", fact, hint, place=Place(head.file, head.line, 1))
