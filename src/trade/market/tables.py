"""Stored columns as arrow tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from trade.market.columns import COLUMNS, Columns
from trade.market.names import Kind

_TYPES = {np.dtype(np.int64): pa.int64(), np.dtype(np.float64): pa.float64()}


def as_table(columns: Columns, kind: Kind) -> Any:
    """Return arrow columns over the same memory; handing numpy arrays to `pa.table` would import pandas (0.4 s)."""
    values = {name: np.ascontiguousarray(columns[name]) for name in COLUMNS[kind]}
    arrays = [pa.Array.from_buffers(_TYPES[array.dtype], len(array), [None, pa.py_buffer(array)]) for array in values.values()]
    return pa.Table.from_arrays(arrays, names=list(values))
