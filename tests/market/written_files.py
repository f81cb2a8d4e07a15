"""Thirty bars, written in whatever way, and what becomes of the file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from market_tables import MINUTE_MS

from trade.base.errors import Malformed
from trade.market.store import Store

T = 1_704_067_200_000  # 2024-01-01
HOUR_MS = 60 * MINUTE_MS
HEADER = "timestamp,open,high,low,close,volume"
BARE = {"ts": "1", "open": "2", "high": "3", "low": "4", "close": "5", "volume": "6"}


def bars(count=30, step_ms=MINUTE_MS, first_ms=T):
    """Return rows of which no columns but the second and third can be the high and the low."""
    return [
        (
            first_ms + step_ms * i,
            1000 + i,
            1003 + i,
            998 + i,
            1001 + i if i % 2 else 999 + i,
            5.25 + i,
        )
        for i in range(count)
    ]


def clock(form):
    return lambda ts_ms: datetime.fromtimestamp(ts_ms / 1000, UTC).strftime(form)


def line(row, write=str, delimiter=",", number=lambda value: f"{value:.2f}"):
    return delimiter.join([write(row[0]), *(number(value) for value in row[1:])])


def lines(header=(HEADER,), rows=None, **words):
    return [*header, *(line(row, **words) for row in (bars() if rows is None else rows))]


def stored(db, report):
    return Store(db).rows(report.series, report.kind, 0, 2**53).columns


def assert_the_bars(db, report, shift_ms=0):
    assert (report.rows_new, report.bad) == (30, {})
    columns = stored(db, report)
    got = list(zip(*(columns[name].tolist() for name in ("ts_open_ms", "open", "high", "low", "close", "volume")), strict=True))
    assert got == [(ts + shift_ms, *map(float, values)) for ts, *values in bars()]


def refusal(path, load_in, **words):
    with pytest.raises(Malformed) as caught:
        load_in(path, **words)
    return caught.value.findings[0]
