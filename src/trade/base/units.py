"""Prices as whole numbers: what indicators and rules compute with, so that ties in the market are ties in the values (RULE-7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from trade.base.arrays import Float64, Int64

EXACT_BELOW = 2**53  # whole numbers below are doubles
PER_TICK = 12  # so that (high + low)/2, (high + low + close)/3 and (open + high + low + close)/4 are whole


def whole_prices(ticks: Int64) -> Float64:
    """Return prices in price units, whole numbers as doubles (exact up to 2**53)."""
    prices = ticks.astype(np.float64)
    prices *= PER_TICK  # in place: a product of mixed types takes twice as long
    return prices


@dataclass(frozen=True)
class PriceUnit:
    """A twelfth of a tick; `size` is its worth in the quote currency.

    A value of power p is measured in the p-th power of the unit: 1 a price or a difference of prices, 0 a pure number or a volume.
    """

    size: Fraction

    @classmethod
    def of_tick(cls, tick_size: Decimal) -> PriceUnit:
        return cls(Fraction(tick_size) / PER_TICK)

    def plain(self, values: Float64, power: int = 1) -> Float64:
        """Return values in the quote currency: whole numbers are rounded once, by the division."""
        num, den = (self.size**power).as_integer_ratio()
        counts = values if num == 1 else values * np.float64(num)
        return counts if den == 1 else counts / np.float64(den)

    def counted(self, amount: Fraction, power: int) -> float:
        """Return an amount that is written in the quote currency in units; exact where it is a whole number of them."""
        return float(amount / self.size**power)


def written(value: float) -> Fraction:
    """Return the decimal number that a double was written as: 0.1 is a tenth."""
    return Fraction(repr(value))
