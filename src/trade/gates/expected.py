"""outside-expected: the Play says what it expects of its own result, and the result lies outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.base.hashing import significant
from trade.gates.gate import Gate
from trade.play.spec import Expected


@dataclass(frozen=True)
class Expectation:
    """The Play's bounds, if it has any, and the metrics of the run."""

    expected: Expected | None
    metrics: Mapping[str, object]


def check(case: Expectation) -> Iterator[Finding]:
    """Compare each bounded metric, as it is hashed (12 significant digits); an undefined one is outside of any bound."""
    for name, (low, high) in (case.expected.bounds if case.expected is not None else {}).items():
        value = case.metrics.get(name)
        if not isinstance(value, int | float) or not _inside(Decimal(str(significant(value))), low, high):
            said = f"{significant(value):.12g}" if isinstance(value, float) else value
            yield Finding(
                "outside-expected",
                f"'{name}' is {said}, the Play expects {'' if low is None else low}..{'' if high is None else high}",
                "the run is kept, marked refused; change the Play or its 'expected' section",
            )


def _inside(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


EXPECTED: Gate[Expectation] = Gate("expected", Refused, (check,))
