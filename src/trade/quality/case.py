"""What a check looks at, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.findings import Severity
from trade.base.history import Spans
from trade.base.spans import NONE
from trade.base.timeframe import BASE, MINUTE_MS, Timeframe
from trade.market.columns import GRIDS, Columns, clock_column
from trade.market.names import Kind, Series

CONTEXT_ROWS = 90  # of neighbours on either side; no check looks farther


@dataclass(frozen=True)
class Inspected:
    """Rows of one series and kind as they are stored. Those in `core` are judged; the others are their neighbours.

    `tick` is 0.0 where no instrument is known. `mark` holds the prices of the mark bars of the same minutes, NaN where there is none.
    Rows are expected in [since_ms, until_ms), outside of the `closed` spans of the calendar; `accepted` are known outages, `unread` the
    spans of files that cannot be read.
    """

    series: Series
    kind: Kind
    columns: Columns
    core: slice
    since_ms: int
    until_ms: int
    tick: float = 0.0
    mark: Columns | None = None
    accepted: Spans = ()
    unread: Spans = ()
    closed: Int64 = field(default_factory=lambda: NONE)

    @property
    def clock(self) -> Int64:
        """The instants that name the rows, context included."""
        clock: Int64 = self.columns[clock_column(self.kind)]
        return clock

    @property
    def grid(self) -> Timeframe:
        """On which the rows lie: minutes, where the kind has no grid of its own."""
        return GRIDS.get(self.kind, BASE)

    def rows(self, flags: Bool) -> Int64:
        """Return the flagged rows among those that are judged, as spans of one step of the grid."""
        clock = self.clock[self.core][flags[self.core]]
        return np.column_stack((clock, clock + self.grid.length_ms))


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong: `find` returns spans [start_ms, end_ms) of shape [n, 2], ascending, of what the case judges.

    With `merged`, spans that touch are told as one.
    An error is impossible: an import would have kept it out. A warning is suspicious: a market can have made it, rarely.
    """

    code: str
    severity: Severity
    kinds: tuple[Kind, ...]
    fact: str
    find: Callable[[Inspected], Int64]
    merged: bool = False


def around(case: Inspected, rows: Int64, reach: int) -> Int64:
    """Return the places of the rows up to `reach` before and after each of some rows, shape [n, 2 * reach + 1]; clipped at the ends."""
    places: Int64 = np.clip(rows[:, None] + np.arange(-reach, reach + 1), 0, len(case.clock) - 1)
    return places


def unbroken(case: Inspected, before: int, after: int) -> Bool:
    """Return of which rows the neighbours, so many before and after, are all there, minute by minute."""
    clock, n = case.clock, len(case.clock)
    whole = np.zeros(n, np.bool_)
    if n > before + after:
        whole[before : n - after] = clock[before + after :] - clock[: n - before - after] == (before + after) * MINUTE_MS
    return whole
