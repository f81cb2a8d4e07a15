"""A month file that is damaged, or holds impossible rows, is fetched again whole; no row goes that could not be replaced."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trade.base.errors import Mismatch
from trade.market.columns import Columns, clock_column, price_names, step_of
from trade.market.journal import HEAL, REPLACED, Entry
from trade.market.manifest import Month
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.sync.request import SyncReport, SyncRequest
from trade.market.sync.shelf import WAIT_S
from trade.market.ticks import off_grid_rows
from trade.market.writer import writing

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


def replace_month(store: Path, bad: BadMonth, fetch: Fetch, now_ms: int) -> bool:
    """Fetch a month anew and put it in the place of the bad file, if it has every row that was there; return whether it had."""
    with tempfile.TemporaryDirectory(prefix="trade-heal-") as folder:
        start_ms, end_ms = bad.span
        fetch(Path(folder), SyncRequest((bad.series,), (bad.kind,), True, start_ms, end_ms))
        fresh = Store(Path(folder)).rows(bad.series, bad.kind, start_ms, end_ms).columns
    if not _covers(fresh, Store(store), bad):
        return False
    with writing(store, WAIT_S) as writer:
        months = {month.month: month for month in writer.manifest.of(bad.series, bad.kind)}
        if months.get(bad.month.month) != bad.month:
            return False  # somebody else was faster
        off_grid = _off_grid(fresh, Store(store), bad)
        months[bad.month.month] = writer.stage(bad.series, bad.kind, bad.month.month, fresh, off_grid)
        rows = len(fresh[clock_column(bad.kind)])
        entry = Entry(now_ms, HEAL, bad.series, bad.kind, start_ms, end_ms, rows, REPLACED)
        writer.commit(writer.manifest.with_series(bad.series, bad.kind, months), [entry])
    return True


def _covers(fresh: Columns, store: Store, bad: BadMonth) -> bool:
    """Return whether fresh rows have every instant of the bad file; where it holds none of its time, count and edges must do."""
    clock = fresh[clock_column(bad.kind)]
    edges = (bad.month.first_ms, bad.month.last_ms)
    try:
        before = store.as_stored(bad.kind, bad.month)[clock_column(bad.kind)]
    except Mismatch:
        before = np.empty(0, np.int64)
    if len(before) and edges[0] <= before.min() and before.max() <= edges[1]:
        return bool(np.isin(before, clock).all())
    return len(clock) >= bad.month.rows and bool(np.isin(edges, clock).all())


def _off_grid(rows: Columns, store: Store, bad: BadMonth) -> int:
    instrument = store.manifest.instruments.get(bad.series)
    if instrument is None or bad.kind is Kind.FUNDING:
        return 0
    return off_grid_rows(rows, price_names(bad.kind), instrument)
