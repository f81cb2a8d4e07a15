"""`--set PATH=VALUE`: one scalar of a Play, said at the command line; what it makes is checked and hashed as if the file said so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.base.nearest import did_you_mean
from trade.base.places import Path, path_text
from trade.play.document import Document
from trade.play.nodes import Unreadable, compose

OPTION = "--set"
_LONGEST = 500  # characters of a path
_PATH = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[(?:0|[1-9]\d{0,5})\])*")  # each place has one spelling
_FORM = "write --set risk.stop_loss_pct=2, or actions.entry_long.all[1][2]=30; several values as =1,2,3; text with signs in quotes"


@dataclass(frozen=True)
class Override:
    """A path as it was typed, and the value that stands there."""

    path: str
    value: str | int | float | bool | None

    def __str__(self) -> str:
        return f"{self.path}={self.value}"


def parse_overrides(text: str) -> tuple[Override, ...]:
    """Return the overrides that `PATH=VALUE` or `PATH=VALUE,VALUE` means, one per value; values are YAML scalars. Raises Malformed."""
    path, sign, values = text.partition("=")
    if not sign or not path.strip() or not values.strip():
        raise _malformed(f"'{text}' does not say what to set to what")
    if len(path) > _LONGEST or not _PATH.fullmatch(path.strip()):
        raise _malformed(f"'{path}' is not a path")
    return tuple(Override(path.strip(), _scalar(text, value)) for value in _separate(values))


def _separate(values: str) -> Sequence[str]:
    """Return the values between commas; those in quotes keep theirs."""
    parts, quote = [""], ""
    for sign in values:
        if sign == "," and not quote:
            parts.append("")
            continue
        if sign in "'\"" and (quote == sign or not quote):
            quote = "" if quote else sign
        parts[-1] += sign
    return [part.strip() for part in parts]


def _scalar(text: str, value: str) -> Any:
    try:
        node = compose(value) if value else None
    except Unreadable as error:
        raise _malformed(f"'{value}' in '{text}' is {error.fact}") from None
    if node is None or node.kind != "scalar":
        raise _malformed(f"'{value}' in '{text}' is not one value")
    if node.trouble:
        raise _malformed(f"'{value}' in '{text}': {node.trouble[1]}")
    return node.value


def _malformed(fact: str) -> Malformed:
    return Malformed(Finding("bad-set", fact, _FORM, place=Place(OPTION)))


def override(document: Document, overrides: Iterable[Override]) -> tuple[Document, tuple[Finding, ...]]:
    """Return a document with the values replaced, their places the option's, and a finding for each path that names no scalar.

    A key that the file does not have is set, so that defaults can be: whether it means anything is checked like everything else.
    """
    data, places, keys, findings = document.data or {}, dict(document.places), dict(document.keys), []
    for each in overrides:
        try:
            path = _path(each.path, data)
            _require_declared(path, data)
            data = _with(data, path, each.value)
        except _Lost as error:
            findings.append(Finding("bad-set", error.fact, error.hint, place=Place(OPTION, path=each.path)))
            continue
        for start in range(1, len(path) + 1):
            places.setdefault(path[:start], Place(OPTION, path=path_text(path[:start])))
        places[path] = keys[path] = Place(OPTION, path=path_text(path))
    return replace(document, data=data, places=places, keys=keys), tuple(findings)


class _Lost(Exception):
    """A path that leads nowhere."""

    def __init__(self, fact: str, hint: str) -> None:
        super().__init__(fact)
        self.fact, self.hint = fact, hint


def _require_declared(path: Path, data: Mapping[str, Any]) -> None:
    """Raise for a variable that the file does not declare, which could be used nowhere, and for one that is named as if it were a key."""
    variables = data.get("variables", {})
    if len(path) == 1 and path[0] not in data and isinstance(variables, dict) and path[0] in variables:
        raise _Lost(f"'{path[0]}' is a variable of the Play", f"write variables.{path[0]}")
    if path[0] == "variables" and len(path) == 2 and isinstance(variables, dict) and path[1] not in variables:
        raise _Lost(f"the Play has no variable '{path[1]}'", did_you_mean(str(path[1]), variables, "declare it in the Play"))


def _path(text: str, data: Mapping[str, Any]) -> Path:
    """Return the steps of a path: keys as the file has them, the longest that fits first, else up to the next dot."""
    path: list[str | int] = []
    here: Any = data
    rest = text
    while rest:
        if isinstance(here, list):
            number, rest = _index(text, rest, here)
            path.append(number)
            here = here[number]
        else:
            if rest.startswith("["):
                raise _Lost(f"'{path_text(tuple(path)) or 'the Play'}' is no list", "name a key after a dot")
            key = _key(rest, here if isinstance(here, dict) else {})
            path.append(key)
            rest = rest[len(key) :]
            here = here.get(key) if isinstance(here, dict) else None
        rest = rest.removeprefix(".")
    return tuple(path)


def _key(rest: str, here: Mapping[str, Any]) -> str:
    known = [key for key in here if rest == key or rest.startswith((f"{key}.", f"{key}["))]
    return max(known, key=len) if known else rest.split(".")[0].split("[")[0]


def _index(text: str, rest: str, here: Sequence[Any]) -> tuple[int, str]:
    number, closed, after = rest.removeprefix("[").partition("]")
    if not (rest.startswith("[") and closed and number.isascii() and number.isdigit()):
        raise _Lost(f"'{text}' meets a list at '{rest}'", "name an item, counted from 0, in brackets: all[1]")
    if int(number) >= len(here):
        raise _Lost(f"'{text}' names item {number} of a list of {len(here)}", "items count from 0")
    return int(number), after


def _with(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of a document with one scalar replaced."""
    if not path:
        if isinstance(value, dict | list):
            kind = "a map" if isinstance(value, dict) else "a list"
            inside = list(value) if isinstance(value, dict) else []
            hint = f"go on with one of its keys: {', '.join(inside[:8])}" if inside else "go on with an item in brackets"
            raise _Lost(f"it is {kind}, and only a single value can be set", hint)
        return new
    step = path[0]
    if isinstance(value, list) and isinstance(step, int):
        return [_with(item, path[1:], new) if at == step else item for at, item in enumerate(value)]
    if value is None or isinstance(value, dict):
        below = value or {}
        return {**below, step: _with(below.get(step), path[1:], new)}
    raise _Lost(f"'{step}' is looked for in '{value}', which is a single value", did_you_mean(str(step), [], "end the path before it"))
