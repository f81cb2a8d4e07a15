"""The rules of the instrument at their dates: an order obeys those in force at the instant it acts (FILL-10)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trade.kernels import kernel
from trade.sim.spec import Spec

RuleRows = npt.NDArray[np.int64]

# columns of the array, one row per set of rules, ascending; those after the instant are the first fields of the Spec
RULES_FROM_MS, RULES_PRICE_STEP, RULES_QUANTITY_STEP, RULES_MIN_LOTS, RULES_MAX_LOTS, RULES_MIN_NOTIONAL = range(6)


@kernel
def row_in_force(rules: RuleRows, ts_ms: int) -> int:
    """Return the row of the newest rules that are not younger than an instant, else 0."""
    row = len(rules) - 1
    while row > 0 and rules[row, RULES_FROM_MS] > ts_ms:
        row -= 1
    return row


@kernel
def in_force(spec: Spec, rules: RuleRows, ts_ms: int) -> Spec:
    """Return the constants of the run with the rules of an instant; where rules never change, just them."""
    if len(rules) == 1:
        return spec
    row = row_in_force(rules, ts_ms)
    return Spec(
        rules[row, RULES_PRICE_STEP],
        rules[row, RULES_QUANTITY_STEP],
        rules[row, RULES_MIN_LOTS],
        rules[row, RULES_MAX_LOTS],
        rules[row, RULES_MIN_NOTIONAL],
        *spec[5:],
    )
