"""What a run produced, complete and frozen, before anything is computed about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trade.base.curve import EquityCurve
from trade.base.history import Window
from trade.base.instrument import Instrument
from trade.base.records import Records, Rejection, StopReason
from trade.base.timeframe import Timeframe


@dataclass(frozen=True)
class FunnelRow:
    """How often one rule or sub-rule was true, false, missing at its instants (RULE-6).

    `path` is the place in the Play (`actions.entry_long.all[1]`), `text` the rule as a reader writes it, `depth` 0 for a whole rule.
    """

    path: str
    text: str
    depth: int
    true: int
    false: int
    missing: int


@dataclass(frozen=True)
class Result:
    """A finished run in integers. `trades` and `fills` have the dtypes of `trade.base.records`.

    `max_drawdown_quanta` and `max_drawdown_frac` are of base-close equity from its running peak, tracked apart (STOP-3).
    `bars_in_position` counts base bars that were held at any time, of `base_bars` in the window.
    """

    instrument: Instrument
    window: Window
    exec_timeframe: Timeframe
    initial_equity_quanta: int
    final_equity_quanta: int
    trades: Records
    fills: Records
    equity: EquityCurve
    stop_reason: StopReason
    stop_ts_ms: int
    trading_start_ms: int
    max_drawdown_quanta: int
    max_drawdown_frac: float
    base_bars: int
    bars_in_position: int
    entry_attempts: int
    first_close_ticks: int
    last_close_ticks: int
    leverage: float
    has_funding: bool
    rejections: Mapping[Rejection, int] = field(default_factory=dict)
    funnel: tuple[FunnelRow, ...] = ()
