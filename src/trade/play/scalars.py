"""YAML 1.2 core scalars: what an unquoted word means, and numbers that remember how they were written."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

Scalar = str | int | float | bool | None

LONGEST_NUMBER = 40
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE]([-+]?[0-9]+))?")
MOST_EXPONENT = 308  # of a double, both ways
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class Real(float):
    """A float that keeps its text, so that a decimal field reads 5.5 exactly."""

    text: str

    def __new__(cls, text: str) -> Real:
        value = super().__new__(cls, math.nan if _NOT_FINITE.fullmatch(text) else float(text))
        value.text = text
        return value


def plain(text: str) -> Scalar:
    """Return what an unquoted scalar means: `on` and `12:30` are text, `010` is 10, `1e3` a number."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > LONGEST_NUMBER and (_FLOAT.fullmatch(text) or _PREFIXED.fullmatch(text)):
        return Real(".nan")
    if _INT.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    if _NOT_FINITE.fullmatch(text):
        return Real(text)
    found = _FLOAT.fullmatch(text)
    if found is None:
        return text
    # An exponent beyond a double's is 0 or infinity as a double, and a number of a billion digits as a decimal.
    return Real(".nan") if abs(int(found.group(4) or 0)) > MOST_EXPONENT else Real(text)


def as_decimal(value: int | float) -> Decimal:
    """Return a number exactly as it was written."""
    return Decimal(value.text if isinstance(value, Real) else repr(value))


def as_text(value: object) -> str:
    """Return a value as YAML writes it."""
    if isinstance(value, Real):
        return value.text
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def as_plain(value: object) -> Any:
    """Return nested YAML values as built-in types only."""
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_plain(item) for item in value]
    return float(value) if isinstance(value, float) else value
