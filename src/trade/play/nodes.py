"""YAML text to a tree of nodes with line and column: bounded in size and depth, so that no file can do harm."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from trade.play.scalars import LONGEST_NUMBER, MOST_EXPONENT, plain
from trade.play.yaml_hints import ALIAS, TAG, syntax_hint

MAX_BYTES = 256_000
MAX_VALUES = 10_000  # the largest Plays that we know of have some hundreds
MAX_DEPTH = 128  # twice the depth of rules: each level is a key and its list


@dataclass
class Node:
    """One YAML node. `value` is a scalar, a list of nodes, a list of (key, value) nodes, or the node that an alias stands for.

    `text` is the scalar as written, `style` its quote or block sign, `trouble` the (code, fact, hint) of a node that is not plain YAML.
    """

    kind: str  # scalar | list | map | alias
    value: Any
    line: int
    column: int
    text: str = ""
    style: str | None = None
    trouble: tuple[str, str, str] | None = None


class Unreadable(Exception):
    """Reading cannot go on."""

    def __init__(self, code: str, fact: str, hint: str, line: int = 0, column: int = 0) -> None:
        super().__init__(fact)
        self.code, self.fact, self.hint, self.line, self.column = code, fact, hint, line, column


def compose(source: str | bytes) -> Node:
    """Return the root node of the one document in a file; raise Unreadable."""
    text = _decode(source)
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        return _Composer(_events(loader)).document()
    except yaml.reader.ReaderError as error:
        line, column = _position(text, error.position)
        raise Unreadable("yaml-encoding", f"character '#x{error.character:04x}' is not allowed", "remove it", line, column) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from None
    except (ValueError, OverflowError) as error:  # PyYAML hands an impossible \U escape to chr()
        fact, (line, column) = f"an escape names no character: '{error}'", _position(text, loader.index if loader else 0)
        raise Unreadable("yaml-syntax", fact, "write the character itself", line, column) from None


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()


def _decode(source: str | bytes) -> str:
    if len(source) > MAX_BYTES:
        raise Unreadable("yaml-too-large", f"the file has more than '{MAX_BYTES}' bytes", "a Play is one strategy; split it", 1, 1)
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(source.decode("latin-1"), error.start)
        raise Unreadable(
            "yaml-encoding", f"byte '0x{source[error.start]:02x}' is not UTF-8", "save the file as UTF-8", line, column
        ) from None


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (-1, -1)
    lines = text.splitlines()
    written = lines[line] if 0 <= line < len(lines) else ""
    fact = ": ".join(part for part in (error.context, error.problem) if part).lower()
    return Unreadable("yaml-syntax", f"not readable as YAML: {fact}", syntax_hint(error.problem or "", written), line + 1, column + 1)


class _Composer:
    """Builds nodes from the parser's events; an anchor is known only once its node is whole, so nothing contains itself."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, Node] = {}
        self.values = 0

    def document(self) -> Node:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise Unreadable("yaml-empty", "the file is empty", "write a Play; `trade play schema` describes one", 1, 1)
        root = self.node(next(self.events), 0)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            mark = after.start_mark
            raise Unreadable("yaml-many-documents", "the file holds several documents", "one Play per file", mark.line + 1, mark.column + 1)
        return root

    def node(self, event: Any, depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        self.values += 1
        if self.values > MAX_VALUES:
            raise Unreadable(
                "yaml-too-large", f"the file has more than '{MAX_VALUES}' values", "a Play is one strategy; split it", line, column
            )
        if depth > MAX_DEPTH:
            raise Unreadable("yaml-too-deep", f"values are nested more than '{MAX_DEPTH}' deep", "name the parts as setups", line, column)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise Unreadable("yaml-alias", f"alias '*{event.anchor}' has no anchor above it", ALIAS, line, column)
            return Node("alias", self.anchors[event.anchor], line, column)
        node = self.content(event, depth, line, column)
        if event.tag not in {None, "!"}:
            node.trouble = ("yaml-tag", f"the tag '{event.tag}' has no meaning in a Play", TAG)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def content(self, event: object, depth: int, line: int, column: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event, line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(inner, depth + 1))
            return Node("list", items, line, column)
        pairs = []
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, depth + 1)
            pairs.append((key, self.node(next(self.events), depth + 1)))
        return Node("map", pairs, line, column)


def _scalar(event: Any, line: int, column: int) -> Node:
    value = plain(event.value) if event.implicit[0] else event.value
    node = Node("scalar", value, line, column, event.value, event.style)
    if isinstance(value, float) and not math.isfinite(value):
        fact = f"'{event.value[:LONGEST_NUMBER]}' is not a number that a Play can use"
        node.trouble = (
            "yaml-number",
            fact,
            f"write a finite number of at most {LONGEST_NUMBER} characters, its exponent at most {MOST_EXPONENT}",
        )
    elif any(0xD800 <= ord(c) <= 0xDFFF for c in event.value):
        node.trouble = ("yaml-encoding", "the text holds half a character (a lone surrogate)", "write the character itself")
    return node
