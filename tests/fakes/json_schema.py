"""A small judge of JSON Schema (draft 2020-12), of the words that the schema of Plays is written in; any other word fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value == int(value),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_SAID = {"$schema", "$defs", "title", "description", "default", "then", "else"}  # no test of their own


class Judge:
    """Tells whether values fit a schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def refuses(self, value: object) -> bool:
        return not self._fits(value, self.schema)

    def _fits(self, value: object, schema: Any) -> bool:
        return schema if isinstance(schema, bool) else all(self._tests(value, schema))

    def _tests(self, value: Any, schema: dict[str, Any]) -> Iterator[bool]:
        for word, wanted in schema.items():
            match word:
                case "$ref":
                    yield self._fits(value, self.schema["$defs"][wanted.removeprefix("#/$defs/")])
                case "type":
                    yield any(_TYPES[kind](value) for kind in ([wanted] if isinstance(wanted, str) else wanted))
                case "enum":
                    yield any(_same(value, one) for one in wanted)
                case "const":
                    yield _same(value, wanted)
                case "anyOf":
                    yield any(self._fits(value, one) for one in wanted)
                case "allOf":
                    yield all(self._fits(value, one) for one in wanted)
                case "not":
                    yield not self._fits(value, wanted)
                case "if":
                    yield self._fits(value, schema.get("then" if self._fits(value, wanted) else "else", True))
                case _ if word not in _SAID:
                    yield self._of_kind(value, word, wanted, schema)

    def _of_kind(self, value: Any, word: str, wanted: Any, schema: dict[str, Any]) -> bool:
        """Test what says something about one type of value only, and holds for every other."""
        number, text = _TYPES["number"](value), isinstance(value, str)
        items, keys = value if isinstance(value, list) else [], value if isinstance(value, dict) else {}
        after = items[len(schema.get("prefixItems", [])) :]
        tests: Mapping[str, Callable[[], bool]] = {
            "minimum": lambda: not number or value >= wanted,
            "maximum": lambda: not number or value <= wanted,
            "exclusiveMinimum": lambda: not number or value > wanted,
            "exclusiveMaximum": lambda: not number or value < wanted,
            "pattern": lambda: not text or re.search(wanted, value) is not None,
            "maxLength": lambda: not text or len(value) <= wanted,
            "minItems": lambda: not isinstance(value, list) or len(value) >= wanted,
            "maxItems": lambda: len(items) <= wanted,
            "prefixItems": lambda: all(self._fits(item, one) for item, one in zip(items, wanted, strict=False)),
            "items": lambda: all(self._fits(item, wanted) for item in after),
            "required": lambda: not isinstance(value, dict) or set(wanted) <= set(keys),
            "minProperties": lambda: not isinstance(value, dict) or len(keys) >= wanted,
            "maxProperties": lambda: len(keys) <= wanted,
            "propertyNames": lambda: all(self._fits(key, wanted) for key in keys),
            "additionalProperties": lambda: all(self._fits(keys[key], wanted) for key in keys if key not in schema.get("properties", {})),
            "properties": lambda: all(self._fits(keys[key], one) for key, one in wanted.items() if key in keys),
        }
        return tests[word]()


def _same(value: object, other: object) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)
