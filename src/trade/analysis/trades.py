"""What the trades made: counts, sums and averages. Net is after fees and funding."""

from __future__ import annotations

import numpy as np

from trade.analysis.basis import Basis, over, pct


def total_trades(basis: Basis) -> int:
    return len(basis.net_quanta)


def win_count(basis: Basis) -> int:
    return int(np.count_nonzero(basis.won))


def loss_count(basis: Basis) -> int:
    return int(np.count_nonzero(basis.lost))


def win_rate(basis: Basis) -> float | None:
    return pct(win_count(basis), total_trades(basis))


def avg_trade_return_pct(basis: Basis) -> float | None:
    shares = basis.net_quanta / basis.result.trades["entry_value_quanta"]
    return pct(float(shares.sum()), total_trades(basis))


def expectancy_usdt(basis: Basis) -> float | None:
    return over(basis.usdt(int(basis.net_quanta.sum())), total_trades(basis))


def gross_profit(basis: Basis) -> float:
    return basis.usdt(_won_quanta(basis))


def gross_loss(basis: Basis) -> float:
    return basis.usdt(_lost_quanta(basis))


def profit_factor(basis: Basis) -> float | None:
    return over(_won_quanta(basis), _lost_quanta(basis))


def profit_factor_mode(basis: Basis) -> str:
    if _lost_quanta(basis) > 0:
        return "finite"
    return "infinite" if _won_quanta(basis) > 0 else "undefined"


def avg_win_usdt(basis: Basis) -> float | None:
    return over(gross_profit(basis), win_count(basis))


def avg_loss_usdt(basis: Basis) -> float | None:
    return over(gross_loss(basis), loss_count(basis))


def payoff_ratio(basis: Basis) -> float | None:
    won, lost = avg_win_usdt(basis), avg_loss_usdt(basis)
    return None if won is None or lost is None else won / lost


def largest_win_usdt(basis: Basis) -> float | None:
    return basis.usdt(int(basis.net_quanta.max())) if basis.won.any() else None


def largest_loss_usdt(basis: Basis) -> float | None:
    return basis.usdt(-int(basis.net_quanta.min())) if basis.lost.any() else None


def _won_quanta(basis: Basis) -> int:
    return int(basis.net_quanta[basis.won].sum())


def _lost_quanta(basis: Basis) -> int:
    return -int(basis.net_quanta[basis.lost].sum())
