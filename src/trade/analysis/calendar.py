"""Returns of calendar days, weeks and months (UTC), from close to close."""

from __future__ import annotations

import numpy as np

from trade.analysis.basis import Basis, PeriodReturns
from trade.base.timeframe import Timeframe

DAY, WEEK, MONTH = Timeframe("D"), Timeframe("W"), Timeframe("M")


def period_returns(basis: Basis, period: Timeframe) -> PeriodReturns:
    """Return the change of equity from the last close before each period to its own last close.

    A period that starts without positive equity is left out. Exec bars longer than the period have none.
    """
    if period not in basis.periods:
        basis.periods[period] = _returns(basis, period)
    return basis.periods[period]


def _returns(basis: Basis, period: Timeframe) -> PeriodReturns:
    if basis.result.exec_timeframe.length_ms > period.length_ms:
        return PeriodReturns(np.empty(0, np.int64), np.empty(0))
    points, rows = basis.result.equity, basis.curve.day_rows
    opened = period.floor(points.ts_ms[rows] - 1)  # a close at 00:00 belongs to the day before
    last = np.append(opened[1:] != opened[:-1], [True])[: len(opened)]
    closes = points.equity_quanta[rows][last]
    before = np.concatenate((points.equity_quanta[:1], closes))[:-1]
    solvent = before > 0
    return PeriodReturns(opened[last][solvent], 100 * (closes - before)[solvent] / before[solvent])


def best_day_pct(basis: Basis) -> float | None:
    return _best(basis, DAY)


def worst_day_pct(basis: Basis) -> float | None:
    return _worst(basis, DAY)


def best_week_pct(basis: Basis) -> float | None:
    return _best(basis, WEEK)


def worst_week_pct(basis: Basis) -> float | None:
    return _worst(basis, WEEK)


def best_month_pct(basis: Basis) -> float | None:
    return _best(basis, MONTH)


def worst_month_pct(basis: Basis) -> float | None:
    return _worst(basis, MONTH)


def _best(basis: Basis, period: Timeframe) -> float | None:
    shares = period_returns(basis, period).return_pct
    return float(shares.max()) if len(shares) else None


def _worst(basis: Basis, period: Timeframe) -> float | None:
    shares = period_returns(basis, period).return_pct
    return float(shares.min()) if len(shares) else None
