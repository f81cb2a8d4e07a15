"""What every metric is computed from: the result, the walked equity curve, and the trade columns that many read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from trade.analysis.curve import CurveFigures, read_curve
from trade.base.arrays import Bool, Float64, Int64
from trade.base.result import Result
from trade.base.timeframe import DAY_MS, Timeframe

YEARLY_FROM_MS = 30 * DAY_MS  # a shorter window says nothing of a year
_TAIL = 20  # one in twenty: 5 %


@dataclass(frozen=True)
class PeriodReturns:
    """Return of each period that holds an exec close; the first and the last may be parts of a period."""

    ts_open_ms: Int64
    return_pct: Float64


@dataclass(frozen=True)
class Basis:
    """A result read once. Columns are contiguous, of shape [trades]; `periods` are the returns per timeframe that were asked for."""

    result: Result
    curve: CurveFigures
    quanta_per_usdt: int
    net_quanta: Int64
    side: Int64
    bars_held: Int64
    periods: dict[Timeframe, PeriodReturns] = field(default_factory=dict, init=False, repr=False, compare=False)

    def usdt(self, quanta: int) -> float:
        """Return the double nearest to an exact amount."""
        return quanta / self.quanta_per_usdt

    @property
    def says_of_a_year(self) -> bool:
        """Whether the window is long enough for annualised figures."""
        return is_yearly(self.result)

    @property
    def won(self) -> Bool:
        """Trades that made money after fees and funding; one that made nothing neither won nor lost."""
        return self.net_quanta > 0

    @property
    def lost(self) -> Bool:
        return self.net_quanta < 0

    @cached_property
    def worst_returns(self) -> Float64:
        """The worst 5 % of the returns per exec bar, at least one, ascending: sorted, so that their sum has one order."""
        curve = self.curve
        count = min(max(1, curve.returns // _TAIL), curve.returns)
        if len(curve.losing) >= count:  # most bars lose nothing, and need no partition
            candidates = curve.losing
        else:
            candidates = np.concatenate((curve.moves, np.zeros(curve.returns - len(curve.moves))))
        return np.sort(np.partition(candidates, count - 1)[:count]) if count else candidates


def read_result(result: Result) -> Basis:
    """Walk the equity curve and take out the columns."""
    trades = result.trades
    return Basis(
        result=result,
        curve=read_curve(result.equity),
        quanta_per_usdt=result.instrument.grid.quanta_per_unit,
        net_quanta=np.ascontiguousarray(trades["net_quanta"]),
        side=np.ascontiguousarray(trades["side"]),
        bars_held=np.ascontiguousarray(trades["bars_held"]),
    )


def is_yearly(result: Result) -> bool:
    """Return whether the window of a run is long enough for annualised figures; else they are undefined."""
    return result.window.to_ms - result.window.from_ms >= YEARLY_FROM_MS


def over(part: float, whole: float) -> float | None:
    """Return part / whole, or None where nothing positive is there to divide by."""
    return part / whole if whole > 0 else None


def pct(part: float, whole: float) -> float | None:
    """Return part as percent of whole, or None as `over` does."""
    return 100 * part / whole if whole > 0 else None
