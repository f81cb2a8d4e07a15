"""How far and for how long the account was below its peak."""

from __future__ import annotations

import math

from trade.analysis.basis import Basis, over
from trade.analysis.returns import net_quanta


def max_drawdown_abs(basis: Basis) -> float:
    return basis.usdt(basis.result.max_drawdown_quanta)


def max_drawdown_pct(basis: Basis) -> float:
    return 100 * basis.result.max_drawdown_frac


def max_drawdown_duration_bars(basis: Basis) -> int:
    return basis.curve.drawdown_bars


def recovery_factor(basis: Basis) -> float | None:
    return over(net_quanta(basis), basis.result.max_drawdown_quanta)


def ulcer_index(basis: Basis) -> float:
    return 100 * math.sqrt(basis.curve.drawdown_square)
