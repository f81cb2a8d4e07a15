"""The base bar that the exchange is in, as a record: whoever drives the exchange writes it, everything else reads it."""

from __future__ import annotations

from typing import Protocol

from trade.base.rows import dtype_of


class BarRow(Protocol):
    """One base bar, and the mark beside it; without a mark series that is the last price."""

    number: int  # counted in the window
    ts_open_ms: int
    ts_close_ms: int
    open_ticks: int
    high_ticks: int
    low_ticks: int
    close_ticks: int
    mark_open_ticks: int
    mark_high_ticks: int
    mark_low_ticks: int
    mark_close_ticks: int


BAR = dtype_of(BarRow)
