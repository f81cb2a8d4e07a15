"""A finding is one fact the user should know: code, place, fact, hint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Severity(StrEnum):
    """How a finding weighs: an error refuses, a warning is shown and kept, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Place:
    """Where a finding stands. `line` and `column` count from 1; 0 means unknown. `path` is like `actions.entry_long.all[1]`."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.line:
            where += f":{self.line}:{self.column}"
        return " ".join(part for part in (where, self.path) if part)


NOWHERE = Place()
_NO_DATA: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Finding:
    """One fact: a stable `code` (kebab-case), the `fact` in lower case with values in quotes, and a `hint` that says what to do.

    `data` holds what a program needs to act on it (JSON values only).
    """

    code: str
    fact: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    place: Place = NOWHERE
    data: Mapping[str, Any] = field(default_factory=lambda: _NO_DATA)

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON values, in the order a reader wants them."""
        place = self.place
        return {
            "code": self.code,
            "severity": str(self.severity),
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "path": place.path,
            "fact": self.fact,
            "hint": self.hint,
            "data": dict(self.data),
        }


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that refuse."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


def by_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by place, each once."""

    def key(f: Finding) -> tuple[str, int, int, str, str, str]:
        return (f.place.file, f.place.line, f.place.column, f.place.path, f.code, f.fact)

    unique = {key(f): f for f in findings}
    return tuple(unique[k] for k in sorted(unique))
