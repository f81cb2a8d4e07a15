"""Bars for benchmarks: seeded one-minute bars, or those of a parquet file with the same columns."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trade.base.arrow import as_arrow, as_numpy
from trade.base.bars import base_bars
from trade.base.history import History
from trade.base.instrument import Instrument, Tier, TierTable

YEAR_BARS = 525_600
_START_MS = 1_672_531_200_000
_PRICES = ("open", "high", "low", "close")

INSTRUMENT = Instrument(
    venue="bench",
    market="linear",
    symbol="BENCHUSDT",
    tick_size=Decimal("0.1"),
    qty_step=Decimal("0.001"),
    min_qty=Decimal("0.001"),
    max_qty=Decimal(100_000),
    min_notional_usdt=Decimal(5),
    taker_bps=Decimal("5.5"),
    maker_bps=Decimal("2.0"),
    tier_tables=(TierTable(0, (Tier(Decimal(10**9), Decimal("0.005"), Decimal(100), Decimal(0)),)),),
    source="benchmark",
)


def write_seeded_bars(path: Path, bars: int = YEAR_BARS) -> None:
    """Write the shared benchmark input: a seeded random walk with fat tails, the same series for every engine."""
    rng = np.random.default_rng(7)
    returns = rng.standard_t(4, bars) * 0.0004 + 0.0004 * np.sin(np.arange(bars) / 9000.0) * 0.05
    close = np.round(30000 * np.exp(np.cumsum(returns)), 1)
    open_ = np.concatenate([[30000.0], close[:-1]])
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, 0.0003, bars)))
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, 0.0003, bars)))
    columns = {
        "ts_open_ms": _START_MS + 60_000 * np.arange(bars),
        "open": open_,
        "high": np.ceil(high * 10) / 10,
        "low": np.floor(low * 10) / 10,
        "close": close,
        "volume": np.round(rng.gamma(2, 50, bars), 3),
    }
    pq.write_table(pa.table({name: as_arrow(values) for name, values in columns.items()}), path)


def read_history(path: Path | None) -> History:
    """Return the bars of a file, or the seeded year, as ticks."""
    if path is None:
        with tempfile.TemporaryDirectory() as folder:
            seeded = Path(folder) / "bars.parquet"
            write_seeded_bars(seeded)
            return read_history(seeded)
    file = pq.ParquetFile(path)
    ts_ms, volume = _column(file, "ts_open_ms", np.int64), _column(file, "volume", np.float64)
    open_, high, low, close = (INSTRUMENT.grid.to_ticks(_column(file, name, np.float64)) for name in _PRICES)
    return History(INSTRUMENT, base_bars(ts_ms, open_, high, low, close, volume), None, None, digest="")


def _column(file: pq.ParquetFile, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return one column, a row group at a time: the peak of the process is to be that of the workload."""
    column, end = np.empty(file.metadata.num_rows, dtype), 0
    for group in range(file.num_row_groups):
        part = as_numpy(file.read_row_group(group, [name], use_threads=False).column(0), dtype)
        column[end : end + len(part)] = part
        end += len(part)
    return column
