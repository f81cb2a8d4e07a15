"""Trades, fills and equity as parquet: the integer columns that are hashed, the same facts for human eyes, and the run they are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trade.base.arrays import Int64
from trade.base.arrow import as_arrow, as_constant, as_numpy, as_texts
from trade.base.curve import EquityCurve
from trade.base.hashing import table_hash
from trade.base.instrument import Grid
from trade.base.records import EQUITY, FILL, NO_PRICE, TRADE, Cap, ExitReason, FillKind, PriceFrom, Records, Rule, Word

Rows = Records | EquityCurve  # both give a column by its name
Readable = Callable[[Any, Grid], pa.Array]
_PCT = 100.0
_ANY_GRID = Grid(Decimal(1), Decimal(1))
BROKEN = (OSError, ValueError, pa.ArrowException)  # what pyarrow raises for bytes that are no parquet


@dataclass(frozen=True)
class Label:
    """What says on every row which run it is of, so that the files of many runs can be read as one table; `symbol` in full."""

    run_id: str
    play: str
    symbol: str


LABELS = tuple(field.name for field in fields(Label))


@dataclass(frozen=True)
class Table:
    """One table of a run: its file, the dtype of its integer columns, and its readable columns by name; the label comes last."""

    name: str
    dtype: np.dtype[Any]
    readable: Mapping[str, Readable]

    @property
    def file(self) -> str:
        return f"{self.name}.parquet"

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.integer_columns, *self.readable, *LABELS)

    @property
    def integer_columns(self) -> tuple[str, ...]:
        return tuple(self.dtype.names or ())

    def hash(self, rows: Rows) -> str:
        """Return the hash of the integer columns (HASH-1)."""
        return table_hash({name: np.ascontiguousarray(rows[name]) for name in self.integer_columns})

    def arrow(self, rows: Rows, grid: Grid, label: Label) -> pa.Table:
        """Return the table as it is written; a label is held once, and read back as a text per row."""
        arrays = [as_arrow(rows[name]) for name in self.integer_columns]
        arrays += [make(rows, grid) for make in self.readable.values()]
        arrays += [as_constant(text, len(arrays[0])) for text in astuple(label)]
        return pa.Table.from_arrays(arrays, names=list(self.columns))

    @cached_property
    def schema(self) -> pa.Schema:
        """The names and types of the file."""
        empty = self.arrow(np.zeros(0, self.dtype), _ANY_GRID, Label("", "", ""))
        return pa.schema([(name, pa.string() if name in LABELS else empty.schema.field(name).type) for name in self.columns])

    def write(self, folder: Path, rows: Rows, grid: Grid, label: Label) -> None:
        """Write the table; the same rows give the same bytes."""
        write_parquet(folder / self.file, self.arrow(rows, grid, label))

    def is_written(self, folder: Path, rows: Rows, grid: Grid, label: Label) -> bool:
        """Return whether the file holds exactly these rows, readable columns and label included; a broken one does not."""
        try:
            found: bool = self._stored(folder).equals(self.arrow(rows, grid, label).cast(self.schema))
        except BROKEN:
            return False
        return found

    def schema_of(self, folder: Path) -> pa.Schema:
        """Return the names and types that a file has. Raises one of `BROKEN`."""
        with (folder / self.file).open("rb") as file:
            return pq.read_schema(file)

    def rows_of(self, folder: Path) -> int:
        """Return how many rows a file says it has. Raises one of `BROKEN`."""
        with (folder / self.file).open("rb") as file:
            return int(pq.read_metadata(file).num_rows)

    def _stored(self, folder: Path, columns: list[str] | None = None) -> Any:
        return read_parquet(folder / self.file, columns)

    def readable_rows(self, folder: Path) -> list[dict[str, Any]]:
        """Return the rows with every column, times as text in UTC. Raises as `read`."""
        table = self._stored(folder, list(self.columns))
        columns = [_values(table.column(name)) for name in self.columns]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*columns, strict=True)]

    def read(self, folder: Path) -> Records:
        """Read the integer columns back. Raises OSError or ValueError (pyarrow's) for a broken file, KeyError for a lost column."""
        table = self._stored(folder, list(self.integer_columns))
        rows = np.empty(table.num_rows, self.dtype)
        for name in self.integer_columns:
            rows[name] = as_numpy(table.column(name), self.dtype[name])
        return rows


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table; the same rows give the same bytes."""
    with path.open("wb") as file:  # arrow takes no path that is not UTF-8
        pq.write_table(table, file, compression="zstd", store_schema=False, write_statistics=False)


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a table without threads of arrow's own: a process that ends while one starts is aborted."""
    file = pq.ParquetFile(pa.BufferReader(path.read_bytes()), pre_buffer=False)
    return file.read(columns=columns, use_threads=False)


def _values(column: Any) -> list[Any]:
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    instants = as_numpy(column, np.int64).astype("datetime64[ms]").astype("datetime64[s]")
    return list(np.datetime_as_string(instants, timezone="UTC").tolist())


def _time(name: str) -> Readable:
    return lambda rows, _: as_arrow(rows[name], pa.timestamp("ms", "UTC"))


def _price(name: str) -> Readable:
    return lambda rows, grid: as_arrow(grid.to_prices(rows[name]), absent=rows[name] == NO_PRICE)


def _money(name: str) -> Readable:
    return lambda rows, grid: as_arrow(rows[name] / grid.quanta_per_unit)


def _quantity(name: str) -> Readable:
    return lambda rows, grid: as_arrow(grid.to_quantities(rows[name]))


def _over(part: str, whole: str, times: float = 1.0) -> Readable:
    """Return a column over another one; null where that is 0, which no run writes."""

    def ratio(rows: Records, _: Grid) -> pa.Array:
        none = rows[whole] == 0
        return as_arrow(times * rows[part] / np.where(none, 1, rows[whole]), absent=none)

    return ratio


def _drawdown(rows: Rows, _: Grid) -> pa.Array:
    """Return by how much the equity is below its highest point so far, in percent of that."""
    equity = rows["equity_quanta"]
    peak = np.maximum.accumulate(equity)
    return as_arrow(_PCT * (peak - equity) / np.maximum(peak, 1))


def _word(name: str, words: type[Word]) -> Readable:
    texts = {int(code): code.word for code in words}
    return lambda rows, _: as_texts(rows[name], texts)


def _side(rows: Records, _: Grid) -> pa.Array:
    return as_texts(rows["side"], {1: "long", -1: "short"})


TRADES = Table(
    "trades",
    TRADE,
    {
        "direction": _side,
        "decision_time": _time("decision_ts_ms"),
        "entry_time": _time("entry_ts_ms"),
        "exit_time": _time("exit_ts_ms"),
        "entry_price": _price("entry_price_ticks"),
        "exit_price": _price("exit_price_ticks"),
        "quantity": _quantity("quantity_lots"),
        "entry_value_usdt": _money("entry_value_quanta"),
        "stop_price": _price("stop_price_ticks"),
        "target_price": _price("target_price_ticks"),
        "liquidation_price": _price("liquidation_price_ticks"),
        "margin_usdt": _money("margin_quanta"),
        "leverage": _over("entry_value_quanta", "margin_quanta"),
        "gross_usdt": _money("gross_quanta"),
        "slippage_usdt": _money("slippage_quanta"),
        "fees_usdt": _money("fees_quanta"),
        "funding_usdt": _money("funding_quanta"),
        "net_usdt": _money("net_quanta"),
        "return_pct": _over("net_quanta", "entry_value_quanta", _PCT),
        "mae_pct": _over("mae_ticks", "entry_price_ticks", _PCT),
        "mfe_pct": _over("mfe_ticks", "entry_price_ticks", _PCT),
        "exit_reason_word": _word("exit_reason", ExitReason),
    },
)

FILLS = Table(
    "fills",
    FILL,
    {
        "time": _time("ts_ms"),
        "kind_word": _word("kind", FillKind),
        "price": _price("price_ticks"),
        "quantity": _quantity("quantity_lots"),
        "fee_usdt": _money("fee_quanta"),
        "cash_usdt": _money("cash_quanta"),
        "price_from_word": _word("price_from", PriceFrom),
        "rule_word": _word("rule", Rule),
        "cap_word": _word("cap", Cap),
    },
)

POINTS = Table(
    "equity",
    EQUITY,
    {
        "time": _time("ts_ms"),
        "equity_usdt": _money("equity_quanta"),
        "cash_usdt": _money("cash_quanta"),
        "notional_usdt": _money("notional_quanta"),
        "position_quantity": _quantity("position_lots"),
        "drawdown_pct": _drawdown,
    },
)

TABLES = (TRADES, FILLS, POINTS)
