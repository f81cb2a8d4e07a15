"""From pages to the store: rows are checked like those of a file, and committed together with what they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trade.base.arrays import Int64
from trade.base.findings import Finding, Severity
from trade.market.chunk import Chunk
from trade.market.columns import join, price_names, step_of, take
from trade.market.fitting import count_off_grid
from trade.market.instants import iso
from trade.market.journal import FETCHED, HEAL, JournalEntry
from trade.market.names import Kind, Series
from trade.market.rows import FACTS, faults, stored_columns
from trade.market.staging import Rows, Staging
from trade.market.writer import writing
from trade.sync.pages import Page

WAIT_S = 120.0  # for another writer; what was fetched is worth some patience


@dataclass
class Shelf:
    """One series and kind in the store. `stored` counts the rows that this sync committed, `bad` those it kept out, per code.

    With a `journal_ms`, every commit says in the journal what it healed.
    """

    store: Path
    series: Series
    kind: Kind
    journal_ms: int | None = None
    stored: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    _first_bad: dict[str, int] = field(default_factory=dict)

    def put(self, pages: Sequence[Page]) -> None:
        """Commit pages, whatever their order. Raises Refused if the store cannot be written."""
        rows = self._good(pages)
        if not len(rows):
            return
        clock = next(iter(rows.columns.values()))

        def bad(code: str, lines: Int64) -> None:
            self._count(code, clock[lines])

        with writing(self.store, WAIT_S) as writer:
            staging = Staging(writer, self.series, self.kind, 1, bad)
            staging.add(rows)
            staging.finish()
            if not staging.rows_new:
                return
            manifest = writer.manifest.with_series(self.series, self.kind, staging.months)
            if price_names(self.kind):
                manifest = count_off_grid(writer, manifest, self.series, staging.touched)
            writer.commit(manifest, self._entries(clock, staging.rows_new))
        self.stored += staging.rows_new

    def findings(self) -> tuple[Finding, ...]:
        """Return one warning per code of rows that were kept out."""
        return tuple(
            Finding(
                code,
                f"'{count}' rows of {self.kind} of '{self.series}', the first at '{iso(self._first_bad[code])}': {FACTS[code]}",
                "they are kept out; the next sync asks for them again",
                Severity.WARNING,
                data={"series": self.series.key, "kind": str(self.kind), "rows": count, "first_ms": self._first_bad[code]},
            )
            for code, count in self.bad.items()
        )

    def _entries(self, clock: Int64, rows_new: int) -> list[JournalEntry]:
        """Return what is written into the journal: one entry per run of minutes, one for all where some were there already."""
        if self.journal_ms is None:
            return []
        whole = self.kind is Kind.FUNDING or rows_new < len(clock)
        breaks = np.empty(0, np.int64) if whole else np.flatnonzero(np.diff(clock) != step_of(self.kind)) + 1
        return [
            JournalEntry(
                self.journal_ms,
                HEAL,
                self.series,
                self.kind,
                int(run[0]),
                int(run[-1]) + step_of(self.kind),
                rows_new if whole else len(run),
                FETCHED,
            )
            for run in np.split(clock, breaks)
        ]

    def _good(self, pages: Sequence[Page]) -> Rows:
        chunk = _chunk(pages)
        codes, first = faults(chunk, self.kind)
        for place, code in enumerate(codes):
            self._count(code, chunk.ts_ms[first == place])
        rows = Rows(stored_columns(chunk, self.kind), np.arange(len(chunk), dtype=np.int64))
        good = rows.take(first < 0)
        return Rows(good.columns, np.arange(len(good), dtype=np.int64))

    def _count(self, code: str, ts_ms: Int64) -> None:
        if len(ts_ms):
            self.bad[code] = self.bad.get(code, 0) + len(ts_ms)
            self._first_bad.setdefault(code, int(ts_ms.min()))


def _chunk(pages: Sequence[Page]) -> Chunk:
    """Return the rows of pages, ascending."""
    clock = np.concatenate([page.ts_ms for page in pages])
    order = np.argsort(clock, kind="stable")
    whole = np.ones(len(clock), np.bool_)
    lines = np.arange(len(clock), dtype=np.int64)
    return Chunk(lines, clock[order], whole, whole, take(join([page.values for page in pages]), order))
