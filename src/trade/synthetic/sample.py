"""The sample market: one generated, seeded minute series that behaves like a perpetual, written into the store on first use.

Everything is integer arithmetic on seeded random integers and tables, with no call into libm, so it is the same bytes everywhere.
Rates of return are in 1e-9 of the price.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trade.base.arrays import Int64
from trade.base.timeframe import DAY_MS, MINUTE_MS
from trade.market.columns import Columns, clock_column, take
from trade.market.instruments import packaged
from trade.market.manifest import Manifest, Month
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import Writer, writing
from trade.synthetic.habits import (
    ACTIVITY_MINUTES,
    E9,
    FUNDING_MS,
    LEVELS,
    by_hour,
    clustering,
    funding_rates,
    moves,
    reach_ticks,
    sides,
    volumes,
    wicks,
)
from trade.synthetic.splitmix import UNIT, normal, uniform

SERIES = Series("sample", "linear", "SAMPLEUSDT")
START_MS = 1_735_689_600_000  # 2025-01-01
DAYS = 120
SEED = 20250101
_MINUTES = DAYS * DAY_MS // MINUTE_MS
_FIRST_PRICE = 500_000_000  # 50,000.0 in thousandths of a tick of 0.1
_FUNDING_MINUTES = FUNDING_MS // MINUTE_MS

# One row per regime: drift and volatility of a minute, in 1e-9.
_REGIMES = np.array([(15_000, 420_000), (-16_000, 520_000), (0, 300_000), (-3_000, 900_000)], np.int64)  # up, down, sideways, turbulent
_NEXT_REGIME = np.array([0, 0, 1, 1, 2, 2, 2, 3])


def ensure_sample(path: Path) -> Store:
    """Return a snapshot of the store with the sample market in it; write it when it is absent."""
    store = Store(path)
    if _is_there(store.manifest):
        return store
    with writing(path) as writer:
        if not _is_there(writer.manifest):  # another process may have written it while we waited for the lock
            _write(writer)
    return Store(path)


def open_store(path: Path, symbol: str) -> Store:
    """Return a snapshot of the store in which a symbol is looked for; the sample market comes into it when it is asked for."""
    return ensure_sample(path) if symbol in (SERIES.symbol, SERIES.key) else Store(path)


def sample_bars() -> Columns:
    """Return the bars: 120 days of minutes from 2025-01-01, prices in USDT on a tick of 0.1, volume in base units."""
    sigma, drift = _volatility()
    close = _closes(drift + _steps(sigma))
    open_ = np.concatenate(([_FIRST_PRICE // 1000], close[:-1]))
    reach = reach_ticks(sigma, close)
    high = np.maximum(open_, close) + wicks(reach, _drawn(20), _drawn(30))
    low = np.minimum(open_, close) - wicks(reach, _drawn(21), _drawn(31))
    prices = {"open": open_, "high": high, "low": low, "close": close}
    return {
        "ts_open_ms": START_MS + MINUTE_MS * np.arange(_MINUTES, dtype=np.int64),
        **{name: ticks / 10.0 for name, ticks in prices.items()},
        "volume": volumes(reach, high - low, _drawn(9)),
    }


def sample_funding() -> Columns:
    """Return funding every eight hours."""
    rows = _MINUTES // _FUNDING_MINUTES
    close = np.rint(sample_bars()["close"] * 10).astype(np.int64)[::_FUNDING_MINUTES][:rows]
    ts_ms = START_MS + _FUNDING_MINUTES * MINUTE_MS * np.arange(rows, dtype=np.int64)
    return {"ts_ms": ts_ms, "ts_raw_ms": ts_ms, "rate": funding_rates(close, np.append(close[:1], close[:-1]), normal(SEED, 40, rows))}


def _volatility() -> tuple[Int64, Int64]:
    """Return volatility and drift of each minute, in 1e-9: regime × clustering × hour of the day, and bursts after jumps."""
    drift, level = _regimes()
    walk = np.cumsum(sides(uniform(SEED, 3, _MINUTES // ACTIVITY_MINUTES)))
    level = by_hour(level * clustering(walk, _activity()) // 1024, np.arange(_MINUTES))
    return level * _bursts() // 16, drift


def _regimes() -> tuple[Int64, Int64]:
    """Return drift and base volatility of each minute; a regime lasts six hours to four days."""
    count = _MINUTES // 360
    length = 360 + uniform(SEED, 1, count) * (5760 - 360) // UNIT
    kind = _NEXT_REGIME[uniform(SEED, 2, count) * len(_NEXT_REGIME) // UNIT]
    by_minute = np.repeat(kind, length)[:_MINUTES]
    return _REGIMES[by_minute, 0], _REGIMES[by_minute, 1]


def _activity() -> Int64:
    """Return the levels of activity, in 1/1024, from 0.5 to 2."""
    table = [512]
    while len(table) < LEVELS:
        table.append(table[-1] * 1045 // 1000)
    return np.array(table, np.int64)


def _jumps() -> Int64:
    """Return the jump of each minute, in 1e-9; about one in three days, 0.3 to 1.8 %."""
    strikes = _drawn(4) < UNIT // 4500
    size = 3_000_000 + _drawn(5) * 15_000_000 // UNIT
    return strikes * size * sides(_drawn(6))


def _bursts() -> Int64:
    """Return a factor (in 1/16) that a jump lifts to three and that fades over an hour."""
    after = np.zeros(_MINUTES, np.int64)
    fading = 32 * (60 - np.arange(60, dtype=np.int64)) // 60
    for minute in np.flatnonzero(_jumps()):
        span = after[minute : minute + 60]
        np.maximum(span, fading[: len(span)], out=span)
    return 16 + after


def _steps(sigma: Int64) -> Int64:
    """Return the random part of each minute's return, in 1e-9."""
    return moves(sigma, normal(SEED, 8, _MINUTES), _drawn(7)) + _jumps()


def _closes(returns: Int64) -> Int64:
    """Return the close of each minute in ticks: returns add up within an hour and compound from hour to hour."""
    within = np.cumsum(returns.reshape(-1, 60), axis=1)
    price = _FIRST_PRICE
    starts = np.empty(len(within), np.int64)
    for hour, change in enumerate(within[:, -1].tolist()):
        starts[hour] = price
        price += price * change // E9
    close: Int64 = (starts[:, None] + starts[:, None] * within // E9 + 500) // 1000
    return close.ravel()


def _drawn(stream: int) -> Int64:
    """Return a uniform integer for each minute."""
    return uniform(SEED, stream, _MINUTES)


def _is_there(manifest: Manifest) -> bool:
    return all((SERIES, kind) in manifest.months for kind in (Kind.BARS, Kind.FUNDING))


def _write(writer: Writer) -> None:
    manifest = writer.manifest.with_instrument(SERIES, packaged(SERIES))
    for kind, columns in ((Kind.BARS, sample_bars()), (Kind.FUNDING, sample_funding())):
        months = [_stage(writer, kind, name, rows) for name, rows in _split(kind, columns)]
        manifest = manifest.with_series(SERIES, kind, {m.month: m for m in months})
    writer.commit(manifest)


def _stage(writer: Writer, kind: Kind, month: str, columns: Columns) -> Month:
    return writer.stage(SERIES, kind, month, columns)


def _split(kind: Kind, columns: Columns) -> list[tuple[str, Columns]]:
    month = columns[clock_column(kind)].astype("datetime64[ms]").astype("datetime64[M]")
    return [(str(name), take(columns, month == name)) for name in np.unique(month)]
