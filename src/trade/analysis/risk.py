"""Return against risk, and the shape of the returns per exec bar. The risk-free rate is 0.

What is annualised is None in a window under 30 days.
"""

from __future__ import annotations

import math

import numpy as np

from trade.analysis.basis import Basis, over
from trade.analysis.calendar import DAY, period_returns
from trade.analysis.returns import yearly_growth
from trade.base.arrays import Float64
from trade.base.timeframe import Timeframe

_ROUNDING = 1e-12  # a spread this small beside the mean is rounding, not risk


def sharpe(basis: Basis) -> float | None:
    return _yearly(basis, over(basis.curve.mean, _spread(basis)))


def sortino(basis: Basis) -> float | None:
    return _yearly(basis, over(basis.curve.mean, math.sqrt(basis.curve.downside_square)))


def sharpe_daily(basis: Basis) -> float | None:
    days = _days(basis)
    mean = _mean(days)
    return _yearly(basis, over(mean, _not_rounding(math.sqrt(_mean((days - mean) ** 2)), mean)), DAY)


def sortino_daily(basis: Basis) -> float | None:
    days = _days(basis)
    return _yearly(basis, over(_mean(days), math.sqrt(_mean(np.minimum(days, 0.0) ** 2))), DAY)


def calmar(basis: Basis) -> float | None:
    grown = yearly_growth(basis)
    return None if grown is None else over(grown, basis.result.max_drawdown_frac)


def omega_ratio(basis: Basis) -> float | None:
    return over(basis.curve.gains, basis.curve.losses)


def volatility_pct(basis: Basis) -> float | None:
    """Return None for fewer than two returns: one value does not vary."""
    return None if basis.curve.returns < 2 else _yearly(basis, 100 * math.sqrt(basis.curve.variance))


def skewness(basis: Basis) -> float | None:
    return over(basis.curve.third_moment, _spread(basis) ** 3)


def kurtosis(basis: Basis) -> float | None:
    return over(basis.curve.fourth_moment, _spread(basis) ** 4)


def var_95_pct(basis: Basis) -> float | None:
    worst = basis.worst_returns
    return None if len(worst) == 0 else 0.0 - 100 * float(worst[-1])


def cvar_95_pct(basis: Basis) -> float | None:
    worst = basis.worst_returns
    return None if len(worst) == 0 else 0.0 - 100 * float(worst.sum()) / len(worst)


def _spread(basis: Basis) -> float:
    """Return the population standard deviation of the returns, 0 where they do not vary."""
    return _not_rounding(math.sqrt(basis.curve.variance), basis.curve.mean)


def _not_rounding(deviation: float, mean: float) -> float:
    return deviation if deviation > _ROUNDING * abs(mean) else 0.0


def _yearly(basis: Basis, per_bar: float | None, timeframe: Timeframe | None = None) -> float | None:
    """Return a figure per bar (of the exec timeframe) as one per year."""
    if per_bar is None or not basis.says_of_a_year:
        return None
    return per_bar * math.sqrt((timeframe or basis.result.exec_timeframe).bars_per_year)


def _days(basis: Basis) -> Float64:
    """Return the returns of UTC days, as fractions."""
    return period_returns(basis, DAY).return_pct / 100


def _mean(values: Float64) -> float:
    return math.fsum(values.tolist()) / len(values) if len(values) else 0.0
