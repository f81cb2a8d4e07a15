"""A stored series, month by month with neighbours, as it is in its files: every digest computed anew, nothing taken for granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from trade.base.arrays import Int64
from trade.base.calendar import ALWAYS, ClosedSpans
from trade.base.errors import Mismatch
from trade.base.history import Spans
from trade.market.calendars.own import own_closed
from trade.market.columns import PRICES, Columns, clock_column, digest, empty, join, step_of, take
from trade.market.manifest import Month
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.quality.case import CONTEXT_ROWS, Inspected


@dataclass(frozen=True)
class Damage:
    """A month file that is not what was stored; `readable` says whether it has rows of its time at all."""

    series: Series
    kind: Kind
    month: Month
    fact: str
    readable: bool


@dataclass
class Walk:
    """One pass over the rows of a series and kind, and the damage that was met on the way."""

    store: Store
    series: Series
    kind: Kind
    closed_of: Callable[[str], ClosedSpans] = own_closed
    damage: list[Damage] = field(default_factory=list)

    def cases(self) -> Iterator[Inspected]:
        """Yield the rows in parts; each row is judged in exactly one, with its neighbours beside it."""
        span = self._span()
        if span is None:
            return
        since_ms, until_ms = span
        before = empty(self.kind)
        for core, after in pairwise((*self._parts(), None)) if self.store.manifest.of(self.series, self.kind) else ():
            if core is None:
                continue
            clock = core[clock_column(self.kind)]
            end_ms = until_ms if after is None else int(clock.max()) + step_of(self.kind)
            yield self._case(before, core, after, since_ms, end_ms)
            before = take(core, slice(-CONTEXT_ROWS, None))
            since_ms = max(since_ms, end_ms)

    def _case(self, before: Columns, core: Columns, after: Columns | None, since_ms: int, until_ms: int) -> Inspected:
        context = empty(self.kind) if after is None else take(after, slice(0, CONTEXT_ROWS))
        columns = join([before, core, context])
        first, count = (len(part[clock_column(self.kind)]) for part in (before, core))
        instrument = self.store.manifest.instruments.get(self.series)
        known = self.store.manifest.accepted_gaps.get(self.series, ())
        return Inspected(
            series=self.series,
            kind=self.kind,
            columns=columns,
            core=slice(first, first + count),
            since_ms=since_ms,
            until_ms=until_ms,
            tick=0.0 if instrument is None else float(instrument.rules_at(since_ms).tick_size),
            mark=self._mark(columns) if self.kind is Kind.BARS else None,
            accepted=tuple((gap.start_ms, gap.end_ms) for gap in known),
            unread=self._unread(),
            closed=self.closed_of(ALWAYS if instrument is None else instrument.calendar)(since_ms, until_ms),
        )

    def _span(self) -> tuple[int, int] | None:
        """Return over which span rows are expected: that of the kind itself, and that of the bars, but for open interest."""
        of = self.store.manifest.of
        own = of(self.series, self.kind)
        if not own:
            return None
        months = own if self.kind is Kind.OI else (*own, *of(self.series, Kind.BARS))
        return min(month.first_ms for month in months), max(month.last_ms for month in months) + step_of(self.kind)

    def _parts(self) -> Iterator[Columns]:
        """Yield readable rows in parts of at least `CONTEXT_ROWS`, but for the last; payments are one part."""
        parts: list[Columns] = []
        for month in self.store.manifest.of(self.series, self.kind):
            rows = self._read(month)
            if rows is not None:
                parts.append(rows)
            enough = sum(len(part[clock_column(self.kind)]) for part in parts) >= CONTEXT_ROWS
            if enough and self.kind is not Kind.FUNDING:
                yield join(parts)
                parts = []
        if parts:
            yield join(parts)

    def _read(self, month: Month) -> Columns | None:
        """Return the rows of a month, None where there are none to read, or those of another time; note what is damaged."""
        try:
            rows = self.store.as_stored(self.kind, month)
        except Mismatch as error:
            self.damage.append(Damage(self.series, self.kind, month, error.findings[0].fact, readable=False))
            return None
        if digest(self.kind, rows) == month.digest:
            return rows
        clock = rows[clock_column(self.kind)]
        ours = month.first_ms <= int(clock.min()) and int(clock.max()) <= month.last_ms
        fact = f"the rows of '{month.file}' are not those it was stored with"
        self.damage.append(Damage(self.series, self.kind, month, fact, readable=ours))
        return rows if ours else None

    def _unread(self) -> Spans:
        return tuple((each.month.first_ms, each.month.last_ms + step_of(self.kind)) for each in self.damage if not each.readable)

    def _mark(self, columns: Columns) -> Columns | None:
        """Return the mark prices of the minutes of bars, NaN where there is none."""
        clock = columns["ts_open_ms"]
        first_ms, last_ms = int(clock.min()), int(clock.max())
        months = [m for m in self.store.manifest.of(self.series, Kind.MARK) if m.last_ms >= first_ms and m.first_ms <= last_ms]
        parts = [part for part in map(self._readable_mark, months) if part is not None]
        return _beside(clock, join(parts)) if parts else None

    def _readable_mark(self, month: Month) -> Columns | None:
        try:
            return self.store.as_stored(Kind.MARK, month)
        except Mismatch:
            return None  # the walk over the mark bars says so


def _beside(clock: Int64, mark: Columns) -> Columns:
    """Return the prices of mark bars at the instants of a clock, NaN where there is none."""
    known, place = np.unique(mark["ts_open_ms"], return_index=True)
    at = np.minimum(np.searchsorted(known, clock), len(known) - 1)
    there = known[at] == clock
    return {name: np.where(there, mark[name][place[at]], np.nan) for name in PRICES}
