"""Which columns of a file mean what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.market.columns import PRICES
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
MT4 = ("time", *PRICES, "volume")
HEADERLESS: Mapping[str, tuple[str, ...]] = {
    "binance-klines": BINANCE_KLINES,
    "binance-mark": BINANCE_KLINES,
    "binance-funding": ("calc_time", "funding_interval_hours", "last_funding_rate"),
    "bybit-mt4": MT4,
}
BAR_CLOCKS = ("ts_open_ms", "open_time", "timestamp", "date", "datetime", "time")
FUNDING_CLOCKS = ("ts_raw_ms", "ts_ms", "calc_time", "funding_time", "fundingtime", "timestamp", "date", "datetime", "time")
OI_CLOCKS = ("ts_ms", "create_time", "timestamp", "date", "datetime", "time")
OPEN_INTERESTS = ("open_interest", "sum_open_interest", "openinterest")
RATES = ("funding_rate", "last_funding_rate", "fundingrate", "rate")
MT4_AHEAD_MS = 3 * 3_600_000  # UTC+3 all year


@dataclass(frozen=True)
class Clock:
    """How a file writes instants: in which column, in which unit (None: by size), in which `strptime` form, how far ahead of UTC."""

    column: str
    unit: str | None = None
    form: str | None = None
    ahead_ms: int = 0


@dataclass(frozen=True)
class Layout:
    """How a file is read: all its columns, and which of them hold the clock and the values (stored name → column name).

    Trades have the values `price`, `size` and `at`, the clock once more, and are folded into bars. `symbol` is the one that the
    first row names, if any.
    """

    name: str
    columns: tuple[str, ...]
    kind: Kind
    venue: str
    clock: Clock
    values: Mapping[str, str]
    has_header: bool = True
    is_trades: bool = False
    symbol: str | None = None


@dataclass(frozen=True)
class Asked:
    """What the user says of a file; the rest is recognised. `columns` maps `ts` and stored names to columns."""

    kind: Kind | None = None
    layout: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None


@dataclass(frozen=True)
class Head:
    """What a file shows at once: its columns (for text without a header its first cells), and its first row as text."""

    file: str
    columns: tuple[str, ...]
    first: tuple[str, ...]
    is_feather: bool = False

    @property
    def has_header(self) -> bool:
        return not any(is_number(cell) for cell in self.columns)

    @property
    def by_name(self) -> dict[str, str]:
        return {column.strip().lower(): column for column in self.columns}

    def cell(self, name: str) -> str:
        """Return the first row's cell of a column, empty if there is none."""
        names = [column.strip().lower() for column in self.columns]
        place = names.index(name) if name in names else len(self.first)
        return self.first[place] if place < len(self.first) else ""

    def named(self, columns: Sequence[str]) -> Head:
        """Return a file without a header as one whose columns are these."""
        if len(columns) != len(self.columns):
            fact = f"the file has '{len(self.columns)}' columns, this layout has '{len(columns)}'"
            raise Malformed(Finding("layout-does-not-fit", fact, "leave --layout out, or name another", place=Place(self.file, 1, 1)))
        return replace(self, columns=tuple(columns), first=self.columns)


def build(name: str, head: Head, asked: Asked) -> Layout:
    """Return a layout by name over a file's columns. Raises Malformed if they are not there."""
    has_header = head.has_header
    if not has_header and name in HEADERLESS:
        head = head.named(HEADERLESS[name])
    elif not has_header and asked.columns:
        head = head.named([str(place + 1) for place in range(len(head.columns))])
    elif not has_header:
        raise Malformed(unknown(head))
    if name == "binance-klines" and asked.kind is Kind.MARK:
        name = "binance-mark"
    _require_unique(head)
    layout = replace(_build(name, head, asked), has_header=has_header)
    if asked.kind not in (None, layout.kind):
        fact = f"'{name}' files hold {layout.kind}, not {asked.kind}"
        raise Malformed(Finding("layout-does-not-fit", fact, "leave --kind or --layout out", place=Place(head.file, 1, 1)))
    return layout if asked.unit is None else replace(layout, clock=replace(layout.clock, unit=asked.unit))


def _build(name: str, head: Head, asked: Asked) -> Layout:
    venue = next((venue for venue in ("binance", "bybit") if name.startswith(venue)), "generic")
    kind = _kind(name, asked)
    clock, values = _meanings(name, kind, head, asked)
    is_trades = name.endswith("-trades")
    return Layout(name, head.columns, kind, venue, clock, values, is_trades=is_trades, symbol=head.cell("symbol") or None)


def _kind(name: str, asked: Asked) -> Kind:
    if name == "bars" and asked.kind is Kind.MARK:
        return Kind.MARK
    if name == "oi":
        return Kind.OI
    return Kind.FUNDING if name.endswith("funding") else Kind.MARK if name.endswith("-mark") else Kind.BARS


def _meanings(name: str, kind: Kind, head: Head, asked: Asked) -> tuple[Clock, dict[str, str]]:
    """Return the clock and the columns of the values."""
    if name == "bybit-trades":
        column, values = _columns(head, ("timestamp",), {"at": ("timestamp",), "price": ("price",), "size": ("size",)}, {})
        return Clock(column, unit="s"), values
    if name == "bybit-spot-trades":
        column, values = _columns(head, ("timestamp",), {"at": ("timestamp",), "price": ("price",), "size": ("volume",)}, {})
        return Clock(column), values
    if name == "freqtrade-funding":
        column, values = _columns(head, ("date",), {"rate": ("open",)}, {})
    elif kind is Kind.OI:
        column, values = _columns(head, OI_CLOCKS, {"open_interest": OPEN_INTERESTS}, asked.columns)
    elif kind is Kind.FUNDING:
        column, values = _columns(head, FUNDING_CLOCKS, {"rate": RATES}, asked.columns)
    else:
        wanted = (*PRICES, "volume") if kind is Kind.BARS else PRICES
        column, values = _columns(head, BAR_CLOCKS, {each: (each,) for each in wanted}, asked.columns)
    if name == "bybit-mt4":
        return Clock(column, form="%Y.%m.%d %H:%M", ahead_ms=MT4_AHEAD_MS), values
    return Clock(column, unit="ms" if column.lower().endswith("_ms") else None), values


def _columns(
    head: Head, clocks: Sequence[str], wanted: Mapping[str, Sequence[str]], given: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return the column of the clock and of each value: the given one, else the first that is there. Raises Malformed."""
    foreign = [key for key in given if key not in ("ts", *wanted)]
    if foreign:
        fact = f"--columns names '{', '.join(foreign)}', which is not stored of this kind"
        raise Malformed(Finding("bad-columns", fact, f"use {', '.join(('ts', *wanted))}", place=Place(head.file, 1, 1)))
    names = {"ts": clocks, **wanted} | {key: (column.lower(),) for key, column in given.items()}
    found, missing, there = {}, [], head.by_name
    for key, choices in names.items():
        column = next((there[name] for name in choices if name in there), None)
        if column is None:
            missing.append(_word(key, choices))
        else:
            found[key] = column
    if missing:
        raise Malformed(_lacking(missing, head))
    return found.pop("ts"), found


def _word(key: str, choices: Sequence[str]) -> str:
    word = {"ts": "the clock", "rate": "a funding rate", "open_interest": "an open interest"}.get(key, "")
    return f"{word} ({', '.join(choices)})" if word else f"'{choices[0]}'"


def _require_unique(head: Head) -> None:
    repeated = sorted({column for column in head.columns if head.columns.count(column) > 1})
    if repeated:
        fact = f"the columns '{', '.join(repeated)}' are there more than once"
        raise Malformed(Finding("repeated-columns", fact, "name each column once", place=Place(head.file, 1, 1)))


def unknown(head: Head) -> Finding:
    """Say that no layout fits."""
    shown = ", ".join(head.columns[:12])
    hint = "name one with --layout, or the columns with --columns ts=...,open=...; known are ts_open_ms, open, ...: see docs/layouts.md"
    return Finding("unknown-layout", f"no known columns in '{shown}'", hint, place=Place(head.file, 1, 1))


def _lacking(missing: Sequence[str], head: Head) -> Finding:
    fact = f"{' and '.join(missing)} not among the columns '{', '.join(head.columns)}'"
    hint = "name the columns with --columns ts=...,open=..., or name another --kind or --layout"
    return Finding("missing-columns", fact, hint, place=Place(head.file, 1, 1))
