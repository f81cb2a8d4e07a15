"""Stores that no import would have made: rows are staged as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trade.market.columns import Columns, clock_column, take
from trade.market.instruments import packaged
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import writing
from trade.quality.checking import Checked, check_series

BTC = Series("generic", "linear", "BTCUSDT")
START_MS = 1_672_531_200_000  # 2023-01-01
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY = 1440


def at(minute: int) -> int:
    return START_MS + minute * MINUTE_MS


def walk(rows: int = DAY, seed: int = 5, start: int = 0) -> Columns:
    """A quiet market: steps of a few ticks of 0.1 around 30,000, volume around 10."""
    chance = np.random.default_rng(seed)
    close = 300_000 + np.cumsum(chance.integers(-40, 41, rows))
    open_ = np.append(300_000, close[:-1])
    high, low = np.maximum(open_, close) + chance.integers(1, 30, rows), np.minimum(open_, close) - chance.integers(1, 30, rows)
    prices = {"open": open_, "high": high, "low": low, "close": close}
    ts_ms = START_MS + MINUTE_MS * np.arange(start, start + rows, dtype=np.int64)
    return {
        "ts_open_ms": ts_ms,
        **{name: each / 10.0 for name, each in prices.items()},
        "volume": chance.integers(5_000, 15_000, rows) / 1000,
    }


def mark_of(bars: Columns) -> Columns:
    """Mark bars that follow the bars at half a thousandth above."""
    return {name: values if name == "ts_open_ms" else values * 1.0005 for name, values in bars.items() if name != "volume"}


def payments(*hours: float) -> Columns:
    ts_ms = START_MS + (np.array(hours) * HOUR_MS).astype(np.int64)
    return {"ts_ms": ts_ms, "ts_raw_ms": ts_ms, "rate": np.full(len(ts_ms), 0.0001)}


def holdings(rows: int) -> Columns:
    """Open interest every five minutes."""
    return {"ts_ms": START_MS + 5 * MINUTE_MS * np.arange(rows, dtype=np.int64), "open_interest": 1000.0 + np.arange(rows) % 7}


def without(columns: Columns, *minutes: int) -> Columns:
    return {name: np.delete(values, minutes) for name, values in columns.items()}


def changed(columns: Columns, minute: int | slice, **values: Any) -> Columns:
    """Return rows with other values at some minutes."""
    copies = {name: column.copy() for name, column in columns.items()}
    for name, value in values.items():
        copies[name][minute] = value
    return copies


def put(db: Path, kind: Kind, columns: Columns, series: Series = BTC) -> None:
    """Store rows in the order they have, by the month of their clock."""
    month = columns[clock_column(kind)].astype("datetime64[ms]").astype("datetime64[M]")
    with writing(db) as writer:
        months = {str(name): writer.stage(series, kind, str(name), take(columns, month == name)) for name in np.unique(month)}
        writer.commit(writer.manifest.with_series(series, kind, months).with_instrument(series, packaged(series)))


def checked(db: Path, kind: Kind = Kind.BARS) -> Checked:
    return check_series(Store(db), BTC, kind)


def found(db: Path, kind: Kind = Kind.BARS) -> dict[str, list[tuple[int, int]]]:
    """Return what the checks say, in minutes from the start."""
    return {
        fault.check.code: [((a - START_MS) // MINUTE_MS, (b - START_MS) // MINUTE_MS) for a, b in fault.spans.tolist()]
        for fault in checked(db, kind).faults
    }
