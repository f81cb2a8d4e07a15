"""The runs that are kept as views for SQL: one row per run, and the rows of their tables; read only where a query names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trade.analysis.metric import Metric, Unit
from trade.analysis.registry import EXTRAS, METRICS
from trade.artifacts.receipt import VERIFY
from trade.artifacts.shelf import KeptRun, as_published, list_runs
from trade.artifacts.tables import BROKEN, FILLS, POINTS, TRADES, Table
from trade.base.arrow import as_arrow, as_texts
from trade.base.errors import Mismatch
from trade.base.findings import Finding, Severity
from trade.market.paths import as_typed, utf8_path
from trade.market.sql import View

_INSTANTS = ("started_ms", "window_from_ms", "window_to_ms")
_TEXTS = ("run_id", "play", "symbol", "exec_timeframe", "status", "stop_reason", "synthetic", "play_hash", "folder")
_METRICS = (*METRICS, *EXTRAS)
RUNS = "runs"
_TABLES = {
    TRADES.name: (TRADES, "exit_ts_ms"),
    FILLS.name: (FILLS, "ts_ms"),
    POINTS.name: (POINTS, "ts_ms"),
}  # each with the instant of a row
NAMES = (RUNS, *_TABLES)


class KeptViews:
    """Views `runs`, `trades`, `fills`, `equity` over every sound run under a folder; they agree about which those are."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def view(self, name: str) -> View:
        """Return a view by its name. Raises Malformed where the folder is a file."""
        root = self._out.resolve()
        if name == RUNS:
            return View(_run_columns(), root, self._runs(), lambda _opened: ())
        table, instant = _TABLES[name]
        files = self._files(table)
        return View(_columns(table, instant), root, files or _without_rows(table), lambda opened: tuple(self._faults(table, opened)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """A warning for each run that no view shows because it cannot be read."""
        return self._shelved[1]

    @cached_property
    def _shelved(self) -> tuple[tuple[Mapping[str, Any], ...], tuple[Finding, ...]]:
        """The rows of the runs, in no order that is promised, and what is wrong with the others."""
        kept, damaged = list_runs(self._out)
        rows, lost = [], []
        for each in kept:
            try:
                with as_published(each.folder):
                    rows.append(_row(each))
            except Mismatch as error:
                lost += [replace(finding, severity=Severity.WARNING) for finding in error.findings]
        return tuple(rows), (*damaged, *lost)

    def _runs(self) -> pa.Table:
        rows, _ = self._shelved
        columns = {name: _texts([as_typed(row[name]) for row in rows]) for name in _TEXTS}
        columns |= {name: _numbers([row[name] for row in rows], np.int64) for name in _INSTANTS}
        columns |= {each.name: _metric(each, [row[each.name] for row in rows]) for each in _METRICS}
        return pa.Table.from_arrays(list(columns.values()), names=list(columns))

    def _files(self, table: Table) -> tuple[Path, ...]:
        root = self._out.resolve()
        return tuple(root / Path(row["folder"]).relative_to(self._out) / table.file for row in self._shelved[0])

    def _faults(self, table: Table, opened: Collection[str] | None) -> Iterator[Finding]:
        """Yield a finding per file that is not the table that its run wrote; of those that were opened by its shape alone."""
        for each in self._shelved[0]:
            folder = Path(each["folder"])
            if opened is not None and utf8_path((folder / table.file).resolve()) not in opened:
                continue
            try:
                sound = table.schema_of(folder).equals(table.schema) and table.rows_of(folder) == each["rows"][table.name]
                if opened is None:
                    table.read(folder)
            except (*BROKEN, KeyError):
                sound = False
            if not sound:
                yield Finding("artifact-unreadable", f"'{folder / table.file}' is not the table that a run wrote", VERIFY)


def _without_rows(table: Table) -> pa.Table:
    return pa.Table.from_arrays([pa.nulls(0, field.type) for field in table.schema], schema=table.schema)


def _run_columns() -> Mapping[str, str]:
    times = {"time": "started_ms", "window_from_time": "window_from_ms", "window_to_time": "window_to_ms"}
    columns = {name: name for name in _TEXTS}
    for name, instant in times.items():
        columns |= {instant: instant, name: f"epoch_ms({instant})"}
    return columns | {each.name: each.name for each in _METRICS}


def _columns(table: Table, instant: str) -> Mapping[str, str]:
    """Return the columns of a file, its timestamps without a zone, and the time of a row."""
    own = {name: f"epoch_ms(epoch_ms({name}))" if pa.types.is_timestamp(table.schema.field(name).type) else name for name in table.columns}
    return own | {"time": f"epoch_ms({instant})"}


def _row(kept: KeptRun) -> dict[str, Any]:
    """Return a run as a row; raises one of the errors of `as_published` where a value is of another type."""
    brief, window = kept.brief, kept.brief["window"]
    return {
        **{name: _text(brief[name]) for name in ("run_id", "play", "symbol", "exec_timeframe", "status", "stop_reason", "play_hash")},
        "synthetic": _text(kept.made_by),
        "folder": str(kept.folder),
        "rows": {name: int(count) for name, count in kept.result["rows"].items()},
        "started_ms": kept.started_ms,
        "window_from_ms": int(window[0]),
        "window_to_ms": int(window[1]),
        **{each.name: _value(each, {**kept.result["metrics"], **kept.result["extras"]}[each.name]) for each in _METRICS},
    }


def _value(metric: Metric, value: Any) -> Any:
    if metric.unit is Unit.WORD:
        return _text(value)
    return None if value is None else int(value) if metric.unit is Unit.COUNT else float(value)


def _text(value: Any) -> str:
    """Return a text as it is. Raises ValueError for one that is no Unicode, TypeError for what is none."""
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()
    return value


def _metric(metric: Metric, values: Sequence[Any]) -> pa.Array:
    if metric.unit is Unit.WORD:
        return _texts(values)
    return _numbers(values, np.int64 if metric.unit is Unit.COUNT else np.float64)


def _numbers(values: Sequence[int | float | None], kind: type[np.int64 | np.float64]) -> pa.Array:
    absent = np.array([value is None for value in values], bool)
    return as_arrow(np.array([0 if value is None else value for value in values], kind), absent=absent)


def _texts(values: Sequence[str]) -> pa.Array:
    return as_texts(np.arange(len(values)), dict(enumerate(values)))
