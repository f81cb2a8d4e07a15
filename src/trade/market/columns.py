"""The stored columns of each kind: names, dtypes, order. The order is part of every digest (HASH-1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from trade.base.arrays import Bool
from trade.base.hashing import table_hash
from trade.base.timeframe import BASE, Timeframe
from trade.market.names import Kind

Columns = dict[str, npt.NDArray[Any]]

PRICES = ("open", "high", "low", "close")

COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.BARS: ("ts_open_ms", *PRICES, "volume"),
    Kind.MARK: ("ts_open_ms", *PRICES),
    Kind.FUNDING: ("ts_ms", "ts_raw_ms", "rate"),
    Kind.OI: ("ts_ms", "open_interest"),
}
GRIDS: Mapping[Kind, Timeframe] = {Kind.BARS: BASE, Kind.MARK: BASE, Kind.OI: Timeframe("5m")}  # payments have none
_INTEGERS = ("ts_open_ms", "ts_ms", "ts_raw_ms")


def clock_column(kind: Kind) -> str:
    """Return the column whose ascending, unique values name the rows."""
    return COLUMNS[kind][0]


def step_of(kind: Kind) -> int:
    """Return how long a row of a kind is valid on its grid, in ms; a minute for payments, which have none."""
    return GRIDS.get(kind, BASE).length_ms


def empty(kind: Kind) -> Columns:
    """Return no rows of a kind."""
    return {name: np.empty(0, np.int64 if name in _INTEGERS else np.float64) for name in COLUMNS[kind]}


def take(columns: Columns, rows: Any) -> Columns:
    """Return the chosen rows (slice, mask or index array) of every column."""
    return {name: values[rows] for name, values in columns.items()}


def join(parts: list[Columns]) -> Columns:
    """Return the parts one after another; at least one part, all of one kind."""
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def digest(kind: Kind, columns: Columns) -> str:
    """Return the digest of rows: equal rows give equal text wherever they are computed (HASH-1)."""
    return table_hash({name: columns[name] for name in COLUMNS[kind]})


def price_names(kind: Kind) -> tuple[str, ...]:
    """Return the columns that live on the tick grid."""
    return PRICES if kind in (Kind.BARS, Kind.MARK) else ()


def same_rows(kind: Kind, left: Columns, right: Columns) -> Bool:
    """Return which rows of two aligned tables agree in every value; the raw funding instant is not a value."""
    values = [name for name in COLUMNS[kind] if name not in _INTEGERS]
    agree = np.ones(len(left[values[0]]), np.bool_)
    for name in values:
        agree &= left[name] == right[name]
    return agree
