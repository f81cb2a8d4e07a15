"""The error tree: every refusal carries findings and an exit code; everything else is our own bug.

TradeError
├── Malformed      exit 2   the user's input (Play, file, option) is wrong
├── Refused        exit 1   a gate refused, or the machine did (disk, permissions)
├── DataMissing    exit 3   history is missing or not good enough
└── Mismatch       exit 4   a verification found different bytes
"""

from __future__ import annotations

from collections.abc import Iterable

from trade.base.findings import Finding, by_place

EXIT_OK = 0
EXIT_REFUSED = 1
EXIT_MALFORMED = 2
EXIT_DATA_MISSING = 3
EXIT_MISMATCH = 4
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class TradeError(Exception):
    """A refusal that is explained by its findings."""

    exit_code = EXIT_REFUSED

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else by_place(findings)
        super().__init__("; ".join(f.fact for f in self.findings))


class Malformed(TradeError):
    """The user's input is wrong."""

    exit_code = EXIT_MALFORMED


class Refused(TradeError):
    """A gate refused, or the machine could not do it."""

    exit_code = EXIT_REFUSED


class DataMissing(TradeError):
    """History is missing or not good enough to stand on."""

    exit_code = EXIT_DATA_MISSING


class Mismatch(TradeError):
    """A verification found different bytes."""

    exit_code = EXIT_MISMATCH
