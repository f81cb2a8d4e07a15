"""The rules of the instrument at their dates: an order obeys those in force at the instant it acts (FILL-10)."""

from __future__ import annotations

from trade.base.rows import RowsOf
from trade.kernels import kernel
from trade.sim.spec import Spec


@kernel
def row_in_force(rules: RowsOf[Spec], ts_ms: int) -> int:
    """Return the row of the newest rules that are not younger than an instant, else 0; they are ascending."""
    row = len(rules) - 1
    while row > 0 and rules[row].from_ms > ts_ms:
        row -= 1
    return row
