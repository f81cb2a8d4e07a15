"""The recipe of a made market: all that is needed to make it again, on any machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trade.base.calendar import ALWAYS
from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.history import History
from trade.base.synthetic import BOOTSTRAP, FEWEST_BARS, MOST_BARS
from trade.base.timeframe import MINUTE_MS
from trade.market.names import Kind, Series
from trade.synthetic.bootstrap import Bootstrap
from trade.synthetic.drawn import Drawn, rules_of
from trade.synthetic.made import Maker
from trade.synthetic.market import SyntheticMarket, series_of
from trade.synthetic.minutes import START_MS
from trade.synthetic.registry import find_pattern
from trade.synthetic.sample import open_store


@dataclass(frozen=True)
class Recipe:
    """A pattern's name or `bootstrap:SYMBOL`, the seed, and the minutes of the window. Raises Malformed for what cannot be made."""

    pattern: str
    seed: int
    bars: int

    def __post_init__(self) -> None:
        if not self.pattern.startswith(BOOTSTRAP):
            find_pattern(self.pattern)
        if not FEWEST_BARS <= self.bars <= MOST_BARS:
            fact = f"'{self.bars}' bars are not {FEWEST_BARS} to {MOST_BARS}"
            raise Malformed(Finding("bad-synthetic-bars", fact, "a pattern takes at least 1000 minutes to show; 43200 are 30 days"))
        if not 0 <= self.seed < 2**63:
            raise Malformed(Finding("bad-seed", f"'{self.seed}' is no seed", "use a whole number from 0 on"))

    @property
    def start_ms(self) -> int:
        """The start of the window: an open of every timeframe."""
        return START_MS

    @property
    def end_ms(self) -> int:
        """The end of the window, exclusive."""
        return START_MS + self.bars * MINUTE_MS

    def as_json(self) -> Mapping[str, Any]:
        """Return the recipe as it goes into the options of a run, and is read back by `origin.from_options`."""
        return {"synthetic": dict(vars(self))}

    def open(self, store: Path, symbol: str) -> SyntheticMarket:
        """Return the market; `bootstrap:` reads its blocks from the store. Raises DataMissing."""
        series = series_of(symbol)
        return SyntheticMarket(series, self._maker(store, series), self.bars, vars(self))

    def _maker(self, store: Path, series: Series) -> Maker:
        if not self.pattern.startswith(BOOTSTRAP):
            return Drawn(find_pattern(self.pattern), self.seed, self.bars, rules_of(series))
        source = _stored(store, self.pattern.removeprefix(BOOTSTRAP))
        met = source.instrument.undated()
        rules = replace(met, venue=series.venue, market=series.market, symbol=series.symbol, calendar=ALWAYS)
        return Bootstrap(source, self.seed, self.bars, rules)


def _stored(path: Path, symbol: str) -> History:
    """Return everything that is stored of a symbol. Raises DataMissing, or Malformed when the name means several."""
    store = open_store(path, symbol)
    series = store.resolve(symbol)
    span = next(each for each in store.series() if each.series == series and each.kind is Kind.BARS)
    return store.load(series, span.first_ms, span.last_ms + 1)
