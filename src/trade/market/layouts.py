"""Which columns of a file mean what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.market.instants import is_number
from trade.market.names import Kind

BINANCE_KLINES = (
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
)
_BAR_CLOCKS = ("ts_open_ms", "open_time", "timestamp", "date", "datetime", "time")
_FUNDING_CLOCKS = ("ts_ms", "calc_time", "funding_time", "fundingtime", "timestamp", "date", "datetime", "time")
_RATES = ("funding_rate", "last_funding_rate", "fundingrate", "rate")
_PRICES = ("open", "high", "low", "close")
KNOWN = (
    "bars: ts_open_ms|open_time|timestamp|date, open, high, low, close, volume; "
    "funding: ts_ms|calc_time|timestamp, funding_rate|last_funding_rate"
)


@dataclass(frozen=True)
class Layout:
    """How a file is read: all its columns, and which of them hold the clock and the stored values (stored name → column name)."""

    name: str
    columns: tuple[str, ...]
    kind: Kind
    venue: str
    clock: str
    values: dict[str, str]
    has_header: bool = True

    @property
    def clock_is_ms(self) -> bool:
        """Whether the clock's name says milliseconds, so that its magnitude is not guessed from."""
        return self.clock.lower().endswith("_ms")


def recognise(first_row: Sequence[str], kind: Kind | None, file: str) -> Layout:
    """Return the layout of a file by its first row. Raises Malformed if it is unknown or does not hold the wanted kind."""
    headed = not any(is_number(cell) for cell in first_row)
    if not headed and len(first_row) == len(BINANCE_KLINES):
        return _bars("binance klines", BINANCE_KLINES, kind or Kind.BARS, file, has_header=False)
    by_name = {cell.strip().lower(): cell for cell in first_row}
    rate = next((by_name[name] for name in _RATES if name in by_name), None)
    if kind is Kind.FUNDING or (kind is None and rate is not None and "open" not in by_name):
        return _funding(tuple(first_row), rate, file)
    if not headed or not any(name in by_name for name in _PRICES):
        raise Malformed(_unknown(first_row, file))
    name = "binance klines" if {"open_time", "close_time", "ignore"} <= set(by_name) else "bars"
    return _bars(name, tuple(first_row), kind or Kind.BARS, file)


def _bars(name: str, columns: tuple[str, ...], kind: Kind, file: str, *, has_header: bool = True) -> Layout:
    if kind is Kind.FUNDING:
        raise Malformed(_lacking(["a funding rate"], columns, file))
    by_name = {column.strip().lower(): column for column in columns}
    clock = next((by_name[clock] for clock in _BAR_CLOCKS if clock in by_name), None)
    wanted = (*_PRICES, "volume") if kind is Kind.BARS else _PRICES
    missing = [] if clock else ["the open time (ts_open_ms, open_time, timestamp, date)"]
    missing += [f"'{column}'" for column in wanted if column not in by_name]
    if clock is None or missing:
        raise Malformed(_lacking(missing, columns, file))
    venue = "binance" if name.startswith("binance") else "generic"
    return Layout(name, columns, kind, venue, clock, {column: by_name[column] for column in wanted}, has_header)


def _funding(columns: tuple[str, ...], rate: str | None, file: str) -> Layout:
    by_name = {column.strip().lower(): column for column in columns}
    clock = next((by_name[clock] for clock in _FUNDING_CLOCKS if clock in by_name), None)
    if clock is None or rate is None:
        missing = [
            word for word, column in (("the instant (ts_ms, calc_time, timestamp)", clock), ("a funding rate", rate)) if column is None
        ]
        raise Malformed(_lacking(missing, columns, file))
    binance = {"calc_time", "last_funding_rate"} <= set(by_name)
    name, venue = ("binance funding", "binance") if binance else ("funding", "generic")
    return Layout(name, columns, Kind.FUNDING, venue, clock, {"rate": rate})


def _unknown(first_row: Sequence[str], file: str) -> Finding:
    shown = ", ".join(first_row[:12])
    return Finding(
        "unknown-layout", f"no known columns in '{shown}'", f"known are {KNOWN}; or Binance klines without header", place=Place(file, 1, 1)
    )


def _lacking(missing: Sequence[str], columns: Sequence[str], file: str) -> Finding:
    fact = f"{' and '.join(missing)} not among the columns '{', '.join(columns)}'"
    return Finding("missing-columns", fact, "rename the columns, or name another --kind", place=Place(file, 1, 1))
