"""What is asked of a sync, what it says while it works, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trade.base.errors import Malformed
from trade.base.findings import Finding, by_place
from trade.base.history import Spans
from trade.market.names import Kind, Series, parse_series

VENUE, MARKET = "bybit", "linear"
INSTRUMENTS = "instruments"
USUAL_KINDS = (Kind.BARS, Kind.MARK, Kind.FUNDING)  # open interest takes as many requests as bars, and few rules read it
KIND_WORDS = (*(str(kind) for kind in Kind), INSTRUMENTS)


@dataclass(frozen=True)
class SyncRequest:
    """Which series of one venue, which kinds, which span.

    Kinds of None are the usual ones that the exchange offers. A `to_ms` of None is the exchange's now; a `from_ms` of None is `days`
    before the end, else the first bar that is stored. `only` are the spans in which it is looked for what is missing; None for
    everywhere. With a `journal_ms`, what is committed is written into the journal as healed at that instant.
    """

    series: tuple[Series, ...]
    kinds: tuple[Kind, ...] | None = None
    instruments: bool = True
    from_ms: int | None = None
    to_ms: int | None = None
    days: int | None = None
    only: Spans | None = None
    journal_ms: int | None = None


@dataclass(frozen=True)
class Said:
    """How far one kind of one series is: rows fetched of those expected, and rows that are safely stored. `note` tells of a wait.

    A kind of None says that the listing of the series is being read.
    """

    series: Series
    kind: Kind | None = None
    fetched: int = 0
    expected: int = 0
    stored: int = 0
    note: str = ""


Say = Callable[[Said], None]


@dataclass(frozen=True)
class SeriesReport:
    """One kind of one series, over the span that was asked for.

    `absent` are the spans for which the exchange gave no row, `months_repaired` counts the damaged files that were fetched anew.
    """

    series: Series
    kind: Kind
    from_ms: int
    to_ms: int
    rows_new: int
    requests: int
    absent: tuple[tuple[int, int], ...]
    months_repaired: int

    def as_json(self) -> dict[str, Any]:
        return {
            "series": self.series.key,
            "kind": str(self.kind),
            "from_ms": self.from_ms,
            "to_ms": self.to_ms,
            "rows_new": self.rows_new,
            "requests": self.requests,
            "absent": [list(span) for span in self.absent],
            "months_repaired": self.months_repaired,
        }


@dataclass(frozen=True)
class SyncReport:
    """A finished sync. `server_ms` is the exchange's clock when it began; nothing younger was asked for."""

    server_ms: int
    requests: int
    series: tuple[SeriesReport, ...]
    instruments: tuple[str, ...]  # the series whose rules are other ones now
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "server_ms": self.server_ms,
            "requests": self.requests,
            "series": [one.as_json() for one in self.series],
            "instruments_changed": list(self.instruments),
            "findings": [finding.as_json() for finding in by_place(self.findings)],
        }


def parse_symbols(symbols: list[str], venue: str = VENUE, market: str = MARKET) -> tuple[Series, ...]:
    """Return the series of symbols, each once: bare ones of a venue and market, or in full. Raises Malformed with every wrong one."""
    found: list[Series] = []
    wrong: list[Finding] = []
    for text in symbols:
        try:
            found.append(_series(text, venue, market))
        except Malformed as error:
            wrong.extend(error.findings)
    if wrong:
        raise Malformed(wrong)
    venues = sorted({series.venue for series in found})
    if len(venues) > 1:
        raise Malformed(Finding("several-venues", f"symbols of '{', '.join(venues)}' in one sync", "sync one venue after the other"))
    return tuple(dict.fromkeys(found))


def parse_kinds(text: str | None) -> tuple[tuple[Kind, ...] | None, bool]:
    """Return the kinds of a comma-separated list, and whether it names instruments. Raises Malformed with every wrong word.

    No list means the usual kinds, and instruments.
    """
    if text is None:
        return None, True
    words = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [_wrong_kind(word) for word in words if word not in KIND_WORDS]
    if not words:
        wrong.append(Finding("bad-kind", f"'{text}' names no kind", f"use {', '.join(KIND_WORDS)}"))
    if wrong:
        raise Malformed(wrong)
    return tuple(kind for kind in Kind if kind in words), INSTRUMENTS in words


def syncs_itself(series: Series) -> bool:
    """Return whether runs and healing fetch a series by themselves: the perpetuals of Bybit; other exchanges are asked by name only."""
    return (series.venue, series.market) == (VENUE, MARKET)


def _series(text: str, venue: str, market: str) -> Series:
    series = parse_series(text, (Series(venue, market, "BTCUSDT"),)) if ":" in text else Series(venue, market, text)
    if series.venue == VENUE and series.market != MARKET:
        hint = f"only '{VENUE}:{MARKET}:SYMBOL' can; import the exchange's files of its other markets"
        raise Malformed(Finding("cannot-sync", f"'{series}' cannot be synced", hint))
    return series


def _wrong_kind(word: str) -> Finding:
    return Finding("bad-kind", f"unknown kind '{word}'", f"use {', '.join(KIND_WORDS)}")
