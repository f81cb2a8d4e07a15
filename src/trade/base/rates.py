"""A product with a rate, rounded once, half to even, to a quantum (MONEY-1): of one amount, or of each row of a column.

Rates are whole numbers of 1e-12, as the decimals a user types or an exchange publishes are exact there: half a quantum is a tie,
as it is with a pencil, where the double nearest to 0.00055 would always fall to one side. The one formula serves columns as it
stands, and single amounts compiled, as a kernel of `trade.sim.money`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from trade.base.arrays import Int64
from trade.base.records import RATE_ONE

Amount = TypeVar("Amount", int, Int64)


def times_rate(amount: Amount, rate_e12: Amount) -> Amount:
    """Return amount × rate, rounded half to even; amount in quanta of either sign, at most 4e18, 0 <= rate_e12 <= 1e12.

    A double comes within 1,400 quanta of the result (three roundings of 2^-53 of at most 4e18). The two products leave int64 and
    wrap, but what they differ by is the true distance, under 2e15: it is exact, and so is the result.
    """
    near: Any = np.int64(amount * (rate_e12 / RATE_ONE))  # of a column it makes a column
    distance = amount * rate_e12 - near * RATE_ONE
    whole, rest = near + distance // RATE_ONE, distance % RATE_ONE
    rounded: Amount = whole + (2 * rest + (whole & 1) > RATE_ONE)  # a tie goes up from odd
    return rounded
