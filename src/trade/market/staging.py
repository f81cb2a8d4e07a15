"""Merging the good rows of a file into the months of a series, one month in memory at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.findings import Finding
from trade.market.columns import Columns, clock_column, empty, join, same_rows, step_of, take
from trade.market.damage import repaired
from trade.market.manifest import Month
from trade.market.names import Kind, Series
from trade.market.sorting import BEFORE_ALL, breaks_order
from trade.market.writer import Writer

Report = Callable[[str, Int64], None]
_HELD_BACK = 2  # rows whose order is judged by the two that follow


@dataclass
class Rows:
    """Good rows in file order, with their lines."""

    columns: Columns
    lines: Int64

    def take(self, rows: slice | Bool | Int64) -> Rows:
        return Rows(take(self.columns, rows), self.lines[rows])

    def __len__(self) -> int:
        return len(self.lines)


def joined(parts: list[Rows]) -> Rows:
    """Return the parts one after another; at least one part."""
    return parts[0] if len(parts) == 1 else Rows(join([part.columns for part in parts]), np.concatenate([part.lines for part in parts]))


@dataclass
class Staging:
    """The next months of one series. `bad` is told the code and the lines of rows that are kept out.

    `replaces`: of rows that disagree with what was stored before this file, those of the file stay; `replaced` is their clock.
    """

    writer: Writer
    series: Series
    kind: Kind
    direction: int
    bad: Report
    replaces: bool = False
    months: dict[str, Month] = field(default_factory=dict)
    rows_new: int = 0
    duplicates: int = 0
    _before: dict[str, Month] = field(default_factory=dict)
    _replaced: list[Int64] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)
    _newest: int = BEFORE_ALL
    _held: Rows | None = None
    _month: str = ""
    _pending: list[Rows] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.months = {month.month: month for month in self.writer.draft.of(self.series, self.kind)}
        self._before = dict(self.months)

    @property
    def good(self) -> int:
        """How many rows of the file are not kept out."""
        return self.rows_new + self.duplicates + sum(map(len, self._replaced))

    @property
    def touched(self) -> tuple[str, ...]:
        """The months that got new rows, or other ones."""
        return tuple(sorted(self._touched))

    @property
    def repaired(self) -> tuple[Finding, ...]:
        """What is to be said of the months whose file was damaged."""
        before = [self._before[name] for name in self.touched if name in self._before]
        return tuple(repaired(month, self.months[month.month]) for month in before if month.file in self.writer.lost)

    @property
    def replaced(self) -> Int64:
        """The clock of the stored rows that gave way, ascending."""
        return np.sort(np.concatenate([np.empty(0, np.int64), *self._replaced]))

    @property
    def replaced_span(self) -> tuple[int, int] | None:
        """From the first to the end of the last stored row that gave way, in ms."""
        clock = self.replaced
        return (int(clock[0]), int(clock[-1]) + step_of(self.kind)) if len(clock) else None

    def add(self, rows: Rows) -> None:
        """Take the next good rows of the file."""
        rows = rows if self._held is None else joined([self._held, rows])
        ready = max(0, len(rows) - _HELD_BACK)  # the last rows wait for the next chunk
        self._held = rows.take(slice(ready, None))
        self._sort_in(rows.take(slice(0, ready)), self._clock(self._held))

    def finish(self) -> None:
        """Take the rows that were held back, and write the last month."""
        if self._held is not None:
            self._sort_in(self._held, np.empty(0, np.int64))
            self._held = None
        self._flush()

    def _clock(self, rows: Rows) -> Int64:
        clock: Int64 = rows.columns[clock_column(self.kind)]
        return clock

    def _sort_in(self, rows: Rows, following: Int64) -> None:
        if not len(rows):
            return
        key = np.concatenate((self._clock(rows), following)) * self.direction
        broken = breaks_order(key, self._newest)[: len(rows)]
        fine = rows if not broken.any() else rows.take(~broken)
        if len(fine):
            self._newest = int(self._clock(fine)[-1]) * self.direction
        for month, part in self._by_month(fine):
            if month != self._month:
                self._flush()
                self._month = month
            self._pending.append(part)
        if broken.any():
            self._judge(rows.take(broken))

    def _by_month(self, rows: Rows) -> list[tuple[str, Rows]]:
        """Return runs of rows of the same month, in file order."""
        if not len(rows):
            return []
        months = self._clock(rows).astype("datetime64[ms]").astype("datetime64[M]")
        starts = np.concatenate(([0], np.flatnonzero(months[1:] != months[:-1]) + 1))
        ends = np.append(starts[1:], len(rows))
        return [(str(months[a]), rows.take(slice(int(a), int(b)))) for a, b in zip(starts, ends, strict=True)]

    def _judge(self, rows: Rows) -> None:
        """Tell the rows that break the order apart: repeated with equal or other values, or in the wrong place."""
        order = np.argsort(self._clock(rows), kind="stable")
        for month, part in self._by_month(rows.take(order)):
            if month == self._month:
                self._flush()
            unknown, other = self._compared(part, self._stored(month))
            self.bad("duplicate-disagrees", other.lines)
            self.bad("unsorted", unknown.lines)

    def _stored(self, month: str) -> Columns:
        entry = self.months.get(month)
        return empty(self.kind) if entry is None else self.writer.mergeable(self.kind, entry)

    def _compared(self, rows: Rows, stored: Columns) -> tuple[Rows, Rows]:
        """Count the rows that are there already, and return those that are not, and those that disagree with what is there."""
        clock, have = self._clock(rows), stored[clock_column(self.kind)]
        place = np.searchsorted(have, clock)
        there = place < len(have)
        there[there] = have[place[there]] == clock[there]
        known = rows.take(there)
        agree = same_rows(self.kind, known.columns, take(stored, place[there]))
        self.duplicates += int(np.count_nonzero(agree))
        return rows.take(~there), known.take(~agree)

    def _flush(self) -> None:
        """Merge the pending rows into their month and stage it; a month that gains no row keeps its file."""
        if not self._pending:
            return
        rows, self._pending = joined(self._pending), []
        if self.direction < 0:
            rows = rows.take(slice(None, None, -1))
        stored = self._stored(self._month)
        new, other = self._compared(rows, stored)  # rows in order come once per file: the others were stored before it
        self.rows_new += len(new)
        if not self.replaces:
            self.bad("duplicate-disagrees", other.lines)
        elif len(other):
            self._replaced.append(self._clock(other))
            stored = take(stored, ~np.isin(stored[clock_column(self.kind)], self._clock(other)))
            new = joined([new, other])
        if not len(new):
            return
        merged = join([stored, new.columns])
        merged = take(merged, np.argsort(merged[clock_column(self.kind)], kind="stable"))
        self._touched.add(self._month)
        self.months[self._month] = self.writer.stage(self.series, self.kind, self._month, merged)
