"""Paths of values in a file, and where they stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trade.base.findings import Place

Path = tuple[str | int, ...]  # keys and indices from the top of the file
Places = Mapping[Path, Place]


def path_text(path: Path) -> str:
    """Return a path as a reader writes it: `actions.entry_long.all[1]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def place_of(path: Path, places: Places, file: str = "") -> Place:
    """Return the place of a value, or of the nearest value around it that the file has."""
    around = (path[:length] for length in range(len(path), -1, -1))
    near = next((places[each] for each in around if each in places), Place(file))
    return replace(near, path=path_text(path))
