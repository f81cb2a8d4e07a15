"""Funding that falls due, as a record."""

from __future__ import annotations

from typing import Protocol

from trade.base.rows import dtype_of


class PaymentRow(Protocol):
    """One instant of funding, and the price it is paid at (FUND-1)."""

    bar: int  # the first base bar that opens at or after the instant
    ts_ms: int
    rate_e12: int
    mark_ticks: int
    price_from: int
    bar_ts_open_ms: int  # the bar the price was taken from


PAYMENT = dtype_of(PaymentRow)
