"""`decisions.parquet`: what was decided at each close and what the rules read there; kept where a run was asked to record it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trade.artifacts.tables import BROKEN, LABELS, Label, read_parquet, write_parquet
from trade.base.arrow import as_arrow, as_constant, as_numpy, as_texts
from trade.base.decided import DECIDED, DecisionRecord
from trade.base.hashing import table_hash
from trade.base.records import Intent

DECISIONS = "decisions.parquet"
RECORDED = "recorded"  # in the manifest: what was recorded beside the run, which is the same with and without
_INTEGERS = tuple(DECIDED.names or ())
_TEXTS = ("block", "rule")
COLUMNS = (*_INTEGERS, "time", "decision_word", *_TEXTS)  # what was read follows, then the label
TAKEN = (*COLUMNS, *LABELS)


def recorded(decided: DecisionRecord | None) -> dict[str, Any]:
    """Return what the manifest says of the record of a run: nothing of one that has none."""
    return {} if decided is None else {RECORDED: {"decisions": {"rows": len(decided.rows), "hash": decided_hash(decided)}}}


def decided_hash(decided: DecisionRecord) -> str:
    """Return the hash of the values (HASH-1): integers, texts, and doubles bit for bit."""
    columns: dict[str, Any] = {name: np.ascontiguousarray(decided.rows[name]) for name in _INTEGERS}
    columns |= {name: np.array(texts, object) for name, texts in zip(_TEXTS, (decided.blocks, decided.rules), strict=True)}
    return table_hash({**columns, **decided.values})


def write_decided(folder: Path, decided: DecisionRecord, label: Label) -> None:
    """Write the file; the same decisions give the same bytes."""
    write_parquet(folder / DECISIONS, _arrow(decided, label))


def is_decided_written(folder: Path, decided: DecisionRecord, label: Label) -> bool:
    """Return whether the file holds exactly these decisions; a broken one does not."""
    table = _arrow(decided, label)
    plain = pa.schema([(field.name, pa.string() if field.name in LABELS else field.type) for field in table.schema])
    try:
        return bool(read_parquet(folder / DECISIONS).equals(table.cast(plain)))
    except BROKEN:
        return False


def read_decided(folder: Path) -> DecisionRecord:
    """Read the file back. Raises one of `BROKEN` for what is none, KeyError for a lost column."""
    table = read_parquet(folder / DECISIONS)
    rows = np.empty(table.num_rows, DECIDED)
    for name in _INTEGERS:
        rows[name] = as_numpy(table.column(name), np.int64)
    blocks, rules = (tuple(table.column(name).to_pylist()) for name in _TEXTS)
    values = {name: _doubles(table.column(name)) for name in table.column_names if name not in TAKEN}
    return DecisionRecord(rows, blocks, rules, values)


def _arrow(decided: DecisionRecord, label: Label) -> pa.Table:
    rows = decided.rows
    columns: dict[str, Any] = {name: as_arrow(rows[name]) for name in _INTEGERS}
    columns["time"] = as_arrow(rows["ts_ms"], pa.timestamp("ms", "UTC"))
    columns["decision_word"] = as_texts(rows["decision"], {int(code): code.word for code in Intent})
    for name, texts in zip(_TEXTS, (decided.blocks, decided.rules), strict=True):
        columns[name] = as_texts(np.arange(len(texts)), dict(enumerate(texts)))
    columns |= {name: as_arrow(values, absent=np.isnan(values)) for name, values in decided.values.items()}
    columns |= {name: as_constant(text, len(rows)) for name, text in zip(LABELS, astuple(label), strict=True)}
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _doubles(column: Any) -> Any:
    return np.array([np.nan if value is None else value for value in column.to_pylist()], np.float64)


def check_recorded(manifest: Mapping[str, Any]) -> str:
    """Return the hash of the decisions that a manifest says were recorded, or nothing. Raises ValueError for what no run writes."""
    said = manifest.get(RECORDED, {})
    match said:
        case {"decisions": {"rows": int(), "hash": str(found), **more}, **others} if not more and not others:
            return found
        case {} if not said and isinstance(said, dict):
            return ""
    raise ValueError(f"its '{RECORDED}' is none that a run writes")
