"""Inverse contracts are quoted like linear ones and are none: a size counts dollars, and gains are paid in the coin."""

from __future__ import annotations

import re

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.layouts import FileHead
from trade.market.instants import is_number
from trade.market.names import Series

_NAMES = {
    "bybit": re.compile(r"[A-Z0-9]+USD(?:[FGHJKMNQUVXZ]\d\d)?"),  # BTCUSD, BTCUSDH25
    "binance": re.compile(r"[A-Z0-9]+USD_(?:PERP|\d{6})"),
}
_SAME_FRAC = 0.01


def require_linear(series: Series, file: str) -> None:
    """Refuse a symbol that by its exchange's names is an inverse contract."""
    names = _NAMES.get(series.venue)
    if series.market == "linear" and names is not None and names.fullmatch(series.symbol):
        raise Malformed(_inverse(series.symbol, Place(file)))


def require_sizes_in_base(head: FileHead) -> None:
    """Refuse trades whose size is not what they are worth in the coin, as their first row shows."""
    size, worth = head.cell("size"), head.cell("homenotional")
    if is_number(size) and is_number(worth) and abs(float(size) - float(worth)) > _SAME_FRAC * abs(float(size)):
        raise Malformed(_inverse(head.cell("symbol"), Place(head.file)))


def _inverse(symbol: str, place: Place) -> Finding:
    fact = f"'{symbol}' is an inverse contract: its sizes are in dollars, and its gains in the coin"
    return Finding("inverse-contract", fact, "import the linear contract, such as BTCUSDT; spot and linear markets can be run", place=place)
