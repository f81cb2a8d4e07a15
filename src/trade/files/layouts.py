"""Which columns of a file mean what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from trade.base.errors import Malformed
from trade.base.findings import Finding, Place
from trade.files.clocks import FileClock, is_day, is_time_of_day
from trade.files.numerals import PLAIN, Numerals
from trade.files.symbols import COLUMNS as SYMBOL_COLUMNS
from trade.files.symbols import canonical
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
FREQTRADE = ("date", *PRICES, "volume")
BARE: Mapping[str, tuple[str, ...]] = {  # the columns of files that have no header
    "binance-klines": BINANCE_KLINES,
    "binance-mark": BINANCE_KLINES,
    "binance-funding": ("calc_time", "funding_interval_hours", "last_funding_rate"),
    "bybit-mt4": MT4,
    "histdata": MT4,
    "ohlcv": MT4,
}
BAR_CLOCKS = (
    *("ts_open_ms", "open_time_ms", "open_time", "open time", "timestamp_ms", "ts_ms", "timestamp", "ts"),
    *("unix", "unix_timestamp", "unix timestamp", "date", "datetime", "time"),
)
FUNDING_CLOCKS = (
    *("ts_raw_ms", "ts_ms", "calc_time", "funding_time", "fundingtime", "timestamp_ms", "timestamp"),
    *("date", "datetime", "time"),
)
OI_CLOCKS = ("ts_ms", "create_time", "timestamp_ms", "timestamp", "date", "datetime", "time")
OPEN_INTERESTS = ("open_interest", "sum_open_interest", "openinterest")
RATES = ("funding_rate", "last_funding_rate", "fundingrate", "rate")
MT4_AHEAD_MS = 3 * 3_600_000  # UTC+3 all year
GENERIC = "generic"  # the venue of layouts that belong to no exchange
HISTDATA_AHEAD_MS = -5 * 3_600_000  # New York's winter time all year
MAPPED = ("bars", "funding", "oi", "ohlcv")  # the layouts whose columns the user may name


@dataclass(frozen=True)
class TextStyle:
    """How a text file is written: what stands between cells, how many lines before its first are no rows, how numbers look."""

    delimiter: str = ","
    skipped: int = 0
    numerals: Numerals = PLAIN


@dataclass(frozen=True)
class Layout:
    """How a file is read: all its columns, and which of them hold the clock and the values (stored name → column name).

    Trades have the values `price`, `size` and `at`, the clock once more, and are folded into bars. `symbol` is the one that the
    first row names in `symbol_column`, if any.
    """

    name: str
    columns: tuple[str, ...]
    kind: Kind
    venue: str
    clock: FileClock
    values: Mapping[str, str]
    has_header: bool = True
    is_trades: bool = False
    symbol: str | None = None
    symbol_column: str | None = None
    text: TextStyle = TextStyle()


@dataclass(frozen=True)
class Asked:
    """What the user says of a file; the rest is recognised.

    `columns` maps `ts` and stored names to columns, `decimal` is the sign before the decimals.
    """

    kind: Kind | None = None
    layout: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class FileHead:
    """What a file shows at once: its columns (for text without a header its first cells), and its first rows as text.

    `may_be_freqtrade`: it is of a format that freqtrade writes.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    may_be_freqtrade: bool = False
    text: TextStyle = TextStyle()

    @property
    def has_header(self) -> bool:
        return not any(is_number(cell) for cell in self.columns)

    @property
    def by_name(self) -> dict[str, str]:
        return {key(column): column for column in self.columns}

    @property
    def line(self) -> int:
        """The line of the header, or of the first row."""
        return self.text.skipped + 1

    def cells(self, name: str) -> list[str]:
        """Return the first rows' cells of a column; none if there is no such column."""
        names = [key(column) for column in self.columns]
        place = names.index(name) if name in names else None
        return [] if place is None else [row[place] for row in self.rows if place < len(row)]

    def cell(self, name: str) -> str:
        """Return the first row's cell of a column, empty if there is none."""
        return next(iter(self.cells(name)), "")

    def named(self, columns: Sequence[str]) -> FileHead:
        """Return a file without a header as one whose columns are these."""
        if len(columns) != len(self.columns):
            fact = f"the file has '{len(self.columns)}' columns, this layout has '{len(columns)}'"
            raise Malformed(
                Finding("layout-does-not-fit", fact, "leave --layout out, or name another", place=Place(self.file, self.line, 1))
            )
        return replace(self, columns=tuple(columns), rows=(self.columns, *self.rows))


def key(column: str) -> str:
    """Return the name of a column as it is looked for: `<OPEN>` is `open`."""
    return column.strip().strip("<>").lower()


def build(name: str, head: FileHead, asked: Asked) -> Layout:
    """Return a layout by name over a file's columns. Raises Malformed if they are not there."""
    has_header = head.has_header
    if not has_header and name in BARE:
        head = head.named(bare_columns(name, head))
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
        raise Malformed(Finding("layout-does-not-fit", fact, "leave --kind or --layout out", place=Place(head.file, head.line, 1)))
    return layout if asked.unit is None else replace(layout, clock=replace(layout.clock, unit=asked.unit))


def bare_columns(name: str, head: FileHead) -> tuple[str, ...]:
    """Return the names of the columns of a file without a header: where bars have a date, a time or a count of trades, it has its own."""
    columns = BARE[name]
    if name != "ohlcv":
        return columns
    if len(head.columns) > 1 and is_day(head.columns[0]) and is_time_of_day(head.columns[1]):
        columns = ("date", *columns)
    return columns if len(head.columns) != len(columns) + 1 else (*columns, "count")


def _build(name: str, head: FileHead, asked: Asked) -> Layout:
    venue = next((venue for venue in ("binance", "bybit") if name.startswith(venue)), GENERIC)
    kind = _kind(name, asked)
    clock, values = _meanings(name, kind, head, asked)
    named = next((each for each in SYMBOL_COLUMNS if head.cell(each)), None)
    return Layout(
        name,
        head.columns,
        kind,
        venue,
        clock,
        values,
        is_trades=name.endswith("-trades"),
        symbol=None if named is None else head.cell(named),
        symbol_column=None if named is None else head.by_name[named],
        text=head.text,
    )


def _kind(name: str, asked: Asked) -> Kind:
    if name in ("bars", "ohlcv") and asked.kind is Kind.MARK:
        return Kind.MARK
    if name == "oi":
        return Kind.OI
    return Kind.FUNDING if name.endswith("funding") else Kind.MARK if name.endswith("-mark") else Kind.BARS


def _meanings(name: str, kind: Kind, head: FileHead, asked: Asked) -> tuple[FileClock, dict[str, str]]:
    """Return the clock and the columns of the values."""
    if name == "bybit-trades":
        column, values = _columns(head, ("timestamp",), {"at": ("timestamp",), "price": ("price",), "size": ("size",)}, {})
        return FileClock(column, unit="s"), values
    if name == "bybit-spot-trades":
        column, values = _columns(head, ("timestamp",), {"at": ("timestamp",), "price": ("price",), "size": ("volume",)}, {})
        return FileClock(column), values
    if name == "freqtrade-funding":
        column, values = _columns(head, ("date",), {"rate": ("open",)}, {})
    elif kind is Kind.OI:
        column, values = _columns(head, OI_CLOCKS, {"open_interest": OPEN_INTERESTS}, asked.columns)
    elif kind is Kind.FUNDING:
        column, values = _columns(head, FUNDING_CLOCKS, {"rate": RATES}, asked.columns)
    else:
        wanted: dict[str, Sequence[str]] = {each: (each,) for each in PRICES}
        if kind is Kind.BARS:
            wanted["volume"] = volume_columns(name, head)
        column, values = _columns(head, BAR_CLOCKS, wanted, asked.columns)
    return _clock(name, column, head), values


def _clock(name: str, column: str, head: FileHead) -> FileClock:
    """Return the clock of a file; a day and a time of the day may stand in two columns."""
    if name == "bybit-mt4":
        return FileClock(column, form="%Y.%m.%d %H:%M", ahead_ms=MT4_AHEAD_MS)
    if name == "histdata":
        return FileClock(column, form="%Y%m%d %H%M%S", ahead_ms=HISTDATA_AHEAD_MS)
    if key(column) not in head.by_name:
        day, time = (head.by_name[key(each)] for each in column.split("+"))
        return FileClock(day, time=time)
    time = head.by_name.get("time", column)
    if time != column and is_day(head.cell(key(column))) and is_time_of_day(head.cell("time")):
        return FileClock(column, time=time)
    return FileClock(column, unit="ms" if key(column).endswith("_ms") else None)


def volume_columns(name: str, head: FileHead) -> tuple[str, ...]:
    """Return under which names a file may hold the volume in base: MetaTrader's ticks count only where it knows no volume."""
    if name == "metatrader":
        traded = any(is_number(cell) and float(cell) != 0 for cell in head.cells("vol"))
        return ("vol",) if traded else ("tickvol",)
    symbol = next((canonical(head.cell(each)) for each in SYMBOL_COLUMNS if head.cell(each)), "")
    coins = [each.removeprefix("volume ") for each in head.by_name if each.startswith("volume ")]
    base = [coin for coin in coins if any(coin + other == symbol.lower() for other in coins)]  # `Volume BTC`, `Volume USDT` of BTCUSDT
    return ("volume", *(f"volume {coin}" for coin in base))


def _columns(
    head: FileHead, clocks: Sequence[str], wanted: Mapping[str, Sequence[str]], given: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return the column of the clock and of each value: the given one, else the first that is there. Raises Malformed."""
    foreign = [name for name in given if name not in ("ts", *wanted)]
    if foreign:
        fact = f"--columns names '{', '.join(foreign)}', which is not stored of this kind"
        raise Malformed(Finding("bad-columns", fact, f"use {', '.join(('ts', *wanted))}", place=Place(head.file, head.line, 1)))
    names = {"ts": clocks, **wanted} | {name: (key(column),) for name, column in given.items()}
    found, missing, there = {}, [], head.by_name
    for name, choices in names.items():
        column = next((_only(choice, given.get(name, ""), head) for choice in choices if choice in there), None)
        if column is None and name == "ts" and _is_pair(given.get("ts", ""), head):
            column = given["ts"]
        if column is None:
            missing.append(_word(name, choices))
        else:
            found[name] = column
    if missing:
        raise Malformed(_lacking(missing, head))
    return found.pop("ts"), found


def _only(name: str, given: str, head: FileHead) -> str:
    """Return the column of a name: the one the user wrote as it is written, else the only one. Raises Malformed if there are several."""
    columns = [column for column in head.columns if key(column) == name]
    if given in columns:
        return given
    if len(columns) > 1:
        fact = f"the columns '{', '.join(columns)}' differ only in how they are written, and one of them is needed"
        hint = "name the one meant with --columns, or each column in its own way"
        raise Malformed(Finding("repeated-columns", fact, hint, place=Place(head.file, head.line, 1)))
    return columns[0]


def _is_pair(column: str, head: FileHead) -> bool:
    """Return whether a clock is two columns, the day and the time of the day, written `day+time`."""
    return column.count("+") == 1 and all(key(each) in head.by_name for each in column.split("+"))


def _word(name: str, choices: Sequence[str]) -> str:
    word = {"ts": "the clock", "rate": "a funding rate", "open_interest": "an open interest"}.get(name, "")
    return f"{word} ({', '.join(choices)})" if word else f"'{choices[0]}'"


def _require_unique(head: FileHead) -> None:
    repeated = sorted({column for column in head.columns if head.columns.count(column) > 1})
    if repeated:
        fact = f"the columns '{', '.join(repeated)}' are there more than once"
        raise Malformed(Finding("repeated-columns", fact, "name each column once", place=Place(head.file, head.line, 1)))


def unknown(head: FileHead) -> Finding:
    """Say that no layout fits."""
    shown = ", ".join(head.columns[:12])
    names = "ts=...,open=...; known are ts_open_ms, open, ..." if head.has_header else "ts=1,open=2,high=3,low=4,close=5,volume=6"
    hint = f"name one with --layout, or the columns with --columns {names}: see docs/layouts.md"
    return Finding("unknown-layout", f"no known columns in '{shown}'", hint, place=Place(head.file, head.line, 1))


def _lacking(missing: Sequence[str], head: FileHead) -> Finding:
    fact = f"{' and '.join(missing)} not among the columns '{', '.join(head.columns)}'"
    hint = "name the columns with --columns ts=...,open=..., or name another --kind or --layout"
    return Finding("missing-columns", fact, hint, place=Place(head.file, head.line, 1))
