"""The account as a record: its money only the ledger changes (MONEY-2), and `sim.orders` counts there which orders work."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from trade.base.records import Records
from trade.base.rows import dtype_of


class AccountRow(Protocol):
    """One account: its money, how many rows it has written, and how many orders work."""

    cash_quanta: int  # wallet, posted margin included
    trades: int
    fills: int
    orders: int  # that work


ACCOUNT = dtype_of(AccountRow)


def new_account(cash_quanta: int) -> Records:
    """Return a fresh account, shape [1] of `ACCOUNT`."""
    account = np.zeros(1, ACCOUNT)
    account["cash_quanta"] = cash_quanta
    return account
