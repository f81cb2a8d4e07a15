"""Every single mutation of a Play is refused with its place, or has another hash, or is the same Play with the same bytes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from mutations import Mutation, mutations
from runs import PLAYS, doors, hashes, ms

from trade.base.errors import Malformed
from trade.play.dump import resolved
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.backtest import inputs_of
from trade.run.documents import documents
from trade.run.execute import execute, preflight
from trade.run.request import Request

ROOT = Path(__file__).parents[2]
BLOCKS: dict[str, Any] = {
    "version": "3.0.0",
    "name": "blocks",
    "symbol": "SAMPLEUSDT",
    "tf": "15m",
    "mtf": "1h",
    "variables": {"fast": 5, "high": 60},
    "features": {
        "fast": {"indicator": "ema", "params": {"length": "{{ fast }}"}},
        "slow": {"indicator": "ema", "params": {"length": 12}, "source": "hlc3"},
        "rsi": {"indicator": "rsi", "params": {"length": 7}, "tf": "mtf"},
        "smooth": {"indicator": "sma", "params": {"length": 3}, "source": "fast"},
        "atr": {"indicator": "atr", "params": {"length": 7}},
    },
    "structures": {
        "exec": [
            {"type": "swing", "key": "pivots", "params": {"left": 2, "right": 2, "atr_key": "atr"}},
            {"type": "trend", "key": "way", "depends_on": {"swing": "pivots"}},
            {"type": "rolling_window", "key": "box", "params": {"size": 8, "source": "high", "mode": "max"}},
        ]
    },
    "setups": {"up": {"any": [["fast", ">", "slow"], {"not": ["rsi", "<", "{{ high }}"]}]}, "down": {"all": [["fast", "<", "slow"]]}},
    "actions": [
        {
            "id": "entries",
            "cases": [
                {
                    "when": {"all": [{"setup": "up"}, ["close", ">", [{"feature_id": "box", "offset": 3}, "-", 1.5]]]},
                    "emit": ["entry_long"],
                },
                {"when": {"all": [{"setup": "down"}, ["way.direction", "==", -1]]}, "emit": [{"action": "entry_short"}]},
            ],
            "else": {"emit": ["no_action"]},
        },
        {
            "id": "exits",
            "cases": [
                {"when": {"occurred_within": {"bars": 3, "expr": ["rsi", "between", [45, 55]]}}, "emit": ["exit_long"]},
                {"when": {"count_true": {"bars": 4, "min_true": 2, "expr": ["smooth", "near_pct", "slow", 0.5]}}, "emit": ["exit_all"]},
            ],
        },
    ],
    "position_policy": {"mode": "long_short", "exit_mode": "first_hit"},
    "risk": {"stop_loss_pct": 3, "take_profit": {"type": "rr_ratio", "value": 2}, "tp_order_type": "Limit", "basis": "price"},
    "execution": {"intrabar": "path"},
    "expected": {"min_trades": 0, "max_drawdown_pct": 100},
}


def sources() -> dict[str, dict[str, Any]]:
    """Return the project's own Plays by name, on the sample market."""
    files = [*sorted(PLAYS.glob("*.yml")), *sorted((ROOT / "configs" / "plays").glob("*.yml"))]
    plays = {path.stem: yaml.safe_load(path.read_text()) for path in files}
    return {name: {**play, "symbol": "SAMPLEUSDT"} for name, play in {**plays, "blocks": BLOCKS}.items()}


def drawn(count: int, seed: int) -> list[tuple[str, Mutation]]:
    """Return so many mutations of all Plays, every kind of place in its share."""
    every = [(name, mutation) for name, play in sources().items() for mutation in mutations(play)]
    return random.Random(seed).sample(every, min(count, len(every)))


def accepted(folder: Path, play: dict[str, Any]) -> AcceptedPlay:
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump(play, sort_keys=False))
    return accept_file(path)


def ran(made: AcceptedPlay, market: Path) -> Mapping[str, Any]:
    """Return everything that a run of a few days keeps, as text."""
    request = Request(play=Path("nowhere"), out=Path("nowhere"), from_ms=ms("2025-03-03"), to_ms=ms("2025-03-06"))
    ready = preflight(request, doors(market), made)
    execution = execute(ready)
    kept = documents(inputs_of(ready, request), execution, {"of": ", ".join(hashes(execution.result))})
    return {name: json.dumps(document) for name, document in kept.items()}


def judged(cases: Iterable[tuple[str, Mutation]], folder: Path, market: Path) -> Counter[str]:
    """Return how many mutations came out in which way; whatever else happens fails here."""
    plays = {name: accepted(folder, play) for name, play in sources().items()}
    first_of: dict[str, AcceptedPlay] = {each.play.play_hash: each for each in plays.values()}
    bytes_of: dict[str, Mapping[str, Any]] = {}
    counts: Counter[str] = Counter()
    for name, mutation in cases:
        said = f"{name}: {mutation.what} at {mutation.path}"
        try:
            made = accepted(folder, mutation.play)
        except Malformed as refused:
            for finding in refused.findings:
                assert finding.place.line > 0, (said, finding)
                assert finding.place.path, (said, finding)
            counts["refused"] += 1
            continue
        play_hash = made.play.play_hash
        if play_hash not in first_of:
            first_of[play_hash] = made
            counts["another hash"] += 1
            continue
        same = first_of[play_hash]
        made = replace(made, play=replace(made.play, name=same.play.name, description=same.play.description))
        assert resolved(made.play) == resolved(same.play), said
        if play_hash not in bytes_of:
            bytes_of[play_hash] = ran(same, market)
        assert ran(made, market) == bytes_of[play_hash], said
        counts["the same bytes"] += 1
    return counts


def test_a_mutation_is_refused_or_another_hash_or_the_same_bytes(market: Path, tmp_path: Path, record_property: Any) -> None:
    counts = judged(drawn(400, seed=7), tmp_path, market)
    record_property("mutations", dict(counts))
    assert sum(counts.values()) == 400
    assert min(counts["refused"], counts["another hash"], counts["the same bytes"]) > 10, counts


@pytest.mark.deep
def test_every_mutation_is_refused_or_another_hash_or_the_same_bytes(market: Path, tmp_path: Path, capsys: Any) -> None:
    cases = drawn(1_000_000, seed=7)
    counts = judged(cases, tmp_path, market)
    with capsys.disabled():
        print(f"\n{len(cases)} mutations of {len(sources())} Plays: {dict(counts)}")  # noqa: T201 - the counts are what is quoted
    assert sum(counts.values()) == len(cases) > 3000
