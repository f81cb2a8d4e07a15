"""What is kept of a run: its files, its hashes, and the id under which they are found (HASH-1..3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from trade.artifacts.tables import FILLS, POINTS, TRADES
from trade.base.findings import Finding
from trade.base.hashing import json_hash, significant
from trade.base.result import Result

CHANGED = "the files were changed after the run; delete the folder and run it again"
VERIFY = f"'trade runs verify' names what is wrong; {CHANGED}"
MANIFEST = "run_manifest.json"
PLAY = "play.yml"
PREFLIGHT = "preflight_report.json"
RESULT = "result.json"
SIGNATURE = "pipeline_signature.json"
TIMES = "run_times.json"  # wall clock; outside every hash
FILES = (MANIFEST, PLAY, PREFLIGHT, TRADES.file, FILLS.file, POINTS.file, RESULT, SIGNATURE)
DOCUMENTS = (MANIFEST, PREFLIGHT, RESULT, SIGNATURE)  # the JSON among them
FORMAT = "4"
COMPLETED, REFUSED = "completed", "refused"  # how a run ended: inside the bounds of its Play, or outside of them
RUN_HASH = "run_hash"  # of the hashes beside it

_RUN_ID_DIGITS = 12


@dataclass(frozen=True)
class Inputs:
    """Everything a result depends on, and the name it is kept under; its hash names the run (HASH-2).

    `options` are those of the run, such as max gap.
    """

    play: str
    play_hash: str
    data_digest: str
    symbol: str
    window_from_ms: int
    window_to_ms: int
    options: Mapping[str, Any]
    engine_version: str
    versions_digest: str

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Inputs:
        """Return the inputs that `run_manifest.json` names. Raises KeyError for one that is absent."""
        return cls(**{field.name: manifest[field.name] for field in fields(cls)})

    @property
    def input_hash(self) -> str:
        return json_hash({name: value if name != "options" else dict(value) for name, value in vars(self).items()})

    @property
    def run_id(self) -> str:
        return self.input_hash[:_RUN_ID_DIGITS]


def hashes(result: Result, metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of each table, of the metrics at 12 significant digits, and of them all."""
    parts = {
        "trades_hash": TRADES.hash(result.trades),
        "fills_hash": FILLS.hash(result.fills),
        "equity_hash": POINTS.hash(result.equity),
        "metrics_hash": metrics_hash(metrics),
    }
    return {**parts, RUN_HASH: json_hash(parts)}


def metrics_hash(metrics: Mapping[str, Any]) -> str:
    """Return the hash of metrics as values rounded to 12 significant digits (HASH-1)."""
    return json_hash({name: value if isinstance(value, str) else significant(value) for name, value in metrics.items()})


@dataclass(frozen=True)
class Receipt:
    """A published run: where it lies and what its result says."""

    folder: Path
    run_id: str
    summary: Mapping[str, Any]  # the content of result.json
    existed: bool  # the same run was there before and was left untouched (HASH-3)
    findings: tuple[Finding, ...] = ()  # with the places of the Play file that was run; those in `summary` have none

    @property
    def is_refused(self) -> bool:
        """Whether the result lies outside of what the Play expects of it."""
        return bool(self.summary["status"] == REFUSED)
