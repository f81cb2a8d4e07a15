"""Which layout a file has, by what it shows at once; where two look alike, what the user says decides."""

from __future__ import annotations

from pathlib import Path

from trade.base.errors import Malformed
from trade.files.bare import bare_name
from trade.files.inverse import require_sizes_in_base
from trade.files.layouts import BINANCE_KLINES, FREQTRADE, OPEN_INTERESTS, RATES, Asked, FileHead, Layout, build, unknown
from trade.files.premium import require_prices
from trade.market.columns import PRICES
from trade.market.instants import is_number
from trade.market.names import Kind

_METATRADER = {"date", *PRICES, "tickvol", "vol"}
_TRADES = {"timestamp", "symbol", "side", "size", "price", "trdmatchid"}
_SPOT_TRADES = {"id", "timestamp", "price", "volume", "side"}


def recognise(head: FileHead, asked: Asked) -> Layout:
    """Return the layout of a file. Raises Malformed if it is unknown, or does not hold what is asked."""
    layout = build(asked.layout or _name(head, asked), head, asked)
    require_prices(layout, head, asked)
    return layout


def _name(head: FileHead, asked: Asked) -> str:
    if asked.kind is Kind.OI or "open_interest" in asked.columns:
        return "oi"
    if asked.columns:
        return "funding" if asked.kind is Kind.FUNDING or "rate" in asked.columns else "bars"
    name = _own_name(head, asked) if head.has_header else bare_name(head, asked)
    if name.startswith("binance-") and not name.endswith("funding"):
        return _klines(head, asked)
    return name if asked.kind is not Kind.FUNDING or name.endswith("funding") else "funding"


def _own_name(head: FileHead, asked: Asked) -> str:
    """Recognise a file by the names of its columns."""
    names = set(head.by_name)
    if head.may_be_freqtrade and head.columns == FREQTRADE:
        return _freqtrade(head, asked)
    if names >= {"open_time", "close_time", "ignore"}:
        return "binance-klines"
    if names >= {"calc_time", "last_funding_rate"}:
        return "binance-funding"
    if names >= _METATRADER:
        return "metatrader"
    if names >= _TRADES:
        require_sizes_in_base(head)
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


def _klines(head: FileHead, asked: Asked) -> str:
    """Tell mark prices from bars: both have the same columns, but a bar without volume has no trades either.

    A market's first minutes may have none of both, or be counted wrongly: one row with volume makes bars of the file.
    """
    if asked.kind is Kind.FUNDING:
        return "funding"
    if asked.kind is not None:
        return "binance-mark" if asked.kind is Kind.MARK else "binance-klines"
    shown = head if head.has_header else head.named(BINANCE_KLINES)
    counts = [cell for cell in shown.cells("count") if is_number(cell)]
    idle = bool(counts) and all(map(is_zero, shown.cells("volume"))) and not any(map(is_zero, counts))
    return "binance-mark" if idle else "binance-klines"


def _freqtrade(head: FileHead, asked: Asked) -> str:
    """Tell freqtrade's files apart: funding has its rate in `open` and nothing else, mark prices are named so."""
    if asked.kind is None and all(is_zero(head.cell(name)) for name in (*PRICES[1:], "volume")):
        return "freqtrade-funding"
    if asked.kind is Kind.FUNDING:
        return "freqtrade-funding"
    return "freqtrade-mark" if asked.kind is Kind.MARK or "-mark." in Path(head.file).name else "freqtrade"


def is_zero(cell: str) -> bool:
    """Return whether a cell is the number zero."""
    return is_number(cell) and float(cell) == 0
