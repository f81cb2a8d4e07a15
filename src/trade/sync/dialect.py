"""How the questions of a sync are put to an exchange: in Bybit's own words, or in those of ccxt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from trade.base.instrument import Instrument
from trade.market.names import Kind, Series
from trade.sync import forward, listing, pages, unified
from trade.sync.listing import Listing
from trade.sync.pages import Page
from trade.sync.patience import Patience
from trade.sync.port import Answer, Endpoint, Next, Trouble

_CLOCKS_AGREE_MS = 5_000


@dataclass(frozen=True)
class Dialect:
    """The four questions: the exchange's clock, how a symbol is listed, by which rules it trades, and its rows of a span."""

    clock: Callable[[Patience], int]
    listing: Callable[[Patience, Series], Listing]
    rules: Callable[[Patience, Listing, Instrument | None, int], Instrument]
    pages: Callable[[Patience, Listing, Kind, int, int], Iterator[Page]]


def _bybit_clock(patience: Patience) -> int:
    return patience.ask(Endpoint.TIME, {}, _earlier_ms)


def _earlier_ms(answer: Answer) -> int:
    """Return the exchange's clock: the earlier of the two it names, since bars are finished by it. Raises Trouble if they disagree."""
    try:
        said_ms = int(answer.result["timeNano"]) // 10**6
    except (KeyError, TypeError, ValueError) as error:
        raise Trouble("a time that cannot be read", Next.AGAIN) from error
    if abs(said_ms - answer.server_ms) > _CLOCKS_AGREE_MS:
        raise Trouble("two clocks of the exchange disagree", Next.AGAIN)
    return min(said_ms, answer.server_ms)


def _ccxt_clock(patience: Patience) -> int:
    return patience.ask(Endpoint.TIME, {}, lambda answer: answer.server_ms)


BYBIT = Dialect(_bybit_clock, listing.listing, listing.rules, pages.pages)
CCXT = Dialect(_ccxt_clock, unified.listing, unified.rules, forward.pages)
