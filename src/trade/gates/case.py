"""What preflight looks at, and what it lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trade.base.arrays import Int64
from trade.base.history import History, Window
from trade.base.timeframe import HOUR_MS
from trade.features.plan import Demand
from trade.market.names import Kind, Series


@dataclass(frozen=True)
class Tolerance:
    """What preflight lets pass (GAP-1, TIME-7); part of the input hash."""

    max_gap_ms: int = 3 * HOUR_MS
    max_missing_frac: float = 0.001
    strict_warmup: bool = False

    def as_json(self) -> Mapping[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Preflight:
    """What the checks look at: the loaded history, and the spans the features want before the window."""

    history: History
    window: Window
    settle_start_ms: int  # where the longest slice starts (TIME-8)
    first_valid_start_ms: int  # from where history is needed so that trading can start at the window
    settle: tuple[Demand, ...]  # what each feature wants of both kinds
    first_valid: tuple[Demand, ...]
    closed: Int64  # closed spans of the calendar, from the longest slice's start to the end of the window
    tolerance: Tolerance
    reads_open_interest: bool = False
    elsewhere: Mapping[Kind, tuple[Series, ...]] = field(
        default_factory=dict
    )  # what the window has of the symbol, and the run does not read

    @property
    def series(self) -> Series:
        """The series of the bars."""
        instrument = self.history.instrument
        return Series(instrument.venue, instrument.market, instrument.symbol)

    @property
    def end_ms(self) -> int:
        """Where bars and payments end: with the window, or with the symbol (END-2)."""
        delisted_ms = self.history.instrument.delisted_ms
        return self.window.to_ms if delisted_ms is None else min(self.window.to_ms, delisted_ms)
