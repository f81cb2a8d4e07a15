"""Where a key belongs that was written in a place that does not know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import get_args, get_origin

from pydantic import BaseModel

from trade.base.places import Path
from trade.play.models import PlayFile

_FREE = ("features", "structures")  # sections whose keys, such as `value`, have nothing to do with those of others


def belongs(path: Path) -> str:
    """Return where the last key of a path belongs, nearest places first; empty when no place has a key of this name."""
    homes = () if path[0] in _FREE else _homes().get(str(path[-1]), ())
    near = [home for home in homes if home and home[0] == path[0]]
    places = [".".join(home) if home else "" for home in near or homes]
    if not places:
        return ""
    return "write it at the top of the file, under no other key" if "" in places else f"write it under {' or '.join(places)}"


@cache
def _homes() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for key, home in _keys(PlayFile, ()):
        found.setdefault(key, []).append(home)
    return {key: tuple(homes) for key, homes in found.items()}


def _keys(model: type[BaseModel], home: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every key of a section and of those inside it, each with its section; what has free names, such as features, is left out."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        yield key, home
        options = () if get_origin(field.annotation) is dict else get_args(field.annotation)
        for option in (field.annotation, *options):
            if isinstance(option, type) and issubclass(option, BaseModel):
                yield from _keys(option, (*home, key))
