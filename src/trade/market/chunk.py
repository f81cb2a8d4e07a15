"""The rows of a file as they pass from the readers to the checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.market.columns import Columns, join


@dataclass(frozen=True)
class OddCell:
    """Why a row cannot be read: the text of a cell, the name of its column, and where it begins in its line, from 1.

    Without a name it is the whole row, and the text says what is odd about it.
    """

    text: str
    column: str
    place: int
    is_clock: bool = False


NONE_ODD: Mapping[int, OddCell] = {}


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of a file, as read: nothing is checked yet.

    `lines` count from 1: physical lines of a text file, the header included; rows of a parquet file. `ts_ms` is floored to
    milliseconds, `ts_exact` says where nothing was lost. `readable` is false where a cell could not be read at all.
    `values` has the stored names but for the clock, float64. `foreign` is true where a row names another symbol than the first one,
    None where no row does. `odd` says of rows that cannot be read why, by their line; of some nothing is known.
    """

    lines: Int64
    ts_ms: Int64
    ts_exact: Bool
    readable: Bool
    values: Columns
    foreign: Bool | None = None
    odd: Mapping[int, OddCell] = field(default_factory=lambda: NONE_ODD)

    def __len__(self) -> int:
        return len(self.lines)


def joined(parts: list[Chunk]) -> Chunk:
    """Return the parts one after another; at least one part."""
    if len(parts) == 1:
        return parts[0]
    flat = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("lines", "ts_ms", "ts_exact", "readable")}
    foreign = None
    if any(part.foreign is not None for part in parts):
        foreign = np.concatenate([np.zeros(len(part), np.bool_) if part.foreign is None else part.foreign for part in parts])
    odd = {line: cell for part in parts for line, cell in part.odd.items()}
    return Chunk(**flat, values=join([part.values for part in parts]), foreign=foreign, odd=odd)
