"""The names of stored series; nothing becomes a path before it has passed here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.nearest import nearest

_VENUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,39}")
MARKETS = ("spot", "linear")


class Kind(StrEnum):
    """What a series records: a word here, a schema in `columns`."""

    BARS = "bars"
    MARK = "mark"
    FUNDING = "funding"
    OI = "oi"


@dataclass(frozen=True, order=True)
class Series:
    """One symbol of one venue and market; its kinds are stored apart."""

    venue: str
    market: str
    symbol: str

    def __post_init__(self) -> None:
        good = (_VENUE.fullmatch(self.venue), self.market in MARKETS, _SYMBOL.fullmatch(self.symbol))
        if not all(good):  # a manifest names hundreds of series, and almost all are good
            raise Malformed([finding for finding, ok in zip(self._wrong(), good, strict=True) if not ok])

    def _wrong(self) -> tuple[Finding, ...]:
        raised = self.symbol.upper() if _SYMBOL.fullmatch(self.symbol.upper()) else "BTCUSDT"
        return (
            Finding("bad-venue", f"venue '{self.venue}' is not 1 to 20 of a-z 0-9 _ -", "write it in lower case, like 'binance'"),
            Finding("bad-market", f"unknown market '{self.market}'", f"use one of {', '.join(MARKETS)}"),
            Finding("bad-symbol", f"symbol '{self.symbol}' is not 1 to 40 of A-Z 0-9 _ . -", f"write '{raised}'"),
        )

    @property
    def key(self) -> str:
        """The full name, `venue:market:SYMBOL`."""
        return f"{self.venue}:{self.market}:{self.symbol}"

    def __str__(self) -> str:
        return self.key


def parse_series(text: str, known: Iterable[Series] = ()) -> Series:
    """Return the series of a full name. Raises Malformed, with the one of the known ones that is most like it."""
    parts = text.split(":")
    if len(parts) != 3:
        near = nearest(text, [one.key for one in known], like=0.0)
        hint = f"like '{near[0]}'" if near else f"where the market is {' or '.join(MARKETS)}"
        raise Malformed(Finding("bad-symbol", f"'{text}' is not a full name", f"write 'venue:market:SYMBOL', {hint}"))
    return Series(*parts)


def parse_kind(text: str) -> Kind:
    """Return the kind of a word. Raises Malformed."""
    if text not in list(Kind):
        raise Malformed(Finding("bad-kind", f"unknown kind '{text}'", f"use one of {', '.join(Kind)}"))
    return Kind(text)
