"""The known names that are most like one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from trade.base.catalogue import Output
from trade.base.other_words import same_here

_SHOWN = 12
_LIKE = 0.6  # of 1: equal
_MOST_NAMES, _LONGEST_NAME = 500, 60  # so many names of so many characters are compared: a Play of mistakes takes long with more


def nearest(word: str, known: Iterable[str], most: int = 1, among: int = _MOST_NAMES, like: float = _LIKE) -> list[str]:
    """Return the known names most like `word`, case aside, the likest first; of more than `among` names only one that is equal.

    `like` is how like they are at least: 1 is equal.
    """
    if len(word) > _LONGEST_NAME:
        return []
    by_lower = {name.lower(): name for name in known if len(name) <= _LONGEST_NAME}
    if len(by_lower) > among:
        return [by_lower[word.lower()]] if word.lower() in by_lower else []
    return [by_lower[name] for name in get_close_matches(word.lower(), by_lower, n=most, cutoff=like)]


def did_you_mean_output(word: str, outputs: Iterable[Output]) -> str:
    """Return a hint: the output that others call so, else the one whose name is nearest, else their names."""
    known = list(outputs)
    other = next((output.name for output in known if word.lower() in output.known_as), None)
    names = [output.name for output in known]
    return did_you_mean(word, names, f"known: {', '.join(names)}") if other is None else f"did you mean `{other}`?"


def meant(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that a word most likely stands for: what others call so, else the nearest one; None if there is none."""
    names = list(known)
    return same_here(word, names) or next(iter(nearest(word, names)), None)


def near_word(word: str, known: Iterable[str]) -> list[str]:
    """Return the hint at the name that is meant; none where there is no such name."""
    name = meant(word, known)
    return [] if name is None else [f"did you mean `{name}`?"]


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint: the name that is meant, else the list of names when it is short, else `otherwise`."""
    names = list(known)
    for hint in near_word(word, names):
        return hint
    if names and len(names) <= _SHOWN:
        return "known: " + ", ".join(names)
    return otherwise or "remove it"
