"""One case or more of every structure: parameters, what it reads, and its slow twin. A new structure brings its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from slow_detectors import Bar, SlowRollingWindow, SlowSwing, SlowTrend, run

from trade.structures.detect import detect
from trade.structures.registry import STRUCTURES

Columns = Mapping[str, np.ndarray]
BARS = 1_500


@dataclass(frozen=True)
class Case:
    """`slow` gives the rows of the twin from what the structure reads; `uses` the outputs of structures below it."""

    params: Mapping[str, Any]
    columns: Columns
    slow: Callable[[Columns, Mapping[str, Columns]], list[dict[str, float]]]
    uses: Mapping[str, Columns]


def _walk() -> Columns:
    """Whole prices of few values: ties, equal highs and outside bars are common."""
    rng = np.random.default_rng(5)
    middle = 1_000.0 + np.cumsum(rng.integers(-2, 3, BARS))
    return {"high": middle + rng.integers(0, 3, BARS), "low": middle - rng.integers(0, 3, BARS)}


WALK = _walk()


def _bars(columns: Columns) -> list[Bar]:
    atr = columns.get("atr_key")
    none = [None] * len(columns["high"])
    return [Bar(*row) for row in zip(columns["high"], columns["low"], none if atr is None else atr, strict=True)]


def _defaults(name: str) -> dict[str, Any]:
    return {param.name: param.default for param in STRUCTURES[name].params}


def _swing(**changes: Any) -> Case:
    columns = {**WALK, "atr_key": np.where(np.arange(BARS) < 13, np.nan, 3.0)} if "atr_key" in changes else WALK
    own = {name: value for name, value in changes.items() if name != "atr_key"}
    return Case({**_defaults("swing"), **changes}, columns, lambda read, _uses: run(SlowSwing(**own), _bars(read)), {})


def _trend(size: int) -> Case:
    below = _swing(left=2, right=2)
    pivots = detect(STRUCTURES["swing"], below.params, below.columns, {})

    def slow(_columns: Columns, uses: Mapping[str, Columns]) -> list[dict[str, float]]:
        names = list(uses["swing"])
        rows = [dict(zip(names, row, strict=True)) for row in zip(*uses["swing"].values(), strict=True)]
        return run(SlowTrend(size), rows)

    return Case({"wave_history_size": size}, {}, slow, {"swing": pivots})


def _rolling(size: int, source: str, mode: str) -> Case:
    params = {"size": size, "source": source, "mode": mode}
    return Case(params, {"source": WALK[source]}, lambda read, _uses: run(SlowRollingWindow(size, mode), read["source"].tolist()), {})


CASES: Mapping[str, tuple[Case, ...]] = {
    "swing": (
        _swing(left=3, right=2),
        _swing(left=1, right=1, min_pct_move=0.3, strict_alternation=True),
        _swing(mode="atr_zigzag", atr_key="atr_14"),
    ),
    "trend": (_trend(4), _trend(2)),
    "rolling_window": (_rolling(9, "high", "max"), _rolling(4, "low", "min")),
}
EVERY_CASE = [(name, case) for name, cases in CASES.items() for case in cases]
