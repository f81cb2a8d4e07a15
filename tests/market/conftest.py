"""Small tables and files to import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trade.market.fitting import GridOptions
from trade.market.importing import ImportRequest, import_file
from trade.market.names import Series
from trade.market.report import ImportReport

JAN_2023_MS = 1_672_531_200_000
MINUTE_MS = 60_000
BTC = Series("generic", "linear", "BTCUSDT")

Table = dict[str, Any]


def make_bars(rows: int, start_ms: int = JAN_2023_MS, first_price: int = 300_000) -> Table:
    """Bars on a tick of 0.1, all different."""
    close = first_price + np.arange(1, rows + 1)
    open_ = close - 1
    return {
        "ts_open_ms": start_ms + MINUTE_MS * np.arange(rows, dtype=np.int64),
        "open": open_ / 10.0,
        "high": (close + 3) / 10.0,
        "low": (open_ - 2) / 10.0,
        "close": close / 10.0,
        "volume": 1.0 + np.arange(rows) / 1000.0,
    }


def bar_lines(rows: int, start_ms: int = JAN_2023_MS) -> list[str]:
    """The same bars as lines of a CSV file, the header first."""
    bars = make_bars(rows, start_ms)
    return [",".join(bars), *(",".join(str(value) for value in row) for row in zip(*(column.tolist() for column in bars.values()), strict=True))]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[[Table], Path]:
    def write(columns: Table, name: str = "bars.parquet") -> Path:
        path = tmp_path / name
        arrays = [pa.array(column.tolist() if isinstance(column, np.ndarray) else column) for column in columns.values()]
        pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), path)
        return path

    return write


@pytest.fixture
def text(tmp_path: Path) -> Callable[..., Path]:
    def write(lines: list[str], name: str = "bars.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def load_in(db: Path) -> Callable[..., ImportReport]:
    """Import a file as BTCUSDT, unless told otherwise."""

    def run(path: Path, symbol: str = "BTCUSDT", grid: GridOptions | None = None, **words: Any) -> ImportReport:
        return import_file(db, ImportRequest(path, symbol, grid=grid or GridOptions(), **words))

    return run
