"""A market drawn from a named pattern: its bars, and the funding that follows them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trade.base.instrument import Instrument
from trade.base.timeframe import MINUTE_MS
from trade.market.instruments import packaged
from trade.market.names import Series
from trade.synthetic.funding import LEAD_MINUTES, payments
from trade.synthetic.made import Made
from trade.synthetic.minutes import START_MS, paint
from trade.synthetic.pattern import Pattern
from trade.synthetic.sample import SERIES as SAMPLE


@dataclass(frozen=True)
class Drawn:
    """A pattern over `length` minutes, on the rules of an instrument."""

    pattern: Pattern
    seed: int
    length: int
    instrument: Instrument

    def make(self, past: int) -> Made:
        """Return `past` quiet minutes and the pattern."""
        bars = paint(self.pattern, self.seed, self.length, past + LEAD_MINUTES)
        first_ms = START_MS - past * MINUTE_MS
        return Made(bars.between(first_ms, START_MS + self.length * MINUTE_MS), payments(bars, self.seed, first_ms))


def rules_of(series: Series) -> Instrument:
    """Return the rules of a drawn market: those of the sample market, under another name."""
    sample = packaged(SAMPLE)
    if sample is None:
        raise AssertionError("the table of instruments has the sample market")
    return replace(
        sample, venue=series.venue, market=series.market, symbol=series.symbol, source=f"synthetic, the rules of {SAMPLE.symbol}"
    )
