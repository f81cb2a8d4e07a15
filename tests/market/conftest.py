"""Small tables and files to import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from market_tables import Table

from trade.files.importing import ImportRequest, import_file
from trade.files.layouts import Asked
from trade.files.report import ImportReport
from trade.market.fitting import GridOptions


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
    """Import a file as BTCUSDT, unless told otherwise; of files this small a bad row is soon more than the usual share."""

    def run(path: Path, symbol: str = "BTCUSDT", grid: GridOptions | None = None, **words: Any) -> ImportReport:
        asked = {name: words.pop(name) for name in ("kind", "layout", "columns", "unit", "decimal") if name in words}
        words = {"max_bad_frac": 1.0, **words}
        return import_file(db, ImportRequest(path, symbol, asked=Asked(**asked), grid=grid or GridOptions(), **words))

    return run
