"""What can be wrong with a row of a file; a bad row is reported, counted and kept out, never repaired."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Bool, Int64
from trade.base.timeframe import HORIZON_MS, MINUTE_MS
from trade.market import sanity
from trade.market.chunk import Chunk
from trade.market.columns import GRIDS, PRICES, Columns, clock_column
from trade.market.names import Kind

FACTS: Mapping[str, str] = {
    "unreadable": "a cell cannot be read",
    "other-symbol": "the row names another symbol than the first one",
    "timestamp-implausible": "the timestamp lies before 1970 or after 2099",
    "timestamp-off-grid": "the timestamp is not a whole minute, or for open interest a whole five minutes",
    **sanity.FACTS,
    "price-implausible": "a price is above 1e12",
    "size-not-positive": "the size of a trade is zero or negative",
    "open-interest-negative": "the open interest is negative",
    "rate-implausible": "the funding rate is above 100 % or below -100 %",
    "unsorted": "the timestamp breaks the order of the file",
    "duplicate-disagrees": "the same timestamp is there before, with other values; the first stays",
}
HINTS: Mapping[str, str] = {
    "duplicate-disagrees": "the row is kept out; '--replace' puts the rows of a file in the place of stored ones that disagree",
    "unsorted": "the row is kept out; sort the file by time",
}
KEPT_OUT = "the row is kept out"
HIGHEST_PRICE = 1e12  # no market is there; far beyond, ticks would not fit into 64 bits


def faults(chunk: Chunk, kind: Kind) -> tuple[tuple[str, ...], Int64]:
    """Return the codes that a kind of row can break, and per row the index of the first one it breaks, or -1."""
    values = chunk.values
    if kind is Kind.FUNDING:
        rate = values["rate"]
        return _first_broken(chunk, {"not-finite": ~np.isfinite(rate), "rate-implausible": np.abs(rate) > 1})
    off_grid = ~chunk.ts_exact | (chunk.ts_ms % GRIDS[kind].length_ms != 0)
    if kind is Kind.OI:
        held = values["open_interest"]
        return _first_broken(chunk, {"timestamp-off-grid": off_grid, "not-finite": ~np.isfinite(held), "open-interest-negative": held < 0})
    open_, high, low, close = (values[name] for name in PRICES)
    return _first_broken(
        chunk,
        {
            "timestamp-off-grid": off_grid,
            **sanity.impossible(open_, high, low, close, values.get("volume")),
            "price-implausible": too_high(values),
        },
    )


def too_high(values: Columns) -> Bool:
    """Return which bars have a price at which no market is."""
    beyond: Bool = np.maximum.reduce([values[name] for name in PRICES]) > HIGHEST_PRICE
    return beyond


def trade_faults(chunk: Chunk) -> tuple[tuple[str, ...], Int64]:
    """Return the codes that a trade can break, and per row the index of the first one it breaks, or -1."""
    price, size = chunk.values["price"], chunk.values["size"]
    return _first_broken(
        chunk,
        {
            "not-finite": ~(np.isfinite(price) & np.isfinite(size)),
            "price-not-positive": price <= 0,
            "price-implausible": price > HIGHEST_PRICE,
            "size-not-positive": size <= 0,
        },
    )


def _first_broken(chunk: Chunk, flags: Mapping[str, Bool]) -> tuple[tuple[str, ...], Int64]:
    flags = {
        "unreadable": ~chunk.readable,
        "other-symbol": np.zeros(len(chunk), np.bool_) if chunk.foreign is None else chunk.foreign,
        "timestamp-implausible": (chunk.ts_ms < 0) | (chunk.ts_ms >= HORIZON_MS),
        **flags,
    }
    first = np.full(len(chunk), -1, np.int64)
    for place, flag in reversed(list(enumerate(flags.values()))):
        first[flag] = place
    return tuple(flags), first


def stored_columns(chunk: Chunk, kind: Kind) -> Columns:
    """Return the rows as they are stored."""
    if kind is Kind.FUNDING:
        # FUND-1: venues stamp funding some milliseconds late; the minute is the instant, the raw value is kept.
        return {"ts_ms": chunk.ts_ms - chunk.ts_ms % MINUTE_MS, "ts_raw_ms": chunk.ts_ms, **chunk.values}
    return {clock_column(kind): chunk.ts_ms, **chunk.values}
