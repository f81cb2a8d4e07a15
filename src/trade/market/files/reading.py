"""A file being read: its good rows as they are stored, the bad ones counted and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place, Severity
from trade.base.timeframe import MINUTE_MS
from trade.market.chunk import Chunk
from trade.market.columns import Columns, price_names
from trade.market.files.metatrader import metatrader_warnings
from trade.market.files.pace import require_pace
from trade.market.files.report import BadRows
from trade.market.files.source import Source
from trade.market.files.trades import TradeFold
from trade.market.rows import faults, stored_columns, trade_faults
from trade.market.staging import Rows

Int64 = npt.NDArray[np.int64]


@dataclass
class Reading:
    """One pass over a file, and what was noticed on the way."""

    source: Source
    bad: BadRows
    rows_read: int = 0
    bars_folded: int | None = None
    _traded: bool = False
    _begun: bool = False

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
        for index, code in enumerate(codes):
            self.bad.add(code, chunk.lines[first == index])
        return rows.take(good)


def require_minutes(source: Source, clock: Int64) -> None:
    """Refuse a file of slower bars: its minutes are unknown (TIME-2)."""
    steps = np.abs(np.diff(clock))
    typical = int(np.median(steps)) if len(steps) >= 2 else MINUTE_MS
    made_here = source.layout.is_trades  # minutes without a trade are no slower bars
    if price_names(source.layout.kind) and not made_here and typical > MINUTE_MS:
        fact = f"the bars are '{typical // MINUTE_MS}' minutes apart; only 1m bars can be imported yet"
        raise Malformed(Finding("timeframe-not-supported", fact, "import the 1m file", place=Place(str(source.path))))
