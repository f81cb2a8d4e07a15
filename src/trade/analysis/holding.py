"""How trades went while they were held: how long, in what order they won and lost, how far they strayed."""

from __future__ import annotations

import numpy as np

from trade.analysis.basis import Basis, over, pct
from trade.base.arrays import Bool


def avg_trade_duration_bars(basis: Basis) -> float | None:
    return _average_held(basis, np.ones(len(basis.bars_held), np.bool_))


def avg_winning_trade_duration_bars(basis: Basis) -> float | None:
    return _average_held(basis, basis.won)


def avg_losing_trade_duration_bars(basis: Basis) -> float | None:
    return _average_held(basis, basis.lost)


def max_consecutive_wins(basis: Basis) -> int:
    return _longest_run(basis.won)


def max_consecutive_losses(basis: Basis) -> int:
    return _longest_run(basis.lost)


def mae_avg_pct(basis: Basis) -> float | None:
    return _average_excursion(basis, "mae_ticks")


def mfe_avg_pct(basis: Basis) -> float | None:
    return _average_excursion(basis, "mfe_ticks")


def _average_held(basis: Basis, chosen: Bool) -> float | None:
    return over(int(basis.bars_held[chosen].sum()), int(np.count_nonzero(chosen)))


def _longest_run(flags: Bool) -> int:
    stops = np.flatnonzero(~np.concatenate(([False], flags, [False])))
    return int(np.diff(stops).max()) - 1


def _average_excursion(basis: Basis, column: str) -> float | None:
    trades = basis.result.trades
    shares = trades[column] / trades["entry_price_ticks"]
    return pct(float(shares.sum()), len(trades))
