"""The last gate reads the staged files back: schemas, row counts, hashes recomputed from disk, and the ledger identity MONEY-2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trade.artifacts.receipt import FILES, MANIFEST, RESULT, SIGNATURE, metrics_hash
from trade.artifacts.stage import read_json
from trade.artifacts.tables import FILLS, POINTS, TABLES, TRADES, Table
from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.hashing import json_hash
from trade.base.records import FillKind, Records
from trade.gates.gate import Gate

_HINT = "nothing was published; run again, and report it when it comes back"
_HASHES = {"trades": "trades_hash", "fills": "fills_hash", "equity": "equity_hash"}


@dataclass(frozen=True)
class Written:
    """A folder of files as a run writes them."""

    folder: Path


def check(case: Written) -> Iterator[Finding]:
    """Look at every file; contents only where all files are there and can be read."""
    missing = [name for name in FILES if not (case.folder / name).is_file()]
    for name in missing:
        yield Finding("artifact-missing", f"'{name}' was not written", _HINT)
    if missing:
        return
    found = [finding for table in TABLES for finding in _check_schema(case.folder, table)]
    documents: dict[str, Any] = {}
    for name in (MANIFEST, RESULT, SIGNATURE):
        try:
            documents[name] = read_json(case.folder / name)
        except ValueError as error:
            found.append(Finding("artifact-unreadable", f"'{name}' is not JSON: {error}", _HINT))
    yield from found
    if found:
        return
    tables = {table.name: table.read(case.folder) for table in TABLES}
    yield from _check_result(documents[RESULT], tables)
    yield from _check_ledger(documents[RESULT], tables)
    yield from _check_signature(documents[SIGNATURE])


def _check_schema(folder: Path, table: Table) -> Iterator[Finding]:
    try:
        schema = pq.read_schema(folder / table.file)
    except (OSError, pa.ArrowInvalid) as error:
        yield Finding("artifact-unreadable", f"'{table.file}' is not parquet: {error}", _HINT)
        return
    if tuple(schema.names) != table.columns:
        yield Finding("artifact-schema", f"'{table.file}' has columns {schema.names}", _HINT)
        return
    for name in table.integer_columns:
        if schema.field(name).type != pa.int64():
            yield Finding("artifact-schema", f"'{table.file}': '{name}' is {schema.field(name).type}, not int64", _HINT)


def _check_result(summary: Any, tables: dict[str, Records]) -> Iterator[Finding]:
    said = summary["hashes"]
    found = {_HASHES[table.name]: table.hash(tables[table.name]) for table in TABLES}
    found["metrics_hash"] = metrics_hash(summary["metrics"])
    found["run_hash"] = json_hash(found)
    for name, value in found.items():
        if said.get(name) != value:
            yield Finding("artifact-hash", f"'{name}' of the files is {value[:12]}, the result says {str(said.get(name))[:12]}", _HINT)
    for name, count in summary["rows"].items():
        if len(tables[name]) != count:
            yield Finding("artifact-rows", f"'{name}' has {len(tables[name])} rows, the result says {count}", _HINT)


def _check_ledger(summary: Any, tables: dict[str, Records]) -> Iterator[Finding]:
    """MONEY-2, recomputed from the written rows in integers."""
    trades, fills, points = tables[TRADES.name], tables[FILLS.name], tables[POINTS.name]
    initial, final = summary["initial_equity_quanta"], int(points["equity_quanta"][-1])
    gross, fees, funding, net = (int(trades[f"{name}_quanta"].sum()) for name in ("gross", "fees", "funding", "net"))
    paid = fills["kind"] == int(FillKind.FUNDING)
    sums = {
        "final cash = initial + realised - fees + funding": (int(points["cash_quanta"][-1]), initial + gross - fees + funding),
        "sum of trade.net = final equity - initial equity": (net, final - initial),
        "cash changes of the fills = cash change of the run": (int(fills["cash_quanta"].sum()), final - initial),
        "fees of the fills = fees of the trades": (int(fills["fee_quanta"].sum()), fees),
        "funding of the fills = funding of the trades": (int(fills["cash_quanta"][paid].sum()), funding),
        "first point = initial equity": (int(points["equity_quanta"][0]), initial),
    }
    for name, (left, right) in sums.items():
        if left != right:
            yield Finding("ledger-broken", f"{name} does not hold: {left} is not {right} quanta", _HINT)
    if (np.diff(points["ts_ms"]) <= 0).any():
        yield Finding("ledger-broken", "the equity curve does not ascend in time", _HINT)
    if (trades["exit_ts_ms"] < trades["entry_ts_ms"]).any() or (trades["quantity_lots"] <= 0).any():
        yield Finding("ledger-broken", "a trade ends before it begins, or has no quantity", _HINT)


def _check_signature(signature: Any) -> Iterator[Finding]:
    declared, computed = set(signature["declared_features"]), set(signature["computed_features"])
    for name in sorted(declared ^ computed):
        where = "declared, not computed" if name in declared else "computed, not declared"
        yield Finding("signature-features", f"'{name}' was {where}", _HINT)


ARTIFACTS: Gate[Written] = Gate("artifact validation", Refused, (check,))
