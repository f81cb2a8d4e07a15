"""DuckDB's SQL over one snapshot of the store and the views beside it, for users; nothing a query says can change or leave them.

DuckDB reads the files by itself and leaves out those that a query does not need. It writes down which ones it opened, and each of
them that is the store's is checked before the answer is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding
from trade.market import journal
from trade.market.columns import COLUMNS, clock_column, digest
from trade.market.damage import fault_of, is_intact
from trade.market.manifest import Month
from trade.market.names import Kind
from trade.market.paths import utf8_path
from trade.market.reader import find_damage
from trade.market.store import Store

_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind the user's back
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "enable_external_file_cache": "false",  # the operating system keeps the files warm; a second copy only costs memory
    "preserve_insertion_order": "true",  # rows come in file order on any number of threads
}

_OPENING = re.compile(r'\{"fs":"[^"]*","path":"(.*)","op":"OPEN"\}', re.DOTALL)
_OF_THE_WORDS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)  # the query is wrong, whatever the files hold
_OF_DUCKDB = re.compile(r'\s*Did you mean "(?:pg_|duckdb_|sqlite_|pragma_|information_schema)[^"]*"\?')
_NUMERIC = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)")  # types
_NAMED = 40  # columns of a view in a hint
_TIME = "time"  # of every view: the instant of a row in UTC, beside the same in ms
_JOURNAL = {  # in the order of `Entry`
    "at_ms": "BIGINT",
    _TIME: "TIMESTAMP AS (epoch_ms(at_ms))",
    "what": "VARCHAR",
    "series": "VARCHAR",
    "kind": "VARCHAR",
    "start_ms": "BIGINT",
    "end_ms": "BIGINT",
    "rows": "BIGINT",
    "result": "VARCHAR",
}


@dataclass(frozen=True)
class QueryResult:
    """The rows of a query, as Python values; `numeric` says which columns are of numbers."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class View:
    """A view beside those of the store: its columns by name, each as an expression over its source.

    That is a tuple of parquet files of one schema under `root`, or an arrow table. `damage` says which of the files that a query opened,
    by their paths, are not what a run wrote, or, for None, what keeps any from being read, once DuckDB has refused a query of them.
    """

    columns: Mapping[str, str]
    root: Path
    source: Any
    damage: Callable[[Collection[str] | None], Sequence[Finding]]


Beside = Mapping[str, Callable[[], View]]  # views by name, made where a query names them and no sooner


def query(store: Store, sql: str, limit: int | None = None, beside: Beside | None = None) -> QueryResult:
    """Return what one SELECT says, at most `limit` rows of it.

    Views: `bars`, `mark`, `funding`, `oi`, with venue, market, symbol, `journal`, and those `beside` the store.

    Raises Malformed for anything but one SELECT, and for what DuckDB refuses; Mismatch with the damaged ones of the files it read.
    """
    beside = {} if beside is None else beside
    views = {name: make() for name, make in beside.items() if _names(sql, name)}
    connection = duckdb.connect(config=_CONFIG)
    views_are_read = False
    try:
        statements = connection.extract_statements(sql)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise Malformed(
                Finding("sql-not-a-select", "the store answers one SELECT statement and takes nothing else", "write 'SELECT ...'")
            )
        if _names(sql, "journal"):  # no other question depends on that file
            _journal(connection, store)
        _views(connection, store, views)
        views_are_read = True
        answer = _answer(connection, sql, limit)
        opened = _opened(connection)
        _require_whole(store, opened)
        if damage := [finding for view in views.values() for finding in view.damage(opened)]:
            raise Mismatch(damage)
    except duckdb.Error as error:
        if not (views_are_read and isinstance(error, _OF_THE_WORDS)):
            _require_whole(store, {*_opened(connection), *_absent(store)})
            if damage := [finding for view in views.values() for finding in view.damage(None)]:
                raise Mismatch(damage) from error
        raise Malformed(
            Finding("sql-refused", _OF_DUCKDB.sub("", str(error)).strip().replace("\n", " "), _known(sql, views, beside))
        ) from error
    return answer


def _answer(connection: duckdb.DuckDBPyConnection, sql: str, limit: int | None) -> QueryResult:
    """Return the rows of a query; it runs beside this thread, which hears Ctrl-C and stops it."""

    def run() -> QueryResult:
        cursor = connection.execute(sql)
        columns = tuple(column[0] for column in cursor.description or ())
        numeric = tuple(_NUMERIC.fullmatch(str(column[1])) is not None for column in cursor.description or ())
        return QueryResult(columns, numeric, cursor.fetchall() if limit is None else cursor.fetchmany(limit))

    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(run)
        try:
            return running.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _known(sql: str, made: Mapping[str, View], beside: Beside) -> str:
    """Name every view, those of the query, or where it names none all of the store, with their columns: of a wide one the first."""
    views = {str(kind): _columns(kind) for kind in Kind} | {"journal": tuple(_JOURNAL)} | {name: tuple(made[name].columns) for name in made}
    wanted = {name for name in views if _names(sql, name)} or set(views)
    said = [f"{name} ({_some(views[name])})" if name in wanted else name for name in (*views, *beside)]
    return "views: " + "; ".join(dict.fromkeys(said))


def _some(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - _NAMED} more, as 'SELECT *' shows" if len(columns) > _NAMED else ""
    return ", ".join(columns[:_NAMED]) + more


def _names(sql: str, view: str) -> bool:
    """Return whether a query may be of a view: whether the word is anywhere in it."""
    return re.search(rf"\b{view}\b", sql, re.IGNORECASE) is not None


def _columns(kind: Kind) -> tuple[str, ...]:
    clock, *others = COLUMNS[kind]
    return ("venue", "market", "symbol", clock, _TIME, *others)


def _views(connection: duckdb.DuckDBPyConnection, store: Store, beside: Mapping[str, View]) -> None:
    connection.execute("CALL enable_logging('FileSystem')")
    for kind in Kind:
        connection.execute(f"CREATE VIEW {kind} AS {_select(store, kind)}")
    folders = {store.path.resolve()}
    for name, view in beside.items():
        connection.execute(f"CREATE VIEW {name} AS {_select_beside(connection, name, view)}")
        folders |= {view.root} if isinstance(view.source, tuple) else set()
    connection.execute("CALL truncate_duckdb_logs()")  # each view has looked at its first file
    spellings = {f"{said}/" for folder in folders for said in (utf8_path(folder), _literal(folder))}  # of files, and as they are listed
    allowed = ", ".join(map(_quoted, sorted(spellings)))
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _opened(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the paths of the files that were opened, out of what DuckDB wrote down, in which a quote in a path is not escaped."""
    told = connection.execute("SELECT DISTINCT message FROM duckdb_logs WHERE type = 'FileSystem'").fetchall()
    return {opened[1] for (message,) in told if (opened := _OPENING.fullmatch(message))}


def _absent(store: Store) -> set[str]:
    """Return the paths at which no file is."""
    return {utf8_path(path) for _, _, path in _files(store) if not path.is_file()}


def _files(store: Store) -> Iterable[tuple[Kind, Month, Path]]:
    folder = store.path.resolve()
    return ((stored.kind, month, folder / month.file) for stored in store.series() for month in stored.months)


def _require_whole(store: Store, paths: set[str]) -> None:
    """Raise Mismatch with every damaged file among some."""
    wanted = [(kind, month) for kind, month, path in _files(store) if utf8_path(path) in paths]

    def fault(raw: bytes, kind: Kind, month: Month) -> str:
        """Say what is wrong, also where DuckDB alone cannot read what others still can."""
        if is_intact(raw, month):
            return ""
        return fault_of(raw, kind, month) or _fault(store.path.resolve() / month.file, kind, month)

    damage = find_damage(store.path, wanted, fault)
    if damage:
        raise Mismatch(damage)


def _fault(path: Path, kind: Kind, month: Month) -> str:
    """Return what is wrong with the rows of a file as DuckDB reads them, or nothing."""
    query = f"SELECT {', '.join(COLUMNS[kind])} FROM read_parquet(?, hive_partitioning = false)"  # noqa: S608  the names are ours
    try:
        found = duckdb.connect(config=_CONFIG).sql(query, params=[_literal(path)]).fetchnumpy()
        same = digest(kind, found) == month.digest
    except (duckdb.Error, TypeError, ValueError):
        same = False
    return "" if same else "does not hold the rows it was stored with, as DuckDB reads them"


def _journal(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Give the journal as a table in memory; it is small, and its end may belong to no commit yet."""
    columns = ", ".join(f"{name} {word}" for name, word in _JOURNAL.items())
    connection.execute(f"CREATE TABLE journal ({columns})")
    rows = [list(entry.as_json().values()) for entry in journal.read(store.path, store.manifest)]
    if rows:
        connection.executemany(f"INSERT INTO journal VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608  question marks


def _select(store: Store, kind: Kind) -> str:
    names = _columns(kind)
    files = [path for one, _, path in _files(store) if one is kind]
    if not files:
        types = ["VARCHAR"] * 3 + ["TIMESTAMP" if name == _TIME else "BIGINT" if name.endswith("_ms") else "DOUBLE" for name in names[3:]]
        return "SELECT " + ", ".join(f"NULL::{word} AS {name}" for name, word in zip(names, types, strict=True)) + " WHERE false"
    columns = ", ".join(f"epoch_ms({clock_column(kind)}) AS time" if name == _TIME else name for name in names)
    return f"SELECT {columns} FROM read_parquet([{_listed(files)}], hive_partitioning = true, hive_types_autocast = false)"  # noqa: S608


def _select_beside(connection: duckdb.DuckDBPyConnection, name: str, view: View) -> str:
    columns = ", ".join(f"{expression} AS {column}" for column, expression in view.columns.items())
    if isinstance(view.source, tuple):
        return f"SELECT {columns} FROM read_parquet([{_listed(view.source)}], hive_partitioning = false)"  # noqa: S608  our own words
    connection.register(f"rows_of_{name}", view.source)
    return f"SELECT {columns} FROM rows_of_{name}"  # noqa: S608  our own words


def _listed(files: Iterable[Path]) -> str:
    return ", ".join(_quoted(_literal(path)) for path in files)


def _literal(path: Path) -> str:
    """Return a path in which DuckDB sees no wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in utf8_path(path))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
