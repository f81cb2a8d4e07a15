"""outside-expected: the Play says what it expects of its own result, and the result lies outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.gates.gate import Gate
from trade.play.spec import Expected


@dataclass(frozen=True)
class Outcome:
    """The Play's bounds, if it has any, and the metrics of the run."""

    expected: Expected | None
    metrics: Mapping[str, Any]


def check(case: Outcome) -> Iterator[Finding]:
    """Compare each bounded metric; an undefined one is outside of any bound."""
    for name, (low, high) in (case.expected.bounds if case.expected is not None else {}).items():
        value = case.metrics.get(name)
        inside = isinstance(value, int | float) and (low is None or value >= low) and (high is None or value <= high)
        if not inside:
            yield Finding(
                "outside-expected",
                f"'{name}' is {value}, the Play expects {'' if low is None else low}..{'' if high is None else high}",
                "nothing was published; change the Play or its 'expected' section",
            )


EXPECTED: Gate[Outcome] = Gate("expected", Refused, (check,))
