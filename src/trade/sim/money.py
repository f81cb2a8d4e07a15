"""Exact integer money: a product with a rate is rounded once, half to even, to a quantum (MONEY-1).

Rates are whole numbers of 1e-12, as the decimals a user types or an exchange publishes are exact there: half a quantum is a tie,
as it is with a pencil, where the double nearest to 0.00055 would always fall to one side. Amounts are at most `LIMIT_QUANTA`.
"""

from __future__ import annotations

from trade.base.records import RATE_ONE
from trade.kernels import kernel

LIMIT_QUANTA = 4 * 10**18  # notional, equity and every sum of two stay inside int64
_MILLION = 10**6


@kernel
def times_rate(amount: int, rate_e12: int) -> int:
    """Return amount × rate, rounded half to even; amount in quanta of either sign, 0 <= rate_e12 <= 1e12.

    A double comes within 1,400 quanta of the result (three roundings of 2^-53 of at most 4e18). The two products leave int64 and
    wrap, but what they differ by is the true distance, under 2e15: it is exact, and so is the result.
    """
    near = int(amount * (rate_e12 / RATE_ONE))
    distance = amount * rate_e12 - near * RATE_ONE
    whole, rest = near + distance // RATE_ONE, distance % RATE_ONE
    return whole + (1 if 2 * rest + (whole & 1) > RATE_ONE else 0)  # a tie goes up from odd


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
