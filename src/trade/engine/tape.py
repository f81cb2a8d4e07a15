"""What the loop reads: the tape as columns, int64 and C-contiguous, the rest as records; indices count base bars of the window."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from trade.base.arrays import Int64
from trade.base.rows import dtype_of


class Tape(NamedTuple):
    """Base bars of the window, shape [n], prices in ticks. Without a mark series the mark columns are the last-price columns.

    Columns, as the store has them: records of a year (`sim.bar`) would take half as long to write as the whole run.
    """

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


class Points(NamedTuple):
    """Instants of the equity curve, shape [p]: `last_bar` is the last base bar that had closed by then, -1 before the first."""

    ts_ms: Int64
    last_bar: Int64


class DecisionRow(Protocol):
    """What the rules want at one instant, an intent per state of the position (RULE-5)."""

    bar: int  # the base bar at whose close it is decided
    ts_ms: int
    flat: int
    long: int
    short: int
    offset_ticks: int  # what an entry measures then for its price, its stop and its target: distances or levels, `NO_PRICE` is missing
    stop_ticks: int
    target_ticks: int


DECISION = dtype_of(DecisionRow)


class CursorRow(Protocol):
    """How far a run has come."""

    bar: int  # where the loop stands, and how far decisions and payments are read
    decision: int
    payment: int
    exit_side: int  # the next exit that is decided for this side, when it was looked up
    exit_bar: int


CURSOR = dtype_of(CursorRow)
