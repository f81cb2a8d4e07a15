"""Long and short trades apart."""

from __future__ import annotations

import numpy as np

from trade.analysis.basis import Basis, pct
from trade.base.records import LONG, SHORT


def long_trades(basis: Basis) -> int:
    return _count(basis, LONG)


def short_trades(basis: Basis) -> int:
    return _count(basis, SHORT)


def long_win_rate(basis: Basis) -> float | None:
    return _win_rate(basis, LONG)


def short_win_rate(basis: Basis) -> float | None:
    return _win_rate(basis, SHORT)


def long_pnl(basis: Basis) -> float:
    return _net(basis, LONG)


def short_pnl(basis: Basis) -> float:
    return _net(basis, SHORT)


def _count(basis: Basis, side: int) -> int:
    return int(np.count_nonzero(basis.side == side))


def _win_rate(basis: Basis, side: int) -> float | None:
    won = int(np.count_nonzero(basis.won & (basis.side == side)))
    return pct(won, _count(basis, side))


def _net(basis: Basis, side: int) -> float:
    return basis.usdt(int(basis.net_quanta[basis.side == side].sum()))
