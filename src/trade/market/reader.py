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
from trade.market.damage import UNREADABLE, find_damage, has_other_types, is_whole
from trade.market.manifest import Month
from trade.market.names import Kind
from trade.market.paths import utf8_path

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
    """Return all rows of the months, ascending. Raises Mismatch with every file that is absent, damaged, or not what the manifest says."""
    rows = sum(month.rows for month in months)
    columns = {name: np.empty(rows, values.dtype) for name, values in empty(kind).items()}
    filled = 0
    for first in range(0, len(months), _BATCH):
        batch = months[first : first + _BATCH]
        try:
            found = _read(connection, kind, [folder / month.file for month in batch])
        except UNREADABLE as error:
            raise _refusal(folder, kind, months, str(error)) from error
        if not is_whole(kind, found, batch):
            raise _refusal(folder, kind, months, "they are not what the manifest says")
        end = filled + len(found[clock_column(kind)])
        for name, values in found.items():
            columns[name][filled:end] = values
        filled = end
    return columns


def read_rows(folder: Path, kind: Kind, month: Month) -> Columns:
    """Return the rows of one file in whatever order and with whatever values it has. Raises Mismatch if it holds no such table."""
    try:
        found = _read(connect(), kind, [folder / month.file])
    except UNREADABLE as error:
        raise _refusal(folder, kind, [month], str(error)) from error
    if len(found[clock_column(kind)]) != month.rows or has_other_types(kind, found):
        raise _refusal(folder, kind, [month], "it is not what the manifest says")
    return found


def _read(connection: duckdb.DuckDBPyConnection, kind: Kind, files: Sequence[Path]) -> Columns:
    query = f"SELECT {', '.join(COLUMNS[kind])} FROM read_parquet(?, hive_partitioning = false)"  # noqa: S608  the names are ours
    found: Columns = connection.sql(query, params=[[literal_path(file) for file in files]]).fetchnumpy()
    return found


def _refusal(folder: Path, kind: Kind, months: Sequence[Month], said: str) -> Mismatch:
    """Return the refusal that names the files; each is read in a database of its own, since a broken one may take its database along."""
    found = find_damage(folder, kind, months, lambda file: _read(connect(), kind, [file]))
    fact = f"the files of '{Path(months[0].file).parent}' cannot be read together: {said.partition(chr(10))[0]}"
    return found or Mismatch(Finding("store-damaged", fact, "run 'trade data delete' on the series, then import or sync it again"))


def literal_path(path: Path) -> str:
    """Return a path in which DuckDB sees no wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in utf8_path(path))
