"""Where a run's market comes from: the store, or a recipe. What an origin says of itself is hashed, and opens it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.market.store import Store
from trade.synthetic.recipe import Recipe
from trade.synthetic.sample import open_store


@dataclass(frozen=True)
class Stored:
    """The market store. It says nothing of itself: the rows that are read are in the data digest (HASH-2)."""

    def as_json(self) -> Mapping[str, Any]:
        return {}

    def open(self, store: Path, symbol: str) -> Store:
        """Return a snapshot of the store in which a symbol is looked for."""
        return open_store(store, symbol)


Origin = Stored | Recipe
STORED = Stored()


def from_options(options: Mapping[str, Any]) -> tuple[Origin, Mapping[str, Any]]:
    """Return the origin that the options of a stored run name, and its other options."""
    others = dict(options)
    recipe = others.pop("synthetic", None)
    return (STORED if recipe is None else Recipe(**recipe)), others
