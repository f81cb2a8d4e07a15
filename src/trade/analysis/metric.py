"""A metric as data: its name, unit, formula, what it is computed from, and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from trade.analysis.basis import Basis

Value = float | int | str | None


class Unit(StrEnum):
    """What the number counts. A value in USDT is the double nearest to the exact amount."""

    USDT = "USDT"
    PCT = "percent"
    RATIO = "ratio"
    COUNT = "count"
    EXEC_BARS = "exec bars"
    BASE_BARS = "base bars"
    WORD = "word"


@dataclass(frozen=True)
class Metric:
    """One number about a result. `compute` returns None where the formula is undefined, never a number that stands for it."""

    compute: Callable[[Basis], Value]
    unit: Unit
    formula: str
    source: str

    @property
    def name(self) -> str:
        """The name of its function: a metric has one name everywhere."""
        return self.compute.__name__
