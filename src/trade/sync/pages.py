"""Pages of a series, newest first as the endpoints demand; a page that makes no sense is asked for again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.timeframe import MINUTE_MS
from trade.market.columns import PRICES, Columns
from trade.market.names import Kind
from trade.sync.listing import Listing
from trade.sync.patience import Patience
from trade.sync.port import Answer, Endpoint, Next, Trouble


@dataclass(frozen=True)
class PageQuery:
    """How one kind is asked for: endpoint, its words for the span, rows per page, the step of its clock, and its row."""

    endpoint: Endpoint
    start: str
    end: str
    limit: int
    step_ms: int
    fixed: Mapping[str, str | int]
    clock: str | int
    values: Mapping[str, str | int]


_BAR_PLACES = {name: place for place, name in enumerate(PRICES, 1)}

SOURCES: Mapping[Kind, PageQuery] = {
    Kind.BARS: PageQuery(Endpoint.KLINE, "start", "end", 1000, MINUTE_MS, {"interval": 1}, 0, {**_BAR_PLACES, "volume": 5}),
    Kind.MARK: PageQuery(Endpoint.MARK_KLINE, "start", "end", 1000, MINUTE_MS, {"interval": 1}, 0, _BAR_PLACES),
    Kind.FUNDING: PageQuery(Endpoint.FUNDING, "startTime", "endTime", 200, 1, {}, "fundingRateTimestamp", {"rate": "fundingRate"}),
    Kind.OI: PageQuery(
        Endpoint.OPEN_INTEREST,
        "startTime",
        "endTime",
        200,
        5 * MINUTE_MS,
        {"intervalTime": "5min"},
        "timestamp",
        {"open_interest": "openInterest"},
    ),
}


@dataclass(frozen=True)
class Page:
    """Rows as the exchange gave them, ascending: its clock, and the float64 columns of the kind."""

    ts_ms: Int64
    values: Columns

    def __len__(self) -> int:
        return len(self.ts_ms)


def pages(patience: Patience, listed: Listing, kind: Kind, start_ms: int, end_ms: int) -> Iterator[Page]:
    """Yield the rows that the exchange has in [start_ms, end_ms), page by page, backwards. Raises Refused on giving up."""
    source, series = SOURCES[kind], listed.series
    last_ms = end_ms - source.step_ms
    while last_ms >= start_ms:
        params = {"category": series.market, "symbol": series.symbol, "limit": source.limit, **source.fixed}
        params |= {source.start: start_ms, source.end: last_ms}
        page = patience.ask(source.endpoint, params, partial(_read, source, start_ms, last_ms))
        if not len(page):
            return
        yield page
        last_ms = int(page.ts_ms[0]) - source.step_ms


def _read(source: PageQuery, start_ms: int, last_ms: int, answer: Answer) -> Page:
    """Return the rows of an answer. Raises Trouble where they are not what was asked for."""
    try:
        rows = answer.result["list"]
        clock = np.array([int(row[source.clock]) for row in rows], np.int64)
        values = {name: _floats(rows, place) for name, place in source.values.items()}
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Trouble("rows that cannot be read", Next.AGAIN) from error
    wrong = _wrong(source, clock, start_ms, last_ms, answer.server_ms)
    if wrong:
        raise Trouble(wrong, Next.AGAIN)
    return Page(clock[::-1].copy(), {name: column[::-1].copy() for name, column in values.items()})


def _floats(rows: Sequence[Any], place: str | int) -> Float64:
    return np.array([float(row[place]) for row in rows], np.float64)


def _wrong(source: PageQuery, clock: Int64, start_ms: int, last_ms: int, server_ms: int) -> str:
    """Return what is wrong with the clock of rows, newest first; nothing for good ones."""
    if not len(clock):
        return ""
    if len(clock) > source.limit:
        return "more rows than asked for"
    if bool(np.any(clock[1:] == clock[:-1])):
        return "a row twice"
    if bool(np.any(clock[1:] > clock[:-1])):
        return "rows out of order"
    if int(clock[0]) > last_ms or int(clock[-1]) < start_ms:
        return "rows beside the span that was asked for"
    finished_ms = int(clock[0]) + (source.step_ms if source.step_ms == MINUTE_MS else 0)
    return "" if finished_ms <= server_ms else "rows from the future of the exchange's own clock"
