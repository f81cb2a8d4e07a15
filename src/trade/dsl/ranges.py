"""Closed ranges of values, and their arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Range:
    """Every value v with low <= v <= high. Rounding is monotone, so the bounds hold for computed values too."""

    low: float = -inf
    high: float = inf

    @property
    def is_point(self) -> bool:
        return self.low == self.high


ANYTHING = Range()


def bounds(low: float | None, high: float | None) -> Range:
    """Return the range of declared bounds, None for open."""
    return Range(-inf if low is None else float(low), inf if high is None else float(high))


def combine(op: str, a: Range, b: Range) -> Range:
    """Return the range of `a op b`."""
    if op == "+":
        return _hull(a.low + b.low, a.high + b.high)
    if op == "-":
        return _hull(a.low - b.high, a.high - b.low)
    if op == "*":
        return _hull(*(_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)))
    if op == "%":
        return _modulo(b)
    if b.low <= 0 <= b.high:
        return ANYTHING
    return _hull(*(x / y for x in (a.low, a.high) for y in (b.low, b.high)))


def _times(x: float, y: float) -> float:
    return 0.0 if 0 in (x, y) else x * y


def _modulo(divisor: Range) -> Range:
    if divisor.low > 0:
        return Range(0, divisor.high)
    return Range(divisor.low, 0) if divisor.high < 0 else ANYTHING


def _hull(*ends: float) -> Range:
    return ANYTHING if any(math.isnan(end) for end in ends) else Range(min(ends), max(ends))
