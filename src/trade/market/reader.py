"""Reading month files through DuckDB: rows in file order, no arithmetic in SQL (HASH-1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from trade.base.errors import Mismatch
from trade.base.findings import Finding
from trade.market.columns import COLUMNS, Columns, clock_column, empty
from trade.market.manifest import Month
from trade.market.names import Kind

_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind the user's back
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "preserve_insertion_order": "true",  # rows come in file order on any number of threads
}


def connect() -> duckdb.DuckDBPyConnection:
    """Return a database in memory; it owns no file and takes no lock."""
    return duckdb.connect(config=_CONFIG)


def read_months(connection: duckdb.DuckDBPyConnection, folder: Path, kind: Kind, months: Sequence[Month]) -> Columns:
    """Return all rows of the months, ascending. Raises Mismatch if a file is absent, damaged, or not what the manifest says."""
    if not months:
        return empty(kind)
    names = ", ".join(COLUMNS[kind])
    query = f"SELECT {names} FROM read_parquet(?, hive_partitioning = false)"  # noqa: S608  the names are ours; paths are a parameter
    try:
        found = connection.sql(query, params=[[literal_path(folder / month.file) for month in months]]).fetchnumpy()
    except duckdb.Error as error:
        raise _damaged(str(error).partition("\n")[0]) from error
    columns = {name: np.ascontiguousarray(found[name]) for name in COLUMNS[kind]}
    clock = columns[clock_column(kind)]
    if len(clock) != sum(month.rows for month in months) or not bool(np.all(clock[1:] > clock[:-1])):
        raise _damaged(f"the files of '{Path(months[0].file).parent}' do not hold the rows the manifest names")
    return columns


def literal_path(path: Path) -> str:
    """Return a path in which DuckDB sees no wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _damaged(fact: str) -> Mismatch:
    return Mismatch(Finding("store-damaged", fact.lower(), "delete the series with 'trade data delete' and import it again"))
