"""The last gate reads the staged files back: schemas, row counts, hashes recomputed from disk, and the ledger identity MONEY-2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.analysis.entries import cuts
from trade.artifacts.decided import DECISIONS, check_recorded, decided_hash, read_decided
from trade.artifacts.receipt import FILES, MANIFEST, PREFLIGHT, RESULT, SIGNATURE, metrics_hash
from trade.artifacts.stage import read_json
from trade.artifacts.tables import BROKEN, FILLS, POINTS, TABLES, TRADES, Table
from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.hashing import json_hash
from trade.base.instrument import Instrument
from trade.base.records import Records
from trade.gates.gate import Gate
from trade.gates.ledger import Ledger, check_ledger

_HINT = "nothing was published; run again, and report it when it comes back"
_HASHES = {"trades": "trades_hash", "fills": "fills_hash", "equity": "equity_hash"}
_KEYS: Mapping[str, Mapping[str, type]] = {
    MANIFEST: {"instrument": dict},
    PREFLIGHT: {"findings": list},
    RESULT: {"hashes": dict, "metrics": dict, "rows": dict, "cut_entries": dict, "initial_equity_quanta": int},
    SIGNATURE: {"declared_features": list, "computed_features": list},
}


@dataclass(frozen=True)
class StagedFolder:
    """A folder of files as a run writes them."""

    folder: Path


def check(case: StagedFolder) -> Iterator[Finding]:
    """Look at every file; contents only where all files are there and can be read."""
    missing = [name for name in FILES if not (case.folder / name).is_file()]
    for name in missing:
        yield Finding("artifact-missing", f"'{name}' was not written", _HINT)
    if missing:
        return
    run = _read(case.folder)
    if isinstance(run, list):
        yield from run
        return
    yield from _check_result(run.result, run.tables)
    trades, fills, points = (run.tables[table.name] for table in (TRADES, FILLS, POINTS))
    yield from check_ledger(Ledger(trades, fills, points, run.result["initial_equity_quanta"], run.tick_lot_quanta))
    yield from _check_signature(run.signature)
    yield from _check_decisions(case.folder, run.decisions_hash)


@dataclass(frozen=True)
class _Run:
    """What the files of a readable run hold."""

    tables: Mapping[str, Records]
    tick_lot_quanta: int
    decisions_hash: str  # as the manifest says it; empty where none were recorded
    result: Mapping[str, Any]
    signature: Mapping[str, Any]


def _read(folder: Path) -> _Run | list[Finding]:
    """Return the contents of the files, or everything that keeps them from being read."""
    found = [finding for table in TABLES for finding in _check_schema(folder, table)]
    read: dict[str, Any] = {}
    for name, keys in _KEYS.items():
        try:
            read[name] = _read_document(folder / name, keys)
            if name == MANIFEST:
                read["tick_lot_quanta"] = _tick_lot_quanta(read[name])
                read["decisions_hash"] = check_recorded(read[name])
        except ValueError as error:
            found.append(Finding("artifact-unreadable", f"'{name}' is not the document of a run: {error}", _HINT))
    for table in () if found else TABLES:
        try:
            read[table.name] = table.read(folder)
        except BROKEN as error:
            found.append(Finding("artifact-unreadable", f"'{table.file}' cannot be read: {error}", _HINT))
    if found:
        return found
    tables = {table.name: read[table.name] for table in TABLES}
    return _Run(tables, read["tick_lot_quanta"], read["decisions_hash"], read[RESULT], read[SIGNATURE])


def _read_document(path: Path, keys: Mapping[str, type]) -> Any:
    """Return a JSON document. Raises ValueError unless it holds these keys with values of these types."""
    document = read_json(path)
    wrong = [key for key, kind in keys.items() if not (isinstance(document, dict) and isinstance(document.get(key), kind))]
    if wrong:
        raise ValueError(f"it has no {', '.join(wrong)}")
    return document


def _check_schema(folder: Path, table: Table) -> Iterator[Finding]:
    try:
        schema = table.schema_of(folder)
        names = tuple(schema.names)
    except BROKEN as error:
        yield Finding("artifact-unreadable", f"'{table.file}' is not parquet: {error}", _HINT)
        return
    if names != table.columns:
        yield Finding("artifact-schema", f"'{table.file}' has columns {', '.join(names)}", _HINT)
        return
    for name in table.columns:
        if schema.field(name).type != table.schema.field(name).type:
            fact = f"'{table.file}': '{name}' is {schema.field(name).type}, not {table.schema.field(name).type}"
            yield Finding("artifact-schema", fact, _HINT)


def _check_result(summary: Any, tables: Mapping[str, Records]) -> Iterator[Finding]:
    said = summary["hashes"]
    found = {_HASHES[table.name]: table.hash(tables[table.name]) for table in TABLES}
    found["metrics_hash"] = _metrics_hash(summary["metrics"])
    found["run_hash"] = json_hash(found)
    for name, value in found.items():
        if said.get(name) != value:
            yield Finding("artifact-hash", f"'{name}' of the files is {value[:12]}, the result says {str(said.get(name))[:12]}", _HINT)
    cut = {cap.word: count for cap, count in cuts(tables[FILLS.name]).items()}
    if summary["cut_entries"] != cut:
        yield Finding("artifact-rows", f"the caps of 'fills' cut {cut}, the result says {summary['cut_entries']}", _HINT)
    for name, rows in tables.items():
        if summary["rows"].get(name) != len(rows):
            yield Finding("artifact-rows", f"'{name}' has {len(rows)} rows, the result says {summary['rows'].get(name)}", _HINT)


def _check_decisions(folder: Path, said: str) -> Iterator[Finding]:
    """Look at the record of decisions where the manifest names one."""
    if not said:
        return
    if not (folder / DECISIONS).is_file():
        yield Finding("artifact-missing", f"'{DECISIONS}' was not written", _HINT)
        return
    try:
        found = decided_hash(read_decided(folder))
    except (*BROKEN, KeyError, TypeError) as error:
        yield Finding("artifact-unreadable", f"'{DECISIONS}' cannot be read: {error}", _HINT)
        return
    if found != said:
        yield Finding("artifact-hash", f"the hash of '{DECISIONS}' is {found[:12]}, the manifest says {said[:12]}", _HINT)


def _metrics_hash(metrics: Mapping[str, Any]) -> str:
    try:
        return metrics_hash(metrics)
    except (TypeError, ValueError):  # not a number, or no value at all: nothing that a run writes
        return "none"


def _tick_lot_quanta(manifest: Any) -> int:
    """Return what one lot of the run's instrument gains per tick. Raises ValueError when it has no grid."""
    try:
        return Instrument.from_json(manifest["instrument"]).grid.tick_lot_quanta
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ValueError("its instrument has no grid") from error


def _check_signature(signature: Any) -> Iterator[Finding]:
    declared, computed = set(signature["declared_features"]), set(signature["computed_features"])
    for name in sorted(declared ^ computed):
        where = "declared, not computed" if name in declared else "computed, not declared"
        yield Finding("signature-features", f"'{name}' was {where}", _HINT)


ARTIFACTS: Gate[StagedFolder] = Gate("artifact validation", Refused, (check,))
