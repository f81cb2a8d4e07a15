"""One kind of one series: what is missing is fetched page by page, and committed so often that a kill costs seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from trade.base.arrays import Int64
from trade.base.errors import Mismatch
from trade.base.findings import Finding, Severity
from trade.base.history import Spans
from trade.base.timeframe import MINUTE_MS
from trade.market.columns import GRIDS, clock_column
from trade.market.damage import repaired
from trade.market.instants import iso
from trade.market.manifest import Month
from trade.market.names import Kind
from trade.market.reader import find_damage
from trade.market.spans import within
from trade.market.store import Store
from trade.sync.dialect import Dialect
from trade.sync.listing import Listing
from trade.sync.missing import missing_payments, missing_rows
from trade.sync.pages import Page
from trade.sync.patience import Patience
from trade.sync.replacing import BadMonth, damaged_months
from trade.sync.request import Said, Say, SeriesReport
from trade.sync.shelf import Shelf

_COMMIT_AFTER_S = 0.5
_COMMIT_SHARE = 20  # at most a twentieth of the time goes into commits: each writes its months anew


@dataclass
class Task:
    """One kind of one listed series over [start_ms, end_ms), edges on whole minutes, or over the spans `only` in it."""

    store: Path
    patience: Patience
    dialect: Dialect
    listed: Listing
    kind: Kind
    start_ms: int
    end_ms: int
    say: Say
    anew: Callable[[BadMonth], Month | None]
    only: Spans | None = None
    journal_ms: int | None = None
    _commit_after_s: float = _COMMIT_AFTER_S
    _committed_s: float = 0.0
    _progress: Said = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.store, self.listed.series, self.kind, self.journal_ms)
        self._grid = GRIDS.get(self.kind)

    def run(self) -> tuple[SeriesReport, tuple[Finding, ...]]:
        """Fetch and commit what is missing. Raises Refused, and Mismatch for damage; what was committed stays."""
        asked = self.patience.requests
        repaired, clock = self._stored()
        spans = self._missing(clock)
        self._progress = Said(self.listed.series, self.kind, expected=self._expected(spans))
        self.patience.tell = lambda note: self.say(replace(self._progress, note=note))
        self._told(0)
        self._committed_s = self.patience.machine.monotonic()
        for block in self._blocks(spans):
            self._put(block)
        absent = self._missing(self._clock()) if spans and self._grid is not None else ()
        requests = self.patience.requests - asked
        report = SeriesReport(self.listed.series, self.kind, self.start_ms, self.end_ms, self.shelf.stored, requests, absent, len(repaired))
        return report, (*repaired, *self.shelf.findings(), *self._gaps(absent))

    def _stored(self) -> tuple[tuple[Finding, ...], Int64]:
        """Return what was repaired, and the clock of what is stored. Raises Mismatch as `_repair`."""
        try:
            return (), self._clock()
        except Mismatch:
            return self._repair(), self._clock()

    def _clock(self) -> Int64:
        """Return the clock of all rows of the months that the span touches. Raises Mismatch with those that are damaged."""
        if self.end_ms <= self.start_ms:
            return np.empty(0, np.int64)
        months = np.array([self.start_ms, self.end_ms - 1], "datetime64[ms]").astype("datetime64[M]")
        first_ms, end_ms = (months + np.array([0, 1])).astype("datetime64[ms]").astype(np.int64).tolist()
        clock: Int64 = Store(self.store).rows(self.listed.series, self.kind, first_ms, end_ms).columns[clock_column(self.kind)]
        return clock

    def _repair(self) -> tuple[Finding, ...]:
        """Fetch the damaged months that the span touches anew. Raises Mismatch with those that the exchange cannot give back."""
        bad = damaged_months(Store(self.store), self.listed.series, self.kind, self.start_ms, self.end_ms)
        fresh = [(each.month, self.anew(each)) for each in bad]
        left = [(self.kind, month) for month, after in fresh if after is None]
        if left:
            raise Mismatch(find_damage(self.store, left))
        return tuple(repaired(before, after) for before, after in fresh if after is not None)

    def _blocks(self, spans: Spans) -> Iterator[list[Page]]:
        """Yield pages to commit together. Payments have no grid that would show a half-fetched span, so theirs is committed whole."""
        block: list[Page] = []
        for start_ms, end_ms in spans:
            for page in self.dialect.pages(self.patience, self.listed, self.kind, start_ms, end_ms):
                block.append(page)
                self._told(len(page))
                if self._grid is not None and self._is_due():
                    yield block
                    block = []
            if self._grid is None and block:
                yield block
                block = []
        if block:
            yield block

    def _is_due(self) -> bool:
        return self.patience.machine.monotonic() - self._committed_s >= self._commit_after_s

    def _put(self, block: list[Page]) -> None:
        began_s = self.patience.machine.monotonic()
        self.shelf.put(block)
        self._committed_s = self.patience.machine.monotonic()
        self._commit_after_s = max(_COMMIT_AFTER_S, _COMMIT_SHARE * (self._committed_s - began_s))
        self._told(0)

    def _told(self, fetched: int) -> None:
        self._progress = replace(self._progress, fetched=self._progress.fetched + fetched, stored=self.shelf.stored)
        self.say(self._progress)

    def _missing(self, clock: Int64) -> Spans:
        if self._grid is None:
            spans = missing_payments(clock, self.start_ms, self.end_ms, self.listed.funding_interval_ms)
        else:
            spans = missing_rows(clock, self.start_ms, self.end_ms, self._grid)
        return spans if self.only is None else within(spans, self.only)

    def _expected(self, spans: Spans) -> int:
        step_ms = self.listed.funding_interval_ms if self._grid is None else self._grid.length_ms
        return sum(-(-(end_ms - start_ms) // step_ms) for start_ms, end_ms in spans)

    def _gaps(self, absent: Spans) -> Iterator[Finding]:
        if absent:
            minutes = sum(end_ms - start_ms for start_ms, end_ms in absent) // MINUTE_MS
            first, end = max(absent, key=lambda span: span[1] - span[0])
            series = self.listed.series
            yield Finding(
                "exchange-has-gap",
                f"{series.venue} has no {self.kind} of '{series}' for '{minutes}' minutes in '{len(absent)}' spans, "
                f"the longest '{iso(first)}' to '{iso(end)}'",
                "the gaps stay gaps; the next sync asks for them again",
                Severity.WARNING,
                data={"series": series.key, "kind": str(self.kind), "gaps": [list(span) for span in absent]},
            )
