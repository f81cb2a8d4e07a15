"""A file being read: its good rows as they are stored, the bad ones counted and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.base.errors import Malformed
from trade.base.findings import Finding, Place, Severity
from trade.base.timeframe import MINUTE_MS
from trade.files.metatrader import metatrader_warnings
from trade.files.pace import require_pace
from trade.files.report import BadRows
from trade.files.source import Source
from trade.files.trades import TradeFold
from trade.market.chunk import NONE_ODD, Chunk
from trade.market.columns import Columns, price_names
from trade.market.rows import faults, stored_columns, trade_faults
from trade.market.staging import Rows

_FEWEST = 3
_SLOWER_MINUTES = (2, 3, 5, 7, 11, 13)  # whatever length a bar has, one of these divides it
_ON_GRID_FRAC = 0.9


@dataclass
class Reading:
    """One pass over a file, and what was noticed on the way."""

    source: Source
    bad: BadRows
    rows_read: int = 0
    bars_folded: int | None = None
    _traded: bool = False
    _begun: bool = False
    _faulty: int = 0

    @property
    def warnings(self) -> list[Finding]:
        """What is odd about the file as a whole, after it was read."""
        if self.source.layout.name == "metatrader":
            return list(metatrader_warnings(self.source.layout, self.bad.file))
        if self._traded or self.source.layout.name != "binance-klines":
            return []
        fact = f"no bar of '{self.bad.file}' has any volume"
        hint = "if these are mark prices, delete them and import the file with '--layout binance-mark'"
        return [Finding("no-volume", fact, hint, Severity.WARNING, Place(self.bad.file))]

    @property
    def bad_frac(self) -> float:
        """The share of rows that is kept out; of trades theirs or that of their bars, whichever is larger."""
        if self.bars_folded is None:
            return self.bad.total / max(1, self.rows_read)
        return max(self._faulty / max(1, self.rows_read), (self.bad.total - self._faulty) / max(1, self.bars_folded))

    def rows(self) -> Iterator[Rows]:
        """Yield good rows in file order; of trades, their bars at the end."""
        if not self.source.layout.is_trades:
            yield from filter(len, map(self._bars_of, self.source.chunks()))
            return
        fold = TradeFold()
        for chunk in self.source.chunks():
            fold.add(self._good(chunk, {"ts_ms": chunk.ts_ms, **chunk.values}, trade_faults(chunk)))
        bars = fold.bars()
        self.bars_folded = len(bars)
        if len(bars):
            yield bars

    def _bars_of(self, chunk: Chunk) -> Rows:
        kind = self.source.layout.kind
        if not self._begun:
            require_pace(self.source.path, self.source.layout, chunk)
            self._begun = len(chunk) > 0
        rows = self._good(chunk, stored_columns(chunk, kind), faults(chunk, kind))
        self._traded = self._traded or bool(rows.columns.get("volume", np.empty(0)).any())
        return rows

    def _good(self, chunk: Chunk, columns: Columns, faulty: tuple[tuple[str, ...], Int64]) -> Rows:
        self.rows_read += len(chunk)
        codes, first = faulty
        rows, good = Rows(columns, chunk.lines), first < 0
        if good.all():
            return rows
        self._faulty += int(np.count_nonzero(~good))
        for index, code in enumerate(codes):
            self.bad.add(code, chunk.lines[first == index], chunk.odd if code == "unreadable" else NONE_ODD)
        return rows.take(good)


def require_minutes(source: Source, clock: Int64) -> None:
    """Refuse a file of slower bars: its minutes are unknown (TIME-2)."""
    if source.layout.is_trades or not price_names(source.layout.kind) or not _is_slower(clock):
        return
    typical = int(np.median(np.abs(np.diff(clock)))) // MINUTE_MS
    fact = f"the bars are '{typical}' minutes apart; only 1m bars can be imported yet"
    raise Malformed(Finding("timeframe-not-supported", fact, "import the 1m file", place=Place(str(source.path))))


def _is_slower(clock: Int64) -> bool:
    """Return whether bars are slower than a minute: they keep to a slower grid, which minutes without a trade leave at random."""
    if len(clock) < _FEWEST or np.median(np.abs(np.diff(clock))) <= MINUTE_MS:
        return False
    return any(_on_one_grid(clock // MINUTE_MS, minutes) for minutes in _SLOWER_MINUTES)


def _on_one_grid(minute: Int64, length: int) -> bool:
    """Return whether nearly all bars begin the same time after the begin of a span of so many minutes."""
    return bool(np.bincount(minute % length).max() >= _ON_GRID_FRAC * len(minute))
