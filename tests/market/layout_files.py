"""Lines of text files in each layout that holds bars, all of the same five minutes or more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from market_tables import JAN_2023_MS, MINUTE_MS, make_bars

from trade.files.layouts import BINANCE_KLINES

Cells = dict[str, str]


class TextLayout(NamedTuple):
    """How a text layout writes a row of cells by name: `ts`, prices, `volume`."""

    name: str
    header: Sequence[str]
    line: Callable[[Cells], str]
    clock: Callable[[int], str]
    has_volume: bool = True


def _generic(row: Cells) -> str:
    return ",".join(row[name] for name in ("ts", "open", "high", "low", "close", "volume"))


def _kline(row: Cells) -> str:
    return ",".join((_generic(row), row["ts"], "45000.0", "10", "0.5", "15000.0", "0"))


def _mark(row: Cells) -> str:
    return ",".join((row["ts"], row["open"], row["high"], row["low"], row["close"], "0", row["ts"], "0", "60", "0", "0", "0"))


def _semicolons(row: Cells) -> str:
    return ";".join((row["volume"], row["close"], row["ts"], "note", row["open"], row["low"], row["high"]))


def _mt4_clock(ts_ms: int) -> str:
    return datetime.fromtimestamp(ts_ms / 1000 + 3 * 3600, UTC).strftime("%Y.%m.%d %H:%M")


def _iso(ts_ms: int) -> str:
    return datetime.fromtimestamp(ts_ms / 1000, UTC).isoformat()


TEXT_LAYOUTS = (
    TextLayout("bars", ["ts_open_ms,open,high,low,close,volume"], _generic, str),
    TextLayout("bars", ["date,open,high,low,close,volume"], _generic, _iso),
    TextLayout("bars", ["Volume;Close;Time;Note;Open;Low;High"], _semicolons, lambda ts: str(ts // 1000)),
    TextLayout("binance-klines", [], _kline, str),
    TextLayout("binance-klines", [",".join(BINANCE_KLINES)], _kline, str),
    TextLayout("binance-klines", [], _kline, lambda ts: str(ts * 1000)),
    TextLayout("binance-mark", [], _mark, str, has_volume=False),
    TextLayout("binance-mark", [",".join(BINANCE_KLINES)], _mark, str, has_volume=False),
    TextLayout("bybit-mt4", [], _generic, _mt4_clock),
)


def cells(layout: TextLayout, minute: int) -> Cells:
    """Return the cells of one good row; minutes count from the start of 2023."""
    bars = make_bars(1, JAN_2023_MS + MINUTE_MS * minute, 300_000 + minute)
    return {"ts": layout.clock(int(bars["ts_open_ms"][0])), **{name: str(bars[name][0]) for name in bars if name != "ts_open_ms"}}


def lines_of(layout: TextLayout, rows: int) -> list[str]:
    """Return a good file of a layout."""
    return [*layout.header, *(layout.line(cells(layout, minute)) for minute in range(rows))]
