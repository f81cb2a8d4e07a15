"""Exact integer money: every product and quotient is rounded once, to a quantum (MONEY-1). Amounts are at most `LIMIT_QUANTA`."""

from __future__ import annotations

from trade.base import rates
from trade.kernels import kernel

LIMIT_QUANTA = 4 * 10**18  # notional, equity and every sum of two stay inside int64
_MILLION = 10**6


times_rate = kernel(rates.times_rate)


@kernel
def times_ratio(amount: int, numerator: int, divisor: int) -> int:
    """Return amount × numerator / divisor, rounded once, half to even; amount >= 0, numerator <= 1e12 <= 2 × divisor <= 4e12."""
    whole, left = amount // divisor * numerator, amount % divisor
    upper = left * (numerator // _MILLION)
    lower = upper % divisor * _MILLION + left * (numerator % _MILLION)
    whole += upper // divisor * _MILLION + lower // divisor
    twice = 2 * (lower % divisor)
    if twice > divisor or (twice == divisor and whole % 2 == 1):
        whole += 1
    return whole


@kernel
def divide_half_even(amount: int, divisor: int) -> int:
    """Return amount / divisor, rounded half to even; amount >= 0, divisor > 0."""
    whole, rest = amount // divisor, amount % divisor
    twice = 2 * rest
    if twice > divisor or (twice == divisor and whole % 2 == 1):
        whole += 1
    return whole


@kernel
def over_leverage(value: int, leverage_e2: int) -> int:
    """Return value / leverage, rounded half to even; leverage in hundredths (3x = 300)."""
    whole, rest = value // leverage_e2, value % leverage_e2
    return whole * 100 + divide_half_even(rest * 100, leverage_e2)


@kernel
def times_leverage(margin: int, leverage_e2: int) -> int:
    """Return margin × leverage, rounded down."""
    return margin // 100 * leverage_e2 + margin % 100 * leverage_e2 // 100
