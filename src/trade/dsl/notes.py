"""Collect what is wrong with the rules, each at its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trade.base.findings import Finding, Place, Severity, room_for

Path = tuple[str | int, ...]


def written(path: Path) -> str:
    """Return a path as a reader writes it: `actions.entry_long.all[1]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


class RuleNotes:
    """The findings of one compilation, in the order they are found."""

    def __init__(self, places: Mapping[Path, Place]) -> None:
        self._places = places
        self.findings: list[Finding] = []

    def error(self, path: Path, code: str, fact: str, hint: str) -> None:
        self._add(Severity.ERROR, path, code, fact, hint)

    def warning(self, path: Path, code: str, fact: str, hint: str) -> None:
        self._add(Severity.WARNING, path, code, fact, hint)

    def _add(self, severity: Severity, path: Path, code: str, fact: str, hint: str) -> None:
        if room_for(severity, self.findings):
            self.findings.append(Finding(code, fact, hint, severity, self._place(path)))

    @property
    def refused(self) -> bool:
        return any(f.severity is Severity.ERROR for f in self.findings)

    def _place(self, path: Path) -> Place:
        for length in range(len(path), -1, -1):
            known = self._places.get(path[:length])
            if known is not None:
                return replace(known, path=written(path))
        return Place(path=written(path))
