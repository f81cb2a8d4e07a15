"""One symbol under the names that files give it: `BTC/USDT`, `btc-usdt`, `BINANCE:BTCUSDT`, `BTC-USDT-SWAP` are all `BTCUSDT`."""

from __future__ import annotations

import re

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place

COLUMNS = ("symbol", "pair", "ticker", "instid", "inst_id", "instrument_name", "product_id")
_BITFINEX = re.compile(r"t[A-Z0-9]{6,}")
_PERPETUAL = re.compile(r"(?:\.P|[-_]SWAP|[-_]?PERP|_UMCBL)$")
_SETTLED = re.compile(r"([^/:]+/([^/:]+)):\2")  # ccxt: base/quote:settlement; settled in another coin it is another contract
_KRAKEN = {"XBT": "BTC", "XDG": "DOGE"}


def require_symbol(file: str, named: str | None, symbol: str, market: str) -> None:
    """Refuse a file whose first row names another symbol than the user, or a perpetual where spot is asked for."""
    if named is None:
        return
    if not _may_mean(named, symbol):
        fact = f"the file holds '{named[:40]}', not '{symbol}'"
        raise Malformed(Finding("symbol-differs", fact, f"give the file's --symbol: '{canonical(named)[:40]}'", place=Place(file)))
    if market == "spot" and is_perpetual(named):
        fact = f"the file holds '{named[:40]}', a perpetual, not '{symbol}' of the spot market"
        raise Malformed(Finding("symbol-differs", fact, "give '--market linear'", place=Place(file)))


def _may_mean(named: str, symbol: str) -> bool:
    """Return whether a file's name fits a symbol: it is the same, or a single letter, which is the name of no pair."""
    return len(canonical(named)) == 1 or same_symbol(named, symbol)


def same_symbol(one: str, other: str) -> bool:
    """Return whether two names mean the same symbol."""
    return canonical(one) == canonical(other)


def canonical(text: str) -> str:
    """Return a symbol in letters and digits: without what names its exchange, and what calls it a perpetual."""
    text = _PERPETUAL.sub("", _pair(text))
    kept = re.sub(r"[^A-Z0-9:]", "", text)
    return _KRAKEN.get(kept[:3], kept[:3]) + kept[3:]


def is_perpetual(text: str) -> bool:
    """Return whether a name says of itself that it is a perpetual."""
    return bool(_SETTLED.fullmatch(text.strip().upper()) or _PERPETUAL.search(_pair(text)))


def _pair(text: str) -> str:
    """Return a name in upper case, without its exchange or, of a linear contract, the coin that it is settled in."""
    text = text.strip()
    text = (text[1:] if _BITFINEX.fullmatch(text) else text).upper()
    if "/" in text.partition(":")[0]:
        settled = _SETTLED.fullmatch(text)
        return settled[1] if settled else text
    return text.rpartition(":")[2]
