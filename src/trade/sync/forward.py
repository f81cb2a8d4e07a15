"""Pages of a series, oldest first, as ccxt's unified methods give them: from an instant on, at most so many rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from trade.base.arrays import Float64
from trade.base.timeframe import HOUR_MS, MINUTE_MS
from trade.market.columns import PRICES
from trade.market.names import Kind
from trade.sync.listing import Listing
from trade.sync.pages import Page
from trade.sync.patience import Patience
from trade.sync.port import Answer, Endpoint, Next, Trouble


@dataclass(frozen=True)
class ForwardQuery:
    """How one kind is asked for: endpoint, the shortest step between rows, the grid of its clock, and its values in their order."""

    endpoint: Endpoint
    step_ms: int
    grid_ms: int
    values: tuple[str, ...]


SOURCES: Mapping[Kind, ForwardQuery] = {
    Kind.BARS: ForwardQuery(Endpoint.KLINE, MINUTE_MS, MINUTE_MS, (*PRICES, "volume")),
    Kind.FUNDING: ForwardQuery(Endpoint.FUNDING, HOUR_MS, 1, ("rate",)),
}


def pages(patience: Patience, listed: Listing, kind: Kind, start_ms: int, end_ms: int) -> Iterator[Page]:
    """Yield the rows that the exchange has in [start_ms, end_ms). Raises Refused on giving up.

    No window is wider than a page, so that it does not matter which end of it an exchange gives first. It is asked for from one step
    earlier, since for some exchanges `since` is exclusive.
    """
    source, rows = SOURCES[kind], int(listed.row["rows_per_page"][kind])
    since_ms = start_ms
    while since_ms < end_ms:
        until_ms = min(end_ms, since_ms + max(rows - 1, 1) * source.step_ms)
        page = _page(patience, listed, source, rows, since_ms, until_ms)
        if not len(page):
            since_ms = until_ms
            continue
        first_ms = int(page.ts_ms[0])
        if source.grid_ms == MINUTE_MS and first_ms > since_ms:  # a gap, or an exchange that gives less, and the newest of it
            yield from pages(patience, listed, kind, since_ms, first_ms)
        yield page
        since_ms = int(page.ts_ms[-1]) + source.grid_ms


def _page(patience: Patience, listed: Listing, source: ForwardQuery, rows: int, since_ms: int, until_ms: int) -> Page:
    params: dict[str, str | int] = {
        "symbol": str(listed.row["symbol"]),
        "since": since_ms - source.grid_ms,
        "until": until_ms - 1,
        "limit": rows,
    }
    return patience.ask(source.endpoint, params, partial(_read, source, since_ms, until_ms))


def _read(source: ForwardQuery, since_ms: int, until_ms: int, answer: Answer) -> Page:
    """Return the rows inside the window, ascending, each instant once, whatever the order. Raises Trouble for what are no rows."""
    try:
        rows = answer.result["list"]
        clock = np.array([int(row[0]) for row in rows], np.int64)
        values = {name: _floats(rows, place) for place, name in enumerate(source.values, 1)}
    except (IndexError, TypeError, ValueError) as error:
        raise Trouble("rows that cannot be read", Next.AGAIN) from error
    clock, order = np.unique(clock, return_index=True)
    inside = slice(*np.searchsorted(clock, [since_ms, until_ms]))
    return Page(clock[inside], {name: column[order[inside]] for name, column in values.items()})


def _floats(rows: list[list[float | None]], place: int) -> Float64:
    """Return a column; what an exchange leaves out is no number, and the shelf keeps such rows out."""
    cells = (row[place] for row in rows)
    return np.array([np.nan if cell is None else float(cell) for cell in cells], np.float64)
