"""The layouts that can be imported, as `--help` and `docs/layouts.md` name them; pure text, so that help starts fast."""

from __future__ import annotations

from typing import NamedTuple

from trade.base.errors import Malformed
from trade.base.findings import Finding


class Format(NamedTuple):
    """One layout by name: which files have it, how it is recognised, and what is stored of it."""

    name: str
    files: str
    recognised: str
    stored: str


FORMATS = (
    Format(
        "binance-klines",
        "Binance klines, CSV or ZIP, with header or without; milliseconds or, spot from 2025, microseconds, row by row",
        "12 columns of numbers, or `open_time`, `close_time` and `ignore`",
        "bars of `binance`",
    ),
    Format(
        "binance-mark",
        "Binance markPriceKlines, CSV or ZIP, with header or without",
        "as klines, with first rows of no volume and counts above 0, or `--kind mark`; premium and index prices are refused",
        "mark of `binance`",
    ),
    Format("binance-funding", "Binance fundingRate, CSV or ZIP", "`calc_time` and `last_funding_rate`", "funding of `binance`"),
    Format(
        "bybit-trades",
        "Bybit public trades of derivatives, CSV or CSV.GZ, float seconds, with or without `RPI`",
        "`timestamp`, `symbol`, `side`, `size`, `price` and `trdMatchID`",
        "1m bars of `bybit`, volume in base",
    ),
    Format(
        "bybit-spot-trades",
        "Bybit public spot trades, CSV or CSV.GZ, milliseconds",
        "`id`, `timestamp`, `price`, `volume` and `side`",
        "1m bars of `bybit`, volume in base",
    ),
    Format(
        "bybit-mt4",
        "Bybit klines for MetaTrader 4, CSV or CSV.GZ, no header, a clock of UTC+3",
        "6 columns, the first like `2024.12.31 03:00`",
        "bars of `bybit`",
    ),
    Format(
        "metatrader",
        "MetaTrader 5 bars, tabs, a clock of the broker that is taken as UTC",
        "`<DATE>`, `<TIME>`, `<TICKVOL>` and `<VOL>`",
        "bars, volume of ticks where there is no other",
    ),
    Format("histdata", "HistData's generic ASCII, no header, a clock of UTC-5", "never: `--layout histdata`", "bars"),
    Format(
        "ohlcv",
        "bars without a header, text or JSON: a clock in one column or two, open, high, low, close, volume; Kraken's with trades",
        "a first instant, and first rows in which no other columns can be the high and the low",
        "bars, or mark with `--kind mark`",
    ),
    Format(
        "freqtrade",
        "freqtrade candles, feather or JSON",
        "a feather file of `date`, `open`, `high`, `low`, `close`, `volume`, or JSON of such rows",
        "bars",
    ),
    Format("freqtrade-mark", "freqtrade mark candles of 1m, feather or JSON", "as freqtrade, and a name that ends in `-mark`", "mark"),
    Format(
        "freqtrade-funding",
        "freqtrade funding rates, feather or JSON: the rate in `open`",
        "as freqtrade, and `high`, `low`, `close` and `volume` of zero",
        "funding",
    ),
    Format(
        "bars",
        "any CSV, parquet or feather of 1m bars or mark prices, CryptoDataDownload's and TradingView's among them",
        "a clock (`ts_open_ms`, `open_time`, `timestamp`, `timestamp_ms`, `ts`, `unix`, `date`, `datetime`, `time`, or `date` and `time`), "
        "`open`, `high`, `low`, `close`, for bars `volume`, or `Volume BTC` where the symbol column says BTC/...",
        "bars, or mark with `--kind mark`",
    ),
    Format(
        "funding",
        "any CSV, parquet or feather of funding rates",
        "a clock (`ts_raw_ms`, `ts_ms`, `calc_time`, `funding_time`, `timestamp_ms`, `timestamp`, `date`, `datetime`, `time`) and a rate "
        "(`funding_rate`, `last_funding_rate`, `fundingRate`, `rate`)",
        "funding",
    ),
    Format(
        "oi",
        "any CSV, parquet or feather of open interest, Binance's metrics among them",
        "a clock (`ts_ms`, `create_time`, `timestamp_ms`, `timestamp`, `date`, `datetime`, `time`) and an open interest "
        "(`open_interest`, `sum_open_interest`, `openInterest`)",
        "oi, on whole five minutes",
    ),
)
NAMES = tuple(each.name for each in FORMATS)


def parse_format(text: str) -> str:
    """Return the name of a layout. Raises Malformed."""
    if text not in NAMES:
        raise Malformed(Finding("bad-layout", f"unknown layout '{text}'", f"use one of {', '.join(NAMES)}"))
    return text


def table() -> str:
    """Return the layouts as the Markdown table of `docs/layouts.md`."""
    rows = [f"| `{each.name}` | {each.files} | {each.recognised} | {each.stored} |" for each in FORMATS]
    return "\n".join(["| `--layout` | files | recognised by | stored as |", "|---|---|---|---|", *rows]) + "\n"
