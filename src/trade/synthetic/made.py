"""What a recipe makes: bars and funding without holes, and their digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from trade.base.bars import Bars
from trade.base.hashing import json_hash, table_hash
from trade.base.history import Funding, History
from trade.base.instrument import Instrument

_COLUMNS = ("ts_open_ms", "open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Made:
    """The rows of a made market, ascending."""

    bars: Bars
    funding: Funding | None

    def between(self, start_ms: int, end_ms: int) -> Made:
        """Return the rows of [start_ms, end_ms)."""
        if self.funding is None:
            return Made(self.bars.between(start_ms, end_ms), None)
        rows = slice(*self.funding.ts_ms.searchsorted([start_ms, end_ms]))
        return Made(self.bars.between(start_ms, end_ms), Funding(self.funding.ts_ms[rows], self.funding.rate[rows]))


class Maker(Protocol):
    """Makes the window of a recipe, and as much past before it as a Play's warm-up asks for."""

    @property
    def instrument(self) -> Instrument: ...

    def make(self, past: int) -> Made:
        """Return the rows from `past` minutes before the start on; more past never changes a row (TIME-8)."""
        ...


def history(made: Made, instrument: Instrument, recipe: Mapping[str, Any]) -> History:
    """Return made rows as a run reads them; the digest covers them and the recipe (HASH-2)."""
    parts: dict[str, Any] = {"recipe": dict(recipe), "instrument": instrument.facts()}
    parts["bars"] = table_hash({name: getattr(made.bars, name) for name in _COLUMNS})
    parts["funding"] = None if made.funding is None else table_hash({"ts_ms": made.funding.ts_ms, "rate": made.funding.rate})
    return History(instrument, made.bars, None, made.funding, json_hash(parts))
