"""Which layout a file has, by what it shows at once; where two look alike, what the user says decides."""

from __future__ import annotations

import re

from trade.base.errors import Malformed
from trade.market.columns import PRICES
from trade.market.files.layouts import BINANCE_KLINES, MT4, OPEN_INTERESTS, RATES, Asked, Head, Layout, build, unknown
from trade.market.instants import is_number
from trade.market.names import Kind

_MT4_CLOCK = re.compile(r"\d{4}\.\d\d\.\d\d \d\d:\d\d")
_FREQTRADE = ("date", *PRICES, "volume")
_TRADES = {"timestamp", "symbol", "side", "size", "price", "trdmatchid"}
_SPOT_TRADES = {"id", "timestamp", "price", "volume", "side"}


def recognise(head: Head, asked: Asked) -> Layout:
    """Return the layout of a file. Raises Malformed if it is unknown, or does not hold what is asked."""
    return build(asked.layout or _name(head, asked), head, asked)


def _name(head: Head, asked: Asked) -> str:
    if asked.kind is Kind.OI or "open_interest" in asked.columns:
        return "oi"
    if asked.columns:
        return "funding" if asked.kind is Kind.FUNDING or "rate" in asked.columns else "bars"
    name = _own_name(head, asked) if head.has_header else _bare_name(head)
    if name.startswith("binance-") and not name.endswith("funding"):
        return _klines(head, asked)
    return name if asked.kind is not Kind.FUNDING or name.endswith("funding") else "funding"


def _bare_name(head: Head) -> str:
    """Recognise a file without a header."""
    if len(head.columns) == len(BINANCE_KLINES) and all(map(is_number, head.columns)):
        return "binance-klines"
    if len(head.columns) == len(MT4) and _MT4_CLOCK.fullmatch(head.columns[0]):
        return "bybit-mt4"
    raise Malformed(unknown(head))


def _own_name(head: Head, asked: Asked) -> str:
    """Recognise a file by the names of its columns."""
    names = set(head.by_name)
    if head.is_feather and head.columns == _FREQTRADE:
        return _freqtrade(head, asked)
    if names >= {"open_time", "close_time", "ignore"}:
        return "binance-klines"
    if names >= {"calc_time", "last_funding_rate"}:
        return "binance-funding"
    if names >= _TRADES:
        return "bybit-trades"
    if names >= _SPOT_TRADES and not names & set(PRICES):
        return "bybit-spot-trades"
    if names & set(OPEN_INTERESTS) and "open" not in names:
        return "oi"
    if names & set(RATES) and "open" not in names:
        return "funding"
    if names & set(PRICES):
        return "bars"
    raise Malformed(unknown(head))


def _klines(head: Head, asked: Asked) -> str:
    """Tell mark prices from bars: both have the same columns, but a bar without volume has no trades either."""
    if asked.kind is Kind.FUNDING:
        return "funding"
    if asked.kind is not None:
        return "binance-mark" if asked.kind is Kind.MARK else "binance-klines"
    shown = head if head.has_header else head.named(BINANCE_KLINES)
    idle = _is_zero(shown.cell("volume")) and is_number(shown.cell("count")) and not _is_zero(shown.cell("count"))
    return "binance-mark" if idle else "binance-klines"


def _freqtrade(head: Head, asked: Asked) -> str:
    """Tell freqtrade's files apart: funding has its rate in `open` and nothing else, mark prices are named so."""
    if asked.kind is None and all(_is_zero(head.cell(name)) for name in (*PRICES[1:], "volume")):
        return "freqtrade-funding"
    if asked.kind is Kind.FUNDING:
        return "freqtrade-funding"
    return "freqtrade-mark" if asked.kind is Kind.MARK or head.file.endswith("-mark.feather") else "freqtrade"


def _is_zero(cell: str) -> bool:
    return is_number(cell) and float(cell) == 0
