"""What a value of a Play may be: exact numbers, flags, counts, words, texts; each with its message and its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from pydantic_core import PydanticCustomError, core_schema

from trade.base.nearest import near_word
from trade.base.other_words import same_here
from trade.play.scalars import as_decimal, as_text

Schema = dict[str, Any]

MAX_DIGITS = 15  # what a double holds exactly in both directions, so JSON and YAML give the same decimal back
_NUMERIC = re.compile(r"(?P<number>[-+]?[0-9]+([,_' ][0-9]{3})*([.,][0-9]+)?)\s*(?P<more>[%a-zA-Z]{0,8})")
_GROUPS = re.compile(r"[,_' ](?=[0-9]{3}([,_' .]|$))")
_FACTORS = {  # of what is written, in the unit of the key
    ("%", "%"): Decimal(1),
    ("pct", "%"): Decimal(1),
    ("bps", "%"): Decimal("0.01"),
    ("bps", "bps"): Decimal(1),
    ("bp", "bps"): Decimal(1),
    ("%", "bps"): Decimal(100),
    ("x", "x"): Decimal(1),
    ("usd", "usdt"): Decimal(1),
    ("usdt", "usdt"): Decimal(1),
    ("k", "usdt"): Decimal(1000),
    ("m", "usdt"): Decimal(1_000_000),
}
TEMPLATE_SCHEMA: Schema = {"type": "string", "pattern": r"^\{\{.*\}\}$"}


def or_template(schema: Schema) -> Schema:
    """Return the schema of a value that may be a variable instead."""
    return {"anyOf": [schema, TEMPLATE_SCHEMA]}


def wrong(code: str, fact: str, hint: str) -> PydanticCustomError:
    """Return a refusal whose fact and hint reach the reader unchanged."""
    return PydanticCustomError(code, "{fact}", {"fact": fact, "hint": hint})


def type_name(value: object) -> str:
    """Return what a reader calls the type of a YAML value."""
    if value is None:
        return "empty"
    names: dict[type, str] = {bool: "a truth value", str: "text", dict: "a map", list: "a list"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "a number")


def shown(value: object) -> str:
    """Return a value with its type, short, for a message."""
    if value is None:
        return "the value is empty"
    if isinstance(value, dict | list):
        return f"the value is {type_name(value)}"
    return f"'{as_text(value)[:60]}' is {type_name(value)}"


def number_hint(value: object, unit: str = "") -> str:
    """Return what to do with text that begins with a number; empty where there is none.

    The number is given where the text has no unit, or one whose relation to the unit of the key is known: "%", "bps", "x" or "usdt".
    """
    found = _NUMERIC.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return ""
    number, more = _GROUPS.sub("", found["number"]).replace(",", "."), found["more"].lower()
    if not more and number == value:
        return f"remove the quotes: `{number}`"
    factor = Decimal(1) if not more else _FACTORS.get((more, unit))
    if factor is None:
        return f"write a number without '{found['more']}', in the unit of the key"
    return f"write the number alone: `{(Decimal(number) * factor).normalize():f}`"


class _Field:
    """An annotation that checks one value and describes itself."""

    def check(self, value: object) -> Any:
        raise NotImplementedError

    def describe(self) -> Schema:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: object, handler: Callable[[Any], Any]) -> Schema:
        return or_template(self.describe())


@dataclass(frozen=True)
class Number(_Field):
    """An exact decimal within bounds; `above` and `below` exclude their bound, `low` and `high` include it."""

    above: str | None = None
    low: str | None = None
    high: str | None = None
    below: str | None = None
    places: int = 8
    unit: str = ""  # "%", "bps", "x", "usdt"

    def check(self, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong("wrong-type", f"{shown(value)}, not a number", number_hint(value, self.unit) or "write a number")
        exact = as_decimal(value)
        self._bounds(exact, as_text(value))
        return exact

    def _bounds(self, exact: Decimal, text: str) -> None:
        bounds = (("above", self.above, gt), ("at least", self.low, ge), ("at most", self.high, le), ("below", self.below, lt))
        for words, bound, holds in bounds:
            if bound is not None and not holds(exact, Decimal(bound)):
                raise wrong("out-of-range", f"'{text}' is not {words} '{bound}'", self._range())
        digits = exact.normalize().as_tuple()
        if isinstance(digits.exponent, int) and -digits.exponent > self.places:
            raise wrong("too-many-decimals", f"'{text}' has more than '{self.places}' decimals", f"round it to {self.places} decimals")
        if len(digits.digits) > MAX_DIGITS:
            raise wrong("too-many-digits", f"'{text}' has more than '{MAX_DIGITS}' digits", f"round it to {MAX_DIGITS} digits")

    def _range(self) -> str:
        said = [f"{word} {bound}" for word, bound in (("above", self.above), ("at least", self.low)) if bound is not None]
        said += [f"{word} {bound}" for word, bound in (("at most", self.high), ("below", self.below)) if bound is not None]
        return "write a number " + " and ".join(said)

    def describe(self) -> Schema:
        keys = {"exclusiveMinimum": self.above, "minimum": self.low, "maximum": self.high, "exclusiveMaximum": self.below}
        return {"type": "number", **{key: float(bound) for key, bound in keys.items() if bound is not None}}


@dataclass(frozen=True)
class Count(_Field):
    """A whole number within bounds."""

    low: int = 0
    high: int = 1_000_000_000

    def check(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise wrong("wrong-type", f"{shown(value)}, not a whole number", "write a whole number")
        if not self.low <= value <= self.high:
            raise wrong(
                "out-of-range", f"'{as_text(value)}' is not within '{self.low}' and '{self.high}'", f"write {self.low} to {self.high}"
            )
        return int(value)

    def describe(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Flag(_Field):
    """true or false."""

    def check(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise wrong("wrong-type", f"{shown(value)}, not a truth value", "write true or false")
        return value

    def describe(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(_Field):
    """One of a few words, case aside; the value is the word as listed here."""

    words: tuple[str, ...]

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            hint = _near_and_all(as_text(value), self.words) if isinstance(value, int) else "known: " + ", ".join(self.words)
            raise wrong("wrong-type", f"{shown(value)}, not a word", hint)
        if value in self.words:
            return value
        for word in self.words:
            if word.lower() == value.lower() and same_here(value, self.words) is None:  # 1M is not 1m
                return word
        raise wrong("unknown-word", f"'{value}' is not a word known here", _near_and_all(value, self.words))

    def describe(self) -> Schema:
        known: Schema = {"type": "string", "enum": list(self.words)}
        cased = [word for word in self.words if all(same_here(said, self.words) is None for said in (word.upper(), word.lower()))]
        return {"anyOf": [known, {"type": "string", "pattern": f"^({'|'.join(map(_any_case, cased))})$"}]} if cased else known


def _any_case(word: str) -> str:
    return "".join(f"[{sign.lower()}{sign.upper()}]" if sign.isalpha() else re.escape(sign) for sign in word)


def _near_and_all(value: str, words: tuple[str, ...]) -> str:
    return " ".join([*near_word(value, words), "known: " + ", ".join(words)])


@dataclass(frozen=True)
class Text(_Field):
    """Text that matches a pattern; `hint` says what to write."""

    pattern: str = r"(?s).*"
    hint: str = "write text"
    longest: int = 200
    most_bytes: int | None = None  # in UTF-8, of what becomes the name of a file

    mend: Callable[[str], str] | None = None  # what a wrong text most likely means; it is proposed where it would be right

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise wrong(
                "wrong-type", f"{shown(value)}, not text", f'{self.hint}; quote it if it looks like something else: "{as_text(value)[:20]}"'
            )
        if not self._fits(value):
            mended = self.mend(value) if self.mend else ""
            hint = f"write `{mended}`; {self.hint}" if mended and self._fits(mended) else self.hint
            raise wrong("bad-text", f"'{value[:60]}' is not allowed here", hint)
        return value

    def _fits(self, value: str) -> bool:
        too_long = len(value) > self.longest or (self.most_bytes is not None and len(value.encode()) > self.most_bytes)
        return not too_long and re.fullmatch(self.pattern, value) is not None

    def describe(self) -> Schema:
        return {
            "type": "string",
            "maxLength": self.longest,
            **({} if self.pattern.startswith("(?s)") else {"pattern": f"^{self.pattern}$"}),
        }
