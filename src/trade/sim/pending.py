"""What was decided at a close and waits for the next open, as a record."""

from __future__ import annotations

from typing import Protocol

from trade.base.rows import dtype_of


class PendingRow(Protocol):
    """A market exit, a market entry, or neither."""

    leaving: int  # exit reason, or 0
    entering: int  # LONG or SHORT, or 0
    lots: int  # of the entry
    asked_lots: int  # what its sizing asked for, and what made it smaller
    cap: int
    decided_ticks: int  # the close of the decision, and its instant
    decided_ms: int


PENDING = dtype_of(PendingRow)
