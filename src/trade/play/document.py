"""A YAML file as plain values that remember their line and column; whatever is not plain YAML 1.2 is a finding, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trade.base.findings import Finding, Full, Place, Severity, and_more, room_for
from trade.play.nodes import MAX_VALUES, Node, Unreadable, compose
from trade.play.yaml_hints import FOLDED, TEMPLATE

Path = tuple[str | int, ...]

_MAY_BE_BLOCKS = {"description", "_test_metadata"}


@dataclass(frozen=True)
class Document:
    """The values of a file; `data` is None when they could not be read. `places` and `keys` say where each value and each key stands.

    `troubled` are the values that YAML itself already refused: nothing more is said about them.
    """

    file: str
    data: dict[str, Any] | None
    places: Mapping[Path, Place]
    keys: Mapping[Path, Place]
    troubled: frozenset[Path] = frozenset()

    def place(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest value around it that the file has."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        near = self.places.get(known, Place(self.file))
        return replace(near, path=path_text(path))

    def key_place(self, path: Path) -> Place:
        """Return the place of the key a value stands under."""
        return self.keys.get(path) or self.place(path)


def path_text(path: Path) -> str:
    """Return a path as a reader writes it: `actions.entry_long.all[1]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def read_document(source: str | bytes, file: str = "") -> tuple[Document, tuple[Finding, ...]]:
    """Return the values of one YAML file, and everything that is wrong with it as YAML."""
    spread = _Spread(file)
    try:
        data = _as_map(spread, compose(source))
    except Unreadable as stop:
        found = Finding(stop.code, stop.fact, stop.hint, place=Place(file, stop.line, stop.column))
        return Document(file, None, {}, {}), (*spread.findings, found)
    except Full:
        return Document(file, None, {}, {}), and_more(spread.findings, file)
    return Document(file, data, spread.places, spread.keys, frozenset(spread.troubled)), tuple(spread.findings)


def _as_map(spread: _Spread, root: Node) -> dict[str, Any]:
    data = spread.value(root, ())
    if data is None:
        raise Unreadable("yaml-empty", "the file holds nothing", "write a Play; `trade play schema` describes one", root.line, root.column)
    if not isinstance(data, dict):
        fact = f"the file holds {'a list' if root.kind == 'list' else 'a single value'}, not keys with values"
        raise Unreadable("yaml-not-a-map", fact, 'begin with `version: "3.0.0"`', root.line, root.column)
    return data


class _Spread:
    """Turns nodes into values, following aliases within a budget of values."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.troubled: set[Path] = set()
        self.findings: list[Finding] = []

    def value(self, node: Node, path: Path) -> Any:
        self.places[path] = place = self.place(node, path)
        if len(self.places) > MAX_VALUES:
            raise Unreadable(
                "yaml-too-large", f"the file unfolds to more than '{MAX_VALUES}' values", "use fewer aliases", node.line, node.column
            )
        while node.kind == "alias":
            node = node.value
        if node.trouble:
            self.troubled.add(path)
            self.say(place, *node.trouble)
            return None
        if node.kind == "map":
            return self.pairs(node, path)
        if node.kind == "list":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if node.style in {">", "|"} and not _MAY_BE_BLOCKS & set(path[:1]):
            self.troubled.add(path)
            self.say(place, "yaml-block-text", f"a block of text starts here with '{node.style}'", FOLDED)
        return node.value

    def pairs(self, node: Node, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            name = self.name(key, path)
            if name is None:
                continue
            inner = (*path, name)
            if name in values:
                first = self.keys[inner].line
                self.say(
                    self.place(key, inner), "yaml-duplicate-key", f"the key '{name}' is given again (first on line '{first}')", "keep one"
                )
                continue
            self.keys[inner] = self.place(key, inner)
            values[name] = self.value(value, inner)
        return values

    def name(self, key: Node, path: Path) -> str | None:
        while key.kind == "alias":
            key = key.value
        place = self.place(key, path)
        if key.kind == "map":
            self.troubled.add(path)
            self.say(place, "yaml-template", "a key is itself in braces, as in an unquoted {{ name }}", TEMPLATE)
        elif key.kind == "list":
            self.say(place, "yaml-key", "a key is a list", "write a name before the colon")
        elif key.trouble:
            self.say(place, *key.trouble)
        elif not key.text:
            self.say(place, "yaml-key", "a key is empty", "write a name before the colon")
        elif key.text == "<<" and key.style is None:
            self.say(
                place, "yaml-key", "the merge key '<<' is not part of YAML 1.2", "repeat the keys, or use an alias for the whole value"
            )
        else:
            return key.text
        return None

    def place(self, node: Node, path: Path) -> Place:
        return Place(self.file, node.line, node.column, path_text(path))

    def say(self, place: Place, code: str, fact: str, hint: str) -> None:
        if room_for(Severity.ERROR, self.findings):
            self.findings.append(Finding(code, fact, hint, place=place))
