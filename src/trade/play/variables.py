"""`variables`: `{{ name }}` in a value is replaced by the variable; a value that is nothing else keeps the variable's type."""

from __future__ import annotations

import re
from typing import Any

from trade.base.nearest import did_you_mean
from trade.base.places import Path
from trade.play.fields import shown
from trade.play.notes import Notes
from trade.play.scalars import as_text

_TEMPLATE = re.compile(r"(?<!\{)\{\{([^{}]*)\}\}(?!\})")
_LONGEST_FILLED = 20_000  # characters of one value, as of a description
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AS_WRITTEN = {"variables", "name", "id", "description", "_test_metadata"}


def substitute(data: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """Return the file without `variables`, every template replaced; unknown ones are errors, unused ones warnings."""
    fill = _Filler(_declared(data, notes), notes)
    filled = {key: value if key in _AS_WRITTEN else fill(value, (key,)) for key, value in data.items() if key != "variables"}
    for name in fill.variables:
        if name not in fill.used and fill.used <= set(fill.variables):  # beside an unknown one it may be the one that was meant
            notes.warn("unused-variable", ("variables", name), f"the variable '{name}' is used nowhere", "remove it")
    return filled


def _declared(data: dict[str, Any], notes: Notes) -> dict[str, Any]:
    variables = data.get("variables", {})
    if not isinstance(variables, dict):
        notes.error("wrong-type", ("variables",), f"{shown(variables)}, not a map", "write name: value")
        return {}
    for name, value in variables.items():
        path = ("variables", name)
        if not _NAME.fullmatch(name):
            notes.error("bad-text", path, f"'{name}' cannot name a variable", "write letters, digits and _", at_key=True)
        if value is None or isinstance(value, dict | list):
            notes.error("wrong-type", path, f"{shown(value)}, not one value", "write a number, a truth value or text")
        elif isinstance(value, str) and _TEMPLATE.search(value):
            notes.error("nested-variable", path, f"'{value[:60]}' refers to another variable", "write the value itself")
    return variables


class _Filler:
    """Replaces templates in nested values and remembers which variables were used."""

    def __init__(self, variables: dict[str, Any], notes: Notes) -> None:
        self.variables = variables
        self.notes = notes
        self.used: set[str] = set()

    def __call__(self, value: object, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: self(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self(item, (*path, index)) for index, item in enumerate(value)]
        return self.text(value, path) if isinstance(value, str) and "{{" in value else value

    def text(self, text: str, path: Path) -> Any:
        whole = _TEMPLATE.fullmatch(text.strip())
        if whole:
            return self.lookup(whole.group(1).strip(), path)
        if text.count("{{") != len(_TEMPLATE.findall(text)):
            self.notes.error("bad-template", path, f"'{text[:60]}' has braces that do not close", "write {{ name }}")
        return self.joined(
            [as_text(self.lookup(part.strip(), path)) if at % 2 else part for at, part in enumerate(_TEMPLATE.split(text))], path
        )

    def joined(self, parts: list[str], path: Path) -> str:
        length = sum(map(len, parts))
        if length <= _LONGEST_FILLED:
            return "".join(parts)
        fact = f"the value with its variables filled in has '{length}' characters, more than '{_LONGEST_FILLED}'"
        self.notes.error("bad-template", path, fact, "use shorter variables, or fewer of them")
        self.notes.settled.add(path)
        return ""

    def lookup(self, name: str, path: Path) -> Any:
        self.used.add(name)
        if name not in self.variables:
            hint = did_you_mean(name, self.variables, f"add it: `variables: {{{name}: ...}}`")
            self.notes.error("unknown-variable", path, f"the variable '{name}' is not known", hint)
            self.notes.settled.add(path)
        return self.variables.get(name)
