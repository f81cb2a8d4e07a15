"""The timeframes of a Play: roles, the exec timeframe, and what a feature's `tf` means; both generations."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from trade.base.nearest import near_word
from trade.base.places import Path
from trade.base.timeframe import NAMES, Timeframe
from trade.play.models import HeadFile, TimeframesFile
from trade.play.notes import Notes
from trade.play.unsupported import refuse

ROLES = ("low_tf", "med_tf", "high_tf")
_JANUARY = {"mtf": "med_tf", "htf": "high_tf"}
ROLE_WORDS = (*ROLES, *_JANUARY, "exec")
Roles = Mapping[str, Timeframe]


def read_timeframes(data: Mapping[str, Any], head: HeadFile, notes: Notes) -> tuple[Roles, str]:
    """Return role to timeframe and the role that `exec` points to; both empty when they cannot be known.

    The roles hold `exec` too, and the January names beside the April ones.
    """
    january = [key for key in ("tf", "execution_tf", "mtf", "htf") if key in data]
    if "timeframes" in data:
        for key in january:
            notes.error("contradiction", (key,), f"'{key}' and 'timeframes' are both given", f"remove `{key}`", at_key=True)
        file = notes.read(TimeframesFile, data["timeframes"], ("timeframes",))
        return _april(file, notes) if file else ({}, "")
    if "tf" in data and "execution_tf" in data:
        notes.error("contradiction", ("execution_tf",), "'tf' and 'execution_tf' are both given", "keep `tf`", at_key=True)
    executed = head.tf or head.execution_tf
    if executed is None:
        if not january:
            hint = "add `timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}`"
            notes.error("missing-key", ("timeframes",), "the key 'timeframes' is missing", hint)
        elif data.get("tf") is None and data.get("execution_tf") is None:
            notes.error("missing-key", ("tf",), "the key 'tf' is missing", "add `tf: 15m`, the exec timeframe")
        return {}, ""
    given = {"low_tf": executed, "med_tf": head.mtf, "high_tf": head.htf}
    paths: dict[str, Path] = {"low_tf": ("tf",), "med_tf": ("mtf",), "high_tf": ("htf",)}
    return _roles({role: Timeframe(name) for role, name in given.items() if name}, "low_tf", paths, notes)


def _april(file: TimeframesFile, notes: Notes) -> tuple[Roles, str]:
    given = {role: Timeframe(name) for role in ROLES if (name := getattr(file, role))}
    path = ("timeframes", "exec")
    if file.exec not in ROLES:
        same = next((role for role, tf in given.items() if tf.name == file.exec), None)
        hint = f"write `exec: {same}`" if same else "write low_tf, med_tf or high_tf"
        notes.error("exec-not-a-role", path, f"'{file.exec}' is not a role", hint)
        return {}, ""
    if file.exec not in given:
        notes.error("unknown-role", path, f"the role '{file.exec}' has no timeframe", f"add `{file.exec}:` under timeframes")
        return {}, ""
    return _roles(given, file.exec, {role: ("timeframes", role) for role in ROLES}, notes)


def _roles(given: dict[str, Timeframe], executed: str, paths: Mapping[str, Path], notes: Notes) -> tuple[Roles, str]:
    ordered = [role for role in ROLES if role in given]
    for faster, slower in pairwise(ordered):
        if given[faster].length_ms > given[slower].length_ms:
            fact = f"'{paths[slower][-1]}' is '{given[slower]}', faster than '{paths[faster][-1]}' with '{given[faster]}'"
            lengths = sorted((given[role] for role in ordered), key=lambda timeframe: timeframe.length_ms)
            rising = ", ".join(f"{paths[role][-1]}: {timeframe}" for role, timeframe in zip(ordered, lengths, strict=True))
            notes.error("timeframe-order", paths[slower], fact, f"order them low <= med <= high: `{rising}`")
    january = {name: given[role] for name, role in _JANUARY.items() if role in given}
    return {**given, **january, "exec": given[executed]}, executed


def resolve(name: str | None, roles: Roles, path: Path, notes: Notes) -> Timeframe | None:
    """Return the timeframe that a name or a role means (None: exec), or None with the reason said."""
    executed = roles.get("exec")
    if name is None:
        return executed
    found = roles.get(name) or (Timeframe(name) if name in NAMES else None)
    if found is None:
        if name in ROLE_WORDS:
            if executed is not None:
                notes.error(
                    "unknown-role", path, f"the role '{name}' has no timeframe in this Play", f"add `{name}:`, or write a timeframe"
                )
            return None
        hint = " ".join([*near_word(name, [*NAMES, *roles]), "known: " + ", ".join(NAMES)])
        notes.error("unknown-timeframe", path, f"'{name}' is not a timeframe", hint)
        return None
    if executed is not None and found.length_ms < executed.length_ms:
        refuse(notes, "faster-than-exec", path, f"'{name}' is faster than exec '{executed}'")
        return None
    return found
