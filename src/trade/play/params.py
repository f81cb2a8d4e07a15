"""Parameters of an indicator or a structure against its catalogue entry: names, types, ranges, defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from trade.base.catalogue import Entry, Param, Params, ParamType, ParamValue
from trade.base.nearest import did_you_mean
from trade.base.places import Path
from trade.play.fields import number_hint, shown
from trade.play.notes import Notes
from trade.play.scalars import as_text

_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)?")


def read_params(entry: Entry, given: Mapping[str, Any], path: Path, notes: Notes) -> Params:
    """Return every parameter of the entry, defaults applied; what is wrong is said. A parameter that may be absent is left out."""
    known = [param.name for param in entry.params]
    for name in given:
        if name not in known:
            hint = notes.after_a_comma((*path, name)) or did_you_mean(name, known, f"'{entry.name}' has no parameters")
            notes.error("unknown-param", (*path, name), f"'{entry.name}' has no parameter '{name}'", hint, at_key=True)
    before = len(notes.findings)
    values: dict[str, ParamValue] = {}
    for param in entry.params:
        value = given.get(param.name)
        if value is None and param.name in given and not param.optional:
            notes.error("wrong-type", (*path, param.name), "the value is empty", f"write {_wanted(param)}, or leave it out")
        elif value is not None:
            values[param.name] = _checked(param, value, (*path, param.name), notes)
        elif param.default is not None:
            values[param.name] = param.default
        elif not param.optional:
            fact = f"'{entry.name}' needs the parameter '{param.name}'"
            notes.error("missing-param", (*path, param.name), fact, f"add `{param.name}: ...`, {_wanted(param)}")
    if len(notes.findings) == before:
        _check_rising(entry, values, given, path, notes)
    return values


def _check_rising(entry: Entry, values: Params, given: Mapping[str, Any], path: Path, notes: Notes) -> None:
    """Refuse values that must rise and do not: libraries swap them, or compute what nobody asked for."""
    numbers = [value for name in entry.rising if isinstance(value := values[name], int | float)]
    if all(lower < higher for lower, higher in pairwise(numbers)):
        return
    said = ", ".join(f"{name} '{values[name]}'{'' if name in given else ' by default'}" for name in entry.rising)
    written = [name for name in entry.rising if name in given]
    ordered = ", ".join(f"{name}: {value}" for name, value in zip(entry.rising, sorted(numbers), strict=True))
    hint = f"write `{ordered}`" if len(set(numbers)) == len(numbers) else f"choose {' < '.join(entry.rising)}"
    notes.error("params-order", (*path, written[-1]), f"{said}: these must rise in this order", hint)


def _wanted(param: Param) -> str:
    if param.type is ParamType.CHOICE:
        return "one of " + ", ".join(param.choices)
    if param.type is ParamType.FEATURE:
        return "the id of a feature"
    if param.type is ParamType.BOOL:
        return "true or false"
    bounds = [f"{word} {bound:g}" for word, bound in (("at least", param.low), ("at most", param.high)) if bound is not None]
    kind = "a whole number" if param.type is ParamType.INT else "a number"
    return " ".join([kind, " and ".join(bounds)]).strip()


def _checked(param: Param, value: object, path: Path, notes: Notes) -> ParamValue:
    typed = _typed(param, value)
    if typed is None:
        hint = number_hint(value) if param.type in (ParamType.INT, ParamType.FLOAT) else ""
        notes.error("wrong-type", path, f"{shown(value)}, not {_wanted(param)}", hint or f"write {_wanted(param)}")
    elif param.type is ParamType.CHOICE and typed not in param.choices:
        notes.error("unknown-word", path, f"'{typed}' is not a word known here", did_you_mean(str(typed), param.choices, _wanted(param)))
    elif isinstance(typed, int | float) and not isinstance(typed, bool) and not _within(param, typed):
        notes.error("out-of-range", path, f"'{as_text(value)}' is not {_wanted(param)}", f"write {_wanted(param)}")
    return typed


def _typed(param: Param, value: Any) -> ParamValue:
    """Return the value as the parameter's type, or None; 14.0 is the whole number 14."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if param.type is ParamType.INT:
        return int(value) if number and value == int(value) else None
    if param.type is ParamType.FLOAT:
        return float(value) if number else None
    if param.type is ParamType.BOOL:
        return value if isinstance(value, bool) else None
    if param.type is ParamType.FEATURE:
        return value if isinstance(value, str) and _REFERENCE.fullmatch(value) else None
    return value if isinstance(value, str) else None


def _within(param: Param, value: float) -> bool:
    return (param.low is None or value >= param.low) and (param.high is None or value <= param.high)
