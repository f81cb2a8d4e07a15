"""Collect what is wrong with the rules, each at its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from trade.base.findings import Finding, Place, Severity

Path = tuple[str | int, ...]
_SHOWN = 12


def written(path: Path) -> str:
    """Return a path as a reader writes it: `actions.entry_long.all[1]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def nearest_or(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint for an unknown word: the nearest known one, else `otherwise`, else the short list of choices."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1)
    if close:
        return f"did you mean '{by_lower[close[0]]}'?"
    if otherwise:
        return otherwise
    names = list(by_lower.values())
    more = ", ..." if len(names) > _SHOWN else ""
    return f"known: {', '.join(names[:_SHOWN])}{more}" if names else "nothing of this kind is declared"


class Notes:
    """The findings of one compilation, in the order they are found."""

    def __init__(self, places: Mapping[Path, Place]) -> None:
        self._places = places
        self.findings: list[Finding] = []

    def error(self, path: Path, code: str, fact: str, hint: str) -> None:
        self.findings.append(Finding(code, fact, hint, Severity.ERROR, self._place(path)))

    def warning(self, path: Path, code: str, fact: str, hint: str) -> None:
        self.findings.append(Finding(code, fact, hint, Severity.WARNING, self._place(path)))

    @property
    def refused(self) -> bool:
        return any(f.severity is Severity.ERROR for f in self.findings)

    def _place(self, path: Path) -> Place:
        for length in range(len(path), -1, -1):
            known = self._places.get(path[:length])
            if known is not None:
                return replace(known, path=written(path))
        return Place(path=written(path))
