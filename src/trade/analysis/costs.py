"""What trading cost: fees, funding, slippage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trade.analysis.basis import Basis
from trade.base.records import FillKind


def total_fees(basis: Basis) -> float:
    return basis.usdt(_sum(basis, "fees_quanta"))


def total_funding_paid_usdt(basis: Basis) -> float:
    payments = _funding(basis)
    return basis.usdt(-int(payments[payments < 0].sum()))


def total_funding_received_usdt(basis: Basis) -> float:
    payments = _funding(basis)
    return basis.usdt(int(payments[payments > 0].sum()))


def net_funding_usdt(basis: Basis) -> float:
    return basis.usdt(int(_funding(basis).sum()))


def slippage_usdt(basis: Basis) -> float:
    return basis.usdt(_sum(basis, "slippage_quanta"))


def gross_before_costs_usdt(basis: Basis) -> float:
    return basis.usdt(_sum(basis, "gross_quanta") + _sum(basis, "slippage_quanta"))


def _sum(basis: Basis, column: str) -> int:
    return int(basis.result.trades[column].sum())


def _funding(basis: Basis) -> npt.NDArray[np.int64]:
    """Return the change of cash by each funding payment; positive was received."""
    fills = basis.result.fills
    payments: npt.NDArray[np.int64] = fills["cash_quanta"][fills["kind"] == FillKind.FUNDING]
    return payments
