"""DuckDB's SQL over one snapshot of the store, for users; nothing a query says can change or leave the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.market import journal
from trade.market.columns import COLUMNS
from trade.market.names import Kind
from trade.market.paths import utf8_path
from trade.market.reader import connect, literal_path
from trade.market.store import Store

_JOURNAL = {  # in the order of `Entry`
    "at_ms": "BIGINT",
    "what": "VARCHAR",
    "series": "VARCHAR",
    "kind": "VARCHAR",
    "start_ms": "BIGINT",
    "end_ms": "BIGINT",
    "rows": "BIGINT",
    "result": "VARCHAR",
}


@dataclass(frozen=True)
class Answer:
    """The rows of a query, as Python values."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def query(store: Store, sql: str, limit: int | None = None) -> Answer:
    """Return what one SELECT says, at most `limit` rows of it.

    Views: `bars`, `mark`, `funding`, `oi`, with venue, market, symbol, and `journal`.

    Raises Malformed for anything but one SELECT, and for what DuckDB refuses.
    """
    try:
        connection = connect()
        statements = connection.extract_statements(sql)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise Malformed(
                Finding("sql-not-a-select", "the store answers one SELECT statement and takes nothing else", "write 'SELECT ...'")
            )
        if "journal" in sql.lower():  # no other question depends on that file
            _journal(connection, store)
        _views(connection, store)
        cursor = connection.execute(sql)
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        return Answer(tuple(column[0] for column in cursor.description or ()), rows)
    except duckdb.Error as error:
        views = {str(kind): ("venue", "market", "symbol", *COLUMNS[kind]) for kind in Kind} | {"journal": tuple(_JOURNAL)}
        hint = "views: " + "; ".join(f"{name} ({', '.join(columns)})" for name, columns in views.items())
        raise Malformed(Finding("sql-refused", str(error).strip().replace("\n", " "), hint)) from error


def _views(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    for kind in Kind:
        connection.execute(f"CREATE VIEW {kind} AS {_select(store, kind)}")
    folder = store.path.resolve()
    connection.execute(f"SET allowed_directories = [{_quoted(f'{utf8_path(folder)}/')}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _journal(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Give the journal as a table in memory; it is small, and its end may belong to no commit yet."""
    columns = ", ".join(f"{name} {word}" for name, word in _JOURNAL.items())
    connection.execute(f"CREATE TABLE journal ({columns})")
    rows = [list(entry.as_json().values()) for entry in journal.read(store.path, store.manifest.generation)]
    if rows:
        connection.executemany(f"INSERT INTO journal VALUES ({', '.join('?' * len(_JOURNAL))})", rows)  # noqa: S608  question marks


def _select(store: Store, kind: Kind) -> str:
    names = ["venue", "market", "symbol", *COLUMNS[kind]]
    files = [store.path.resolve() / month.file for stored in store.series() if stored.kind is kind for month in stored.months]
    if not files:
        types = ["VARCHAR"] * 3 + ["BIGINT" if name.endswith("_ms") else "DOUBLE" for name in COLUMNS[kind]]
        return "SELECT " + ", ".join(f"NULL::{word} AS {name}" for name, word in zip(names, types, strict=True)) + " WHERE false"
    paths = ", ".join(_quoted(literal_path(path)) for path in files)
    return f"SELECT {', '.join(names)} FROM read_parquet([{paths}], hive_partitioning = true, hive_types_autocast = false)"  # noqa: S608


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
