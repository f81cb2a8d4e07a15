"""What the loop reads, as tuples of aligned arrays (int64 unless said), indices counted in base bars of the window."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from trade.base.arrays import Int8, Int64
from trade.sim.spec import Spec


class Tape(NamedTuple):
    """Base bars of the window, shape [n], prices in ticks. Without a mark series the mark columns are the last-price columns."""

    ts_open_ms: Int64
    open: Int64
    high: Int64
    low: Int64
    close: Int64
    mark_open: Int64
    mark_high: Int64
    mark_low: Int64
    mark_close: Int64
    step_ms: int  # length of a base bar


class Payments(NamedTuple):
    """Funding due in the window, ascending, shape [f]: `bar` is the first base bar that opens at or after the instant."""

    bar: Int64
    ts_ms: Int64
    rate_e12: Int64
    mark_ticks: Int64
    price_from: Int64
    bar_ts_open_ms: Int64  # the bar the price was taken from


class Points(NamedTuple):
    """Instants of the equity curve, shape [p]: `last_bar` is the last base bar that had closed by then, -1 before the first."""

    ts_ms: Int64
    last_bar: Int64


class Schedule(NamedTuple):
    """Decisions, ascending, shape [k]: the base bar at whose close each is taken, and the intent in each position state (int8)."""

    bar: Int64
    ts_ms: Int64
    flat: Int8
    long: Int8
    short: Int8


class Curve(NamedTuple):
    """The equity curve as the loop writes it: per point, and rows of `curve.STANDING` per change (`trade.base.curve`)."""

    equity_quanta: Int64
    low_equity_quanta: Int64
    standings: Any


class Session(NamedTuple):
    """One run on the loop's table: what is read, and the arrays that are written (`trade.base.records`)."""

    spec: Spec
    tape: Tape
    payments: Payments
    points: Points
    schedule: Schedule
    tiers: Int64
    rules: Int64
    trades: Any
    fills: Any
    curve: Curve
    rejections: Int64


DESK = np.dtype(
    [
        (name, np.int64)
        for name in (
            "bar",  # where the loop stands, and how far the schedule and the payments are read
            "decision",
            "payment",
            "exit_side",  # the next exit that is decided for this side, when it was looked up
            "exit_bar",
            "leaving",  # what was decided at the previous close: an exit reason, or 0
            "entering",  # LONG or SHORT, or 0
            "lots",
            "asked_lots",  # what its sizing asked for, and what made it smaller
            "cap",
            "decided_ticks",
            "decided_ms",
        )
    ]
)
