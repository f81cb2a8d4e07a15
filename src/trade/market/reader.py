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

DAMAGED_HINT = "'trade data heal' fetches it again where it can; else delete the series with 'trade data delete' and import it again"
_BATCH = 12  # months read at once; the copy DuckDB makes stays small beside the result

_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind the user's back
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "enable_external_file_cache": "false",  # the operating system keeps the files warm; a second copy only costs memory
    "preserve_insertion_order": "true",  # rows come in file order on any number of threads
}


def connect() -> duckdb.DuckDBPyConnection:
    """Return a database in memory; it owns no file and takes no lock."""
    return duckdb.connect(config=_CONFIG)


def read_months(connection: duckdb.DuckDBPyConnection, folder: Path, kind: Kind, months: Sequence[Month]) -> Columns:
    """Return all rows of the months, ascending. Raises Mismatch if a file is absent, damaged, or not what the manifest says."""
    columns = read_rows(connection, folder, kind, months)
    clock = columns[clock_column(kind)]
    if not bool(np.all(clock[1:] > clock[:-1])):
        raise _damaged(f"the rows of '{Path(months[0].file).parent}' are not ascending")
    return columns


def read_rows(connection: duckdb.DuckDBPyConnection, folder: Path, kind: Kind, months: Sequence[Month]) -> Columns:
    """Return all rows of the months in whatever order the files have them. Raises Mismatch if they are not as many as there should be."""
    rows = sum(month.rows for month in months)
    columns = {name: np.empty(rows, values.dtype) for name, values in empty(kind).items()}
    filled = 0
    for first in range(0, len(months), _BATCH):
        batch = months[first : first + _BATCH]
        end = filled + sum(month.rows for month in batch)
        for name, values in _read_batch(connection, folder, kind, batch, end - filled).items():
            columns[name][filled:end] = values
        filled = end
    return columns


def _read_batch(connection: duckdb.DuckDBPyConnection, folder: Path, kind: Kind, months: Sequence[Month], rows: int) -> Columns:
    names = ", ".join(COLUMNS[kind])
    query = f"SELECT {names} FROM read_parquet(?, hive_partitioning = false)"  # noqa: S608  the names are ours; paths are a parameter
    try:
        found: Columns = connection.sql(query, params=[[literal_path(folder / month.file) for month in months]]).fetchnumpy()
    except duckdb.Error as error:
        raise _damaged(str(error).partition("\n")[0]) from error
    if len(found[clock_column(kind)]) != rows:
        raise _damaged(f"the files of '{Path(months[0].file).parent}' do not hold as many rows as the manifest says")
    return found


def literal_path(path: Path) -> str:
    """Return a path in which DuckDB sees no wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _damaged(fact: str) -> Mismatch:
    return Mismatch(Finding("store-damaged", fact.lower(), DAMAGED_HINT))
