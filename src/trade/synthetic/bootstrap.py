"""A market like history: stored bars put together anew, block by block (block bootstrap, Künsch 1989).

Blocks are four hours long and drawn at the same time of day as where they go, so the tails, the form of the bars and the daily
rhythm stay real, while the order of the blocks is chance. Each block is moved to where the one before ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from trade.base.arrays import Int64
from trade.base.bars import Bars, base_bars
from trade.base.errors import DataMissing
from trade.base.findings import Finding
from trade.base.history import Funding, History
from trade.base.instrument import Instrument
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS
from trade.synthetic.habits import FUNDING_MS
from trade.synthetic.made import Made
from trade.synthetic.minutes import START_MS
from trade.synthetic.splitmix import UNIT, uniform

BLOCK = 4 * HOUR_MS // MINUTE_MS
_BLOCK_MS = BLOCK * MINUTE_MS
_PER_DAY = DAY_MS // _BLOCK_MS
_FEWEST = 10  # blocks to choose from at each time of day
_FINE = 1000  # prices between blocks are kept in thousandths of a tick
_STREAM = 60


@dataclass(frozen=True)
class Bootstrap:
    """Stored history, drawn from with a seed over `length` minutes."""

    source: History
    seed: int
    length: int
    instrument: Instrument

    def make(self, past: int) -> Made:
        """Return whole blocks, cut to `past` minutes before the start and `length` after it."""
        before, after = -(-past // BLOCK), -(-self.length // BLOCK)
        starts = self._starts(before, after)
        rows = (starts[:, None] + np.arange(BLOCK)).ravel()
        ts_open_ms = START_MS - before * _BLOCK_MS + MINUTE_MS * np.arange(len(rows), dtype=np.int64)
        made = Made(self._moved(rows, starts, before, ts_open_ms), self._funding(rows, ts_open_ms))
        return made.between(START_MS - past * MINUTE_MS, START_MS + self.length * MINUTE_MS)

    def _starts(self, before: int, after: int) -> Int64:
        """Return the source row at which each block starts, drawn by its number from the start, both ways."""
        drawn = np.concatenate((uniform(self.seed, _STREAM + 1, before)[::-1], uniform(self.seed, _STREAM, after)))
        choices = self._choices()
        slots = np.arange(-before, after) % _PER_DAY
        return np.array(
            [choices[slot][draw * len(choices[slot]) // UNIT] for slot, draw in zip(slots, drawn.tolist(), strict=True)], np.int64
        )

    def _choices(self) -> list[Int64]:
        """Return the rows at which a block without a hole starts, by time of day. Raises DataMissing when they are few."""
        ts_ms = self.source.base.ts_open_ms
        first = np.arange(1, max(1, len(ts_ms) - BLOCK + 1), dtype=np.int64)  # row 0 has no close before it
        first = first[ts_ms[first + BLOCK - 1] - ts_ms[first - 1] == _BLOCK_MS]
        slot = ts_ms[first] % DAY_MS
        choices = [first[slot == number * _BLOCK_MS] for number in range(_PER_DAY)]
        fewest = min(len(each) for each in choices)
        if fewest < _FEWEST:
            fact = f"'{self.source.instrument.key}' has '{fewest}' whole blocks of four hours at some time of day, '{_FEWEST}' are needed"
            raise DataMissing(Finding("too-few-blocks", fact, "import more history, or choose another symbol or a pattern"))
        return choices

    def _moved(self, rows: Int64, starts: Int64, before: int, ts_open_ms: Int64) -> Bars:
        """Return the bars of the source rows, each block scaled so that it begins where the one before ended."""
        base = self.source.base
        opens, ends = base.close[starts - 1].tolist(), base.close[starts + BLOCK - 1].tolist()
        level = _levels(int(base.open[0]) * _FINE, opens, ends, before)
        scale, unit = np.repeat(level, BLOCK), np.repeat(np.array(opens, np.int64), BLOCK)
        open_, high, low, close = (
            np.maximum((column[rows] * scale // unit + _FINE // 2) // _FINE, 1) for column in (base.open, base.high, base.low, base.close)
        )
        return base_bars(ts_open_ms, open_, high, low, close, base.volume[rows])

    def _funding(self, rows: Int64, ts_open_ms: Int64) -> Funding | None:
        """Return every eight hours the rate that was in force where the minute comes from; nothing before the first."""
        stored = self.source.funding
        if stored is None or len(stored) == 0:
            return None
        due = np.flatnonzero(ts_open_ms % FUNDING_MS == 0)
        last = np.searchsorted(stored.ts_ms, self.source.base.ts_open_ms[rows[due]], side="right") - 1
        return Funding(ts_open_ms[due], np.where(last < 0, 0.0, stored.rate[np.maximum(last, 0)]))


def _levels(start: int, opens: list[int], ends: list[int], before: int) -> Int64:
    """Return the price before each block, in thousandths of a tick: compounded both ways from the start."""
    forward = accumulate(zip(opens[before:], ends[before:], strict=True), lambda level, block: level * block[1] // block[0], initial=start)
    back = zip(reversed(opens[:before]), reversed(ends[:before]), strict=True)
    backward = list(accumulate(back, lambda level, block: level * block[0] // block[1], initial=start))[1:]
    return np.array([*reversed(backward), *list(forward)[:-1]], np.int64)
