"""Single mutations of a Play as plain values: drop, double, swap, reorder, rename, retype; every one of them, in one order."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Path = tuple[str | int, ...]

# What says nothing to a run: it may change freely, and the bytes of the result only name it.
SILENT = ("name", "id", "description", "validation", "_test_metadata")


@dataclass(frozen=True)
class Mutation:
    """One change of one place; `what` names it for a reader."""

    what: str
    path: Path
    play: dict[str, Any]


def mutations(play: dict[str, Any]) -> Iterator[Mutation]:
    """Yield every single mutation of a Play."""
    for path, value in _places(play):
        if path and path[0] in SILENT:
            continue
        if isinstance(value, dict):
            yield from _of_map(play, path, value)
        elif isinstance(value, list):
            yield from _of_list(play, path, value)
        else:
            for number, other in enumerate(_retyped(value)):
                yield _put(play, f"retype {number}", path, other)


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from _places(item, (*path, step))


def _of_map(play: dict[str, Any], path: Path, value: dict[str, Any]) -> Iterator[Mutation]:
    keys = [key for key in value if path or key not in SILENT]
    yield _put(play, "reverse", path, dict(reversed(value.items())))
    for key in keys:
        yield _put(play, f"drop {key}", path, {k: v for k, v in value.items() if k != key})
        for name in (f"{key}_x", key.upper(), key[:-1]):
            yield _put(play, f"rename {key} to {name}", path, {name if k == key else k: v for k, v in value.items()})
    for one, other in pairwise(keys):
        swapped = {**value, one: value[other], other: value[one]}
        yield _put(play, f"swap values of {one} and {other}", path, swapped)
        order = [other if k == one else one if k == other else k for k in value]
        yield _put(play, f"reorder {one} and {other}", path, {k: value[k] for k in order})


def _of_list(play: dict[str, Any], path: Path, value: list[Any]) -> Iterator[Mutation]:
    for at in range(len(value)):
        yield _put(play, f"drop [{at}]", path, value[:at] + value[at + 1 :])
        yield _put(play, f"double [{at}]", path, [*value[: at + 1], *value[at:]])
    for at in range(len(value) - 1):
        yield _put(play, f"swap [{at}]", path, [*value[:at], value[at + 1], value[at], *value[at + 2 :]])
    yield _put(play, "empty", path, [])


def _retyped(value: Any) -> Iterator[Any]:
    yield from ([value], {"value": value}, None, str(value), not value if isinstance(value, bool) else True)
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from (-value, value + 1, value * 0.5, float(value), 0, 1e300, 10**18)
    elif isinstance(value, str):
        yield from (f"{value} ", value.upper(), f"{value}.value", 7)


def _put(play: dict[str, Any], what: str, path: Path, value: Any) -> Mutation:
    if not path:
        return Mutation(what, path, value)
    made = copy.deepcopy(play)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return Mutation(what, path, made)
