"""Return against risk, and the shape of the returns per exec bar. The risk-free rate is 0."""

from __future__ import annotations

import math

from trade.analysis.basis import Basis, over
from trade.analysis.returns import yearly_growth

_ROUNDING = 1e-12  # a spread this small beside the mean is rounding, not risk


def sharpe(basis: Basis) -> float | None:
    return _yearly(basis, over(basis.curve.mean, _spread(basis)))


def sortino(basis: Basis) -> float | None:
    return _yearly(basis, over(basis.curve.mean, math.sqrt(basis.curve.downside_square)))


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
    deviation = math.sqrt(basis.curve.variance)
    return deviation if deviation > _ROUNDING * abs(basis.curve.mean) else 0.0


def _yearly(basis: Basis, per_bar: float | None) -> float | None:
    return None if per_bar is None else per_bar * math.sqrt(basis.result.exec_timeframe.bars_per_year)
