"""A month file that is damaged, or holds impossible rows, is fetched again whole; no row goes that could not be replaced."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trade.market.columns import Columns, clock_column, price_names, step_of
from trade.market.journal import HEAL, REPLACED, JournalEntry
from trade.market.manifest import Month
from trade.market.names import Kind, Series
from trade.market.reader import find_damage
from trade.market.store import Store
from trade.market.ticks import off_grid_rows
from trade.market.writer import writing
from trade.sync.request import SyncReport, SyncRequest
from trade.sync.shelf import WAIT_S

Fetch = Callable[[Path, SyncRequest], SyncReport]


@dataclass(frozen=True)
class BadMonth:
    """A month of a series and kind whose file is not to be trusted, though the manifest names it."""

    series: Series
    kind: Kind
    month: Month

    @property
    def span(self) -> tuple[int, int]:
        return self.month.first_ms, self.month.last_ms + step_of(self.kind)


def damaged_months(store: Store, series: Series, kind: Kind, start_ms: int, end_ms: int) -> tuple[BadMonth, ...]:
    """Return the months that have a day in [start_ms, end_ms) and whose file is damaged."""
    first, last = (str(np.datetime64(ms, "ms").astype("datetime64[M]")) for ms in (start_ms, end_ms - 1))
    months = [month for month in store.manifest.of(series, kind) if first <= month.month <= last]
    files = {finding.data["file"] for finding in find_damage(store.path, [(kind, month) for month in months])}
    return tuple(BadMonth(series, kind, month) for month in months if month.file in files)


def replace_month(store: Path, bad: BadMonth, fetch: Fetch, now_ms: int) -> Month | None:
    """Fetch a month anew and put it in the place of the bad file, if it has every row that was there; return it, else None."""
    with tempfile.TemporaryDirectory(prefix="trade-heal-") as folder:
        start_ms, end_ms = bad.span
        fetch(Path(folder), SyncRequest((bad.series,), (bad.kind,), True, start_ms, end_ms))
        fresh = Store(Path(folder)).rows(bad.series, bad.kind, start_ms, end_ms).columns
    if not _covers(fresh, Store(store), bad):
        return None
    with writing(store, WAIT_S) as writer:
        months = {month.month: month for month in writer.manifest.of(bad.series, bad.kind)}
        if months.get(bad.month.month) != bad.month:
            return None  # somebody else was faster
        off_grid = _off_grid(fresh, Store(store), bad)
        months[bad.month.month] = writer.stage(bad.series, bad.kind, bad.month.month, fresh, off_grid)
        rows = len(fresh[clock_column(bad.kind)])
        entry = JournalEntry(now_ms, HEAL, bad.series, bad.kind, start_ms, end_ms, rows, REPLACED)
        writer.commit(writer.manifest.with_series(bad.series, bad.kind, months), [entry])
    return months[bad.month.month]


def _covers(fresh: Columns, store: Store, bad: BadMonth) -> bool:
    """Return whether fresh rows have every instant of the bad file; where its own are not to be trusted, count and edges must do."""
    clock = fresh[clock_column(bad.kind)]
    edges = (bad.month.first_ms, bad.month.last_ms)
    if find_damage(store.path, [(bad.kind, bad.month)]):
        return len(clock) >= bad.month.rows and bool(np.isin(edges, clock).all())
    return bool(np.isin(store.as_stored(bad.kind, bad.month)[clock_column(bad.kind)], clock).all())


def _off_grid(rows: Columns, store: Store, bad: BadMonth) -> int:
    instrument = store.manifest.instruments.get(bad.series)
    if instrument is None or bad.kind is Kind.FUNDING:
        return 0
    return off_grid_rows(rows, price_names(bad.kind), instrument)
