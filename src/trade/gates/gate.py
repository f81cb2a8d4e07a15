"""A gate is a row of checks that stand between two stages: each check returns findings, errors refuse together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from trade.base.errors import TradeError
from trade.base.findings import Finding, errors

Case = TypeVar("Case")


@dataclass(frozen=True)
class Gate(Generic[Case]):
    """Checks over one kind of case, and the refusal they lead to."""

    name: str
    refusal: type[TradeError]
    checks: tuple[Callable[[Case], Iterable[Finding]], ...]

    def findings(self, case: Case) -> tuple[Finding, ...]:
        """Return what every check says, in the order of the checks."""
        return tuple(finding for check in self.checks for finding in check(case))

    def require(self, case: Case) -> tuple[Finding, ...]:
        """Return the warnings and notes. Raises the gate's refusal with all findings when one of them is an error."""
        said = self.findings(case)
        if errors(said):
            raise self.refusal(said)
        return said
