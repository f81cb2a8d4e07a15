"""How much of the time and of the equity was at stake, and how near the account came to liquidation."""

from __future__ import annotations

from trade.analysis.basis import Basis, pct


def total_bars(basis: Basis) -> int:
    return basis.curve.exec_bars


def bars_in_position(basis: Basis) -> int:
    return basis.result.bars_in_position


def base_bars(basis: Basis) -> int:
    return basis.result.base_bars


def time_in_market_pct(basis: Basis) -> float | None:
    return pct(basis.result.bars_in_position, basis.result.base_bars)


def avg_leverage_used(basis: Basis) -> float | None:
    return basis.curve.mean_leverage


def max_gross_exposure_pct(basis: Basis) -> float | None:
    return _percent(basis.curve.max_leverage)


def min_margin_ratio(basis: Basis) -> float | None:
    return basis.curve.min_margin_ratio


def margin_calls(basis: Basis) -> int:
    return basis.curve.margin_calls


def closest_liquidation_pct(basis: Basis) -> float | None:
    return _percent(basis.curve.closest_liquidation)


def lowest_equity_usdt(basis: Basis) -> float:
    return basis.usdt(basis.curve.lowest_equity_quanta)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
