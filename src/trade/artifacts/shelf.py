"""The runs that are kept: listing them, and finding one by folder or by the beginning of its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from trade.artifacts.receipt import FORMAT, RESULT, RUN_HASH, metrics_hash
from trade.artifacts.stage import read_json
from trade.base.errors import Malformed, Mismatch
from trade.base.findings import Finding, Severity
from trade.base.hashing import json_hash

_BRIEF = ("run_id", "play", "symbol", "exec_timeframe", "window", "stop_reason")
_SHAPE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)  # of documents that are not what was written


def list_runs(out: Path) -> tuple[tuple[tuple[Path, Mapping[str, Any]], ...], tuple[Finding, ...]]:
    """Return every published run with the head of its result, sorted by folder, and a warning for each that cannot be read."""
    found, damaged = [], []
    for folder in run_folders(out):
        try:
            summary = read_result(folder)
            brief = {name: summary[name] for name in _BRIEF}
            brief |= {name: summary["metrics"][name] for name in ("net_return_pct", "max_drawdown_pct", "total_trades")}
        except (Mismatch, *_SHAPE):
            damaged.append(replace(_damaged(folder / RESULT), severity=Severity.WARNING))
        else:
            found.append((folder, brief))
    return tuple(found), tuple(damaged)


def run_folders(out: Path) -> tuple[Path, ...]:
    """Return the folder of every published run, sorted."""
    found = sorted(path.parent for path in out.glob(f"*/*/*/{RESULT}"))
    return tuple(folder for folder in found if not folder.is_relative_to(out / ".staging"))


def read_result(folder: Path) -> dict[str, Any]:
    """Return the result of a published run. Raises Mismatch when its figures are not those that were hashed.

    What no hash covers, its tables and counts, is what the file says: `verify` is who compares it.
    """
    try:
        summary = read_json(folder / RESULT)
        sound = summary["format"] == FORMAT and _has_its_hashes(summary)
    except _SHAPE:
        sound = False
    if not sound:
        raise Mismatch(_damaged(folder / RESULT))
    return dict(summary)


def _has_its_hashes(summary: Mapping[str, Any]) -> bool:
    parts = {name: value for name, value in summary["hashes"].items() if name != RUN_HASH}
    return bool(parts["metrics_hash"] == metrics_hash(summary["metrics"]) and summary["hashes"][RUN_HASH] == json_hash(parts))


@contextmanager
def as_published(folder: Path) -> Iterator[None]:
    """Raise Mismatch where what is done with a result that was read finds it in another shape than runs write."""
    try:
        yield
    except _SHAPE as error:
        raise Mismatch(_damaged(folder / RESULT)) from error


def _damaged(path: Path) -> Finding:
    return Finding("artifact-unreadable", f"'{path}' is not the result of a run of this version", "delete the folder and run it again")


def find_run(out: Path, name: str) -> Path:
    """Return the folder of a run. Raises Malformed when there is none, or several begin like this."""
    given = Path(name)
    if (given / RESULT).is_file():
        return given
    found = [folder for folder in run_folders(out) if name and folder.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(str(path) for path in found[:5])
        raise Malformed(Finding("ambiguous-run", f"{len(found)} runs begin with '{name}'", f"write more of it: {choices}"))
    raise Malformed(Finding("unknown-run", f"no run '{name}' in '{out}'", "see 'trade backtest list', or name its folder"))
