"""Collect what is wrong with the rules, each at its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from trade.base.findings import Finding, Severity, room_for
from trade.base.nearest import did_you_mean
from trade.base.places import Path, Places, place_of


class RuleNotes:
    """The findings of one compilation, in the order they are found."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self.findings: list[Finding] = []

    def error(self, path: Path, code: str, fact: str, hint: str) -> None:
        self._add(Severity.ERROR, path, code, fact, hint)

    def warning(self, path: Path, code: str, fact: str, hint: str) -> None:
        self._add(Severity.WARNING, path, code, fact, hint)

    def unknown_keys(
        self, value: Iterable[object], known: Collection[str], path: Path, whose: str, elsewhere: Mapping[str, str] | None = None
    ) -> list[object]:
        """Return the keys of a map that are not known, each refused; `elsewhere` says what to do with keys of other maps."""
        unknown = [key for key in value if key not in known]
        for key in unknown:
            hint = (elsewhere or {}).get(str(key)) or did_you_mean(str(key), known)
            self.error((*path, str(key)), "unknown-key", f"'{key}' is not a key of {whose}", hint)
        return unknown

    def _add(self, severity: Severity, path: Path, code: str, fact: str, hint: str) -> None:
        if room_for(severity, self.findings):
            self.findings.append(Finding(code, fact, hint, severity, place_of(path, self._places)))

    @property
    def refused(self) -> bool:
        return any(f.severity is Severity.ERROR for f in self.findings)
