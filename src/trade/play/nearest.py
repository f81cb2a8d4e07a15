"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 12
_MOST_NAMES, _LONGEST_NAME = 500, 60  # likeness is measured among so many names of so many characters: more takes too long


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name most like `word`, case aside, or None."""
    if len(word) > _LONGEST_NAME:
        return None
    by_lower = {name.lower(): name for name in known if len(name) <= _LONGEST_NAME}
    if len(by_lower) > _MOST_NAMES:
        return by_lower.get(word.lower())
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint: the nearest name, else the list of names when it is short, else `otherwise`."""
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean `{close}`?"
    if names and len(names) <= _SHOWN:
        return "known: " + ", ".join(names)
    return otherwise or "remove it"
