"""The sample market: one generated, seeded minute series that behaves like a perpetual, written into the store on first use.

Everything is integer arithmetic on seeded random integers and tables, with no call into libm, so it is the same bytes everywhere.
Rates of return are in 1e-9 of the price.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trade.base.arrays import Int64
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS
from trade.market.columns import Columns, clock_column, take
from trade.market.instruments import packaged
from trade.market.manifest import Manifest, Month
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import Writer, writing
from trade.synthetic.habits import HOUR_PCT, TAIL_16THS
from trade.synthetic.splitmix import UNIT, bits, normal, uniform

SERIES = Series("sample", "linear", "SAMPLEUSDT")
START_MS = 1_735_689_600_000  # 2025-01-01
DAYS = 120
SEED = 20250101
_MINUTES = DAYS * DAY_MS // MINUTE_MS
_FIRST_PRICE = 500_000_000  # 50,000.0 in thousandths of a tick of 0.1
_E9 = 10**9
_FUNDING_MINUTES = 8 * HOUR_MS // MINUTE_MS

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
    reach = sigma * (close // 100) // (_E9 // 100)  # one standard deviation in ticks
    high = np.maximum(open_, close) + _wicks(reach, 20)
    low = np.minimum(open_, close) - _wicks(reach, 21)
    prices = {"open": open_, "high": high, "low": low, "close": close}
    return {
        "ts_open_ms": START_MS + MINUTE_MS * np.arange(_MINUTES, dtype=np.int64),
        **{name: ticks / 10.0 for name, ticks in prices.items()},
        "volume": _lots(high - low, reach) / 1000.0,
    }


def sample_funding() -> Columns:
    """Return funding every eight hours: a small carry, more after rises, negative after falls."""
    rows = _MINUTES // _FUNDING_MINUTES
    close = np.rint(sample_bars()["close"] * 10).astype(np.int64)[::_FUNDING_MINUTES][:rows]
    change = np.diff(close, prepend=close[:1]) * 10**6 // close  # of the last eight hours, in 1e-6
    rate_e8 = np.clip(8000 + change // 2 + normal(SEED, 40, rows) * 2500 // UNIT, -60_000, 75_000)
    ts_ms = START_MS + _FUNDING_MINUTES * MINUTE_MS * np.arange(rows, dtype=np.int64)
    return {"ts_ms": ts_ms, "ts_raw_ms": ts_ms, "rate": rate_e8 / 1e8}


def _volatility() -> tuple[Int64, Int64]:
    """Return volatility and drift of each minute, in 1e-9: regime × clustering × hour of the day, and bursts after jumps."""
    drift, level = _regimes()
    level = level * _clustering() // 1024
    level = level * HOUR_PCT[(np.arange(_MINUTES) // 60) % 24] // 100
    return level * _bursts() // 16, drift


def _regimes() -> tuple[Int64, Int64]:
    """Return drift and base volatility of each minute; a regime lasts six hours to four days."""
    count = _MINUTES // 360
    length = 360 + uniform(SEED, 1, count) * (5760 - 360) // UNIT
    kind = _NEXT_REGIME[uniform(SEED, 2, count) * len(_NEXT_REGIME) // UNIT]
    by_minute = np.repeat(kind, length)[:_MINUTES]
    return _REGIMES[by_minute, 0], _REGIMES[by_minute, 1]


def _clustering() -> Int64:
    """Return a factor (in 1/1024) from a random walk between two walls, one step in five minutes: calm follows calm."""
    table = [512]
    while len(table) < 33:
        table.append(table[-1] * 1045 // 1000)  # 0.5 to 2 in 32 steps
    steps = (bits(SEED, 3, _MINUTES // 5) >> np.uint64(63)).astype(np.int64) * 2 - 1
    walk = 16 + np.cumsum(steps)
    folded = np.abs((walk + 32) % 64 - 32)
    return np.repeat(np.array(table, np.int64)[folded], 5)


def _jumps() -> Int64:
    """Return the jump of each minute, in 1e-9; about one in three days, 0.3 to 1.8 %."""
    strikes = uniform(SEED, 4, _MINUTES) < UNIT // 4500
    size = 3_000_000 + uniform(SEED, 5, _MINUTES) * 15_000_000 // UNIT
    sign = (bits(SEED, 6, _MINUTES) >> np.uint64(63)).astype(np.int64) * 2 - 1
    return strikes * size * sign


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
    tail = TAIL_16THS[(bits(SEED, 7, _MINUTES) >> np.uint64(60)).astype(np.int64)]
    return normal(SEED, 8, _MINUTES) * sigma // UNIT * tail // 16 + _jumps()


def _closes(returns: Int64) -> Int64:
    """Return the close of each minute in ticks: returns add up within an hour and compound from hour to hour."""
    within = np.cumsum(returns.reshape(-1, 60), axis=1)
    price = _FIRST_PRICE
    starts = np.empty(len(within), np.int64)
    for hour, change in enumerate(within[:, -1].tolist()):
        starts[hour] = price
        price += price * change // _E9
    close: Int64 = (starts[:, None] + starts[:, None] * within // _E9 + 500) // 1000
    return close.ravel()


def _wicks(reach: Int64, stream: int) -> Int64:
    """Return how far each minute went beyond its body, in ticks: often little, sometimes more than a standard deviation."""
    return reach * (uniform(SEED, stream, _MINUTES) * uniform(SEED, stream + 10, _MINUTES) // UNIT) // UNIT


def _lots(range_ticks: Int64, reach: Int64) -> Int64:
    """Return the volume in lots of 0.001: it follows how volatile the market is and how far this minute moved."""
    noise = 32_768 + uniform(SEED, 9, _MINUTES)
    return (2_000 + 400 * reach + 600 * range_ticks) * noise // UNIT


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
