"""A finding is one fact the user should know: code, place, fact, hint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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
        return " ".join(part for part in (where, cut(self.path, _LONGEST_PATH)) if part)


NOWHERE = Place()
MOST_FINDINGS = 200  # of one reader about one file: more are mistakes of one kind, and nobody reads them
_LONGEST_QUOTE, _LONGEST_TEXT, _LONGEST_PATH = 120, 1000, 200  # characters
# What is quoted may hold such signs itself: one in a word, or after a word, neither begins a quotation nor need end it.
_OPENS, _CLOSES = re.compile(r"(?<![^\s(\[{])'"), re.compile(r"'(?!\w)")
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

    def __post_init__(self) -> None:
        """Cut what is quoted: no message repeats a whole file, whatever stood in it."""
        for name in ("fact", "hint"):
            text = getattr(self, name)
            if len(text) > _LONGEST_QUOTE:
                object.__setattr__(self, name, cut(_shortened(text), _LONGEST_TEXT))

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON values, in the order a reader wants them."""
        place = self.place
        return {
            "code": self.code,
            "severity": str(self.severity),
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "path": cut(place.path, _LONGEST_PATH),
            "fact": self.fact,
            "hint": self.hint,
            "data": dict(self.data),
        }


class Full(Exception):
    """Raised by a collector of findings that holds as many errors as anybody reads."""


def room_for(severity: Severity, found: Sequence[Finding]) -> bool:
    """Tell whether one more finding is kept; raise Full in place of an error too many."""
    if sum((f.severity is Severity.ERROR) is (severity is Severity.ERROR) for f in found) < MOST_FINDINGS:
        return True
    if severity is Severity.ERROR:
        raise Full
    return False


def and_more(found: Iterable[Finding], file: str) -> tuple[Finding, ...]:
    """Return the findings of a collector that was full, with one that says so."""
    fact = f"there are more than '{MOST_FINDINGS}' mistakes; those found first are named"
    return (*found, Finding("too-many-mistakes", fact, "mend these first", place=Place(file, 1, 1)))


def _shortened(text: str) -> str:
    """Return a text with what it quotes cut: up to the last sign before the next quotation, and what stands between two."""
    before, *pieces = _OPENS.split(text)
    short = [before]
    for number, piece in enumerate(pieces, 1):
        end = max((found.start() for found in _CLOSES.finditer(piece)), default=len(piece))
        after = piece[end:] if number == len(pieces) else cut(piece[end:], _LONGEST_QUOTE)
        short.append(cut(piece[:end], _LONGEST_QUOTE) + after)
    return "'".join(short)


def cut(text: str, longest: int) -> str:
    """Return a text of at most so many characters: its beginning and its end where it is longer."""
    if len(text) <= longest:
        return text
    tail = longest // 4
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that refuse."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


def by_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by place, each once."""

    def key(f: Finding) -> tuple[str, int, int, str, str, str]:
        return (f.place.file, f.place.line, f.place.column, f.place.path, f.code, f.fact)

    unique = {key(f): f for f in findings}
    return tuple(unique[k] for k in sorted(unique))
