"""The JSON documents of a run: what went in, what preflight saw, what came out, and what computed it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import Any

import trade
from trade.analysis.bridge import bridge
from trade.analysis.entries import cuts
from trade.analysis.tables import trade_tables
from trade.artifacts.decided import recorded
from trade.artifacts.receipt import COMPLETED, FORMAT, MANIFEST, PREFLIGHT, REFUSED, RESULT, SIGNATURE, Inputs
from trade.base.decided import DecisionRecord
from trade.base.findings import Finding
from trade.base.hashing import json_hash
from trade.kernels import SOURCES
from trade.run.execute import FinishedRun, Ready

_COMPUTING = ("numpy", "numba", "llvmlite", "TA-Lib", "pyarrow")  # the last one computes nothing, but makes the bytes of the tables


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of the libraries that a result depends on, and the architecture they compute on."""
    return {**{name: version(name) for name in _COMPUTING}, "machine": platform.machine()}


def versions_digest() -> str:
    """Return the hash that stands for the lock file in the input hash: of what is really installed."""
    return json_hash(dict(versions()))


def engine_version() -> str:
    return trade.__version__


def manifest(inputs: Inputs, ready: Ready, decided: DecisionRecord | None) -> dict[str, Any]:
    """Return `run_manifest.json`: the inputs, by name, the hash of them all, and what was recorded beside the run."""
    values = {**vars(inputs), "options": dict(inputs.options)}
    return {
        "format": FORMAT,
        "run_id": inputs.run_id,
        "input_hash": inputs.input_hash,
        **values,
        "play": ready.accepted.play.name,
        "instrument": ready.history.instrument.as_json(),
        **recorded(decided),
    }


def documents(inputs: Inputs, execution: FinishedRun, hashes: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return every JSON document of a run that its inputs determine."""
    return {
        MANIFEST: manifest(inputs, execution.ready, execution.decided),
        PREFLIGHT: preflight_report(execution.ready),
        RESULT: result_document(inputs, execution, hashes),
        SIGNATURE: signature(execution),
    }


def preflight_report(ready: Ready) -> dict[str, Any]:
    """Return `preflight_report.json`: the span that was wanted, what there is of it, and every finding in full."""
    base = ready.history.base
    return {
        "window": [ready.window.from_ms, ready.window.to_ms],
        "history_wanted_from_ms": min(ready.plan.history_start_ms(ready.window.from_ms), ready.window.from_ms),
        "base_timeframe": str(base.timeframe),
        "bars": len(base),
        "first_bar_ms": int(base.ts_open_ms[0]),
        "last_bar_ms": int(base.ts_open_ms[-1]),
        "mark_bars": len(ready.history.mark) if ready.history.mark is not None else 0,
        "funding_payments": len(ready.history.funding) if ready.history.funding is not None else 0,
        "findings": _findings(ready.findings),
    }


def result_document(inputs: Inputs, execution: FinishedRun, hashes: Mapping[str, str]) -> dict[str, Any]:
    """Return `result.json`: metrics, tables, the way from gross to net, the funnel, findings, and every hash."""
    result, summary = execution.result, execution.summary
    rows = {"trades": len(result.trades), "fills": len(result.fills), "equity": len(result.equity)}
    return {
        "format": FORMAT,
        "run_id": inputs.run_id,
        "status": REFUSED if execution.unmet else COMPLETED,
        "play": execution.ready.accepted.play.name,
        "symbol": inputs.symbol,
        "exec_timeframe": str(result.exec_timeframe),
        "window": [inputs.window_from_ms, inputs.window_to_ms],
        "trading_start_ms": result.trading_start_ms,
        "stop_reason": result.stop_reason.word,
        "stop_ts_ms": result.stop_ts_ms if result.stop_reason else None,
        "hashes": dict(hashes),
        "play_hash": inputs.play_hash,
        "data_digest": inputs.data_digest,
        "input_hash": inputs.input_hash,
        "rows": rows,
        "initial_equity_quanta": result.initial_equity_quanta,
        "quanta_per_usdt": result.instrument.grid.quanta_per_unit,
        "metrics": dict(summary.metrics),
        "extras": dict(summary.extras),
        "gross_to_net": {step.name: step.usdt for step in bridge(result).steps},
        "rejections": {code.word: count for code, count in result.rejections.items()},
        "cut_entries": {cap.word: count for cap, count in cuts(result.fills).items()},
        "tables": asdict(trade_tables(result)),
        "funnel": [asdict(row) for row in result.funnel],
        "findings": _findings(execution.kept),
    }


def signature(execution: FinishedRun) -> dict[str, Any]:
    """Return `pipeline_signature.json`: who computed, and declared against actually computed features."""
    plan = execution.ready.plan
    return {
        "format": FORMAT,
        "engine_version": engine_version(),
        "kernels": SOURCES,
        "versions": dict(versions()),
        "declared_features": sorted(plan.features),
        "computed_features": list(execution.computed),
        "computed_by": {name: node.entry.computed_by for name, node in sorted(plan.features.items())},
        "specs": {name: node.identity for name, node in sorted(plan.features.items())},
    }


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding.as_json() for finding in findings]
