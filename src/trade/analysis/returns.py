"""What the account earned, and what holding the instrument would have earned."""

from __future__ import annotations

import math

from trade.analysis.basis import Basis, pct


def initial_equity(basis: Basis) -> float:
    return basis.usdt(basis.result.initial_equity_quanta)


def final_equity(basis: Basis) -> float:
    return basis.usdt(basis.result.final_equity_quanta)


def net_profit(basis: Basis) -> float:
    return basis.usdt(net_quanta(basis))


def net_return_pct(basis: Basis) -> float | None:
    return pct(net_quanta(basis), basis.result.initial_equity_quanta)


def benchmark_return_pct(basis: Basis) -> float | None:
    first, last = basis.result.first_close_ticks, basis.result.last_close_ticks
    return pct(last - first, first)


def alpha_pct(basis: Basis) -> float | None:
    own, held = net_return_pct(basis), benchmark_return_pct(basis)
    return None if own is None or held is None else own - held


def cagr_pct(basis: Basis) -> float | None:
    grown = yearly_growth(basis)
    return None if grown is None else 100 * grown


def net_quanta(basis: Basis) -> int:
    """Return final minus initial equity, exactly."""
    return basis.result.final_equity_quanta - basis.result.initial_equity_quanta


def yearly_growth(basis: Basis) -> float | None:
    """Return the compound growth per year as a fraction; −1 when nothing is left.

    None in a window under 30 days, and beyond what a double holds.
    """
    first, last, bars = basis.result.initial_equity_quanta, basis.result.final_equity_quanta, basis.curve.exec_bars
    if first <= 0 or bars == 0 or not basis.says_of_a_year:
        return None
    if last <= 0:
        return -1.0
    try:
        return math.expm1(math.log(last / first) * basis.result.exec_timeframe.bars_per_year / bars)
    except OverflowError:  # a month of wonders, annualised
        return None
