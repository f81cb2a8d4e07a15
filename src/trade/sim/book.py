"""The account and its one position as a record that compiled code reads, and that only the ledger changes (MONEY-2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

BOOK = np.dtype(
    [
        (name, np.int64)
        for name in (
            "cash_quanta",  # wallet, posted margin included
            "trades",  # rows written
            "fills",
            "side",  # 0: flat; everything below belongs to the open position
            "lots",
            "entry_price_ticks",
            "entry_value_quanta",
            "posted_quanta",  # used margin
            "closing_fee_quanta",  # fee to close at the bankruptcy price
            "mmr_e12",  # maintenance margin = value × mmr + base; both follow from tier, date and posted margin
            "maintenance_base_quanta",
            "tier",
            "opened_ms",
            "opened_bar",
            "stop_ticks",
            "target_ticks",
            "liquidation_ticks",
            "best_ticks",  # farthest price in favour and against, over what was certainly traded while held
            "worst_ticks",
        )
    ]
)


def new_book(cash_quanta: int) -> npt.NDArray[Any]:
    """Return the books of a fresh account, shape [1]."""
    book = np.zeros(1, BOOK)
    book["cash_quanta"] = cash_quanta
    return book
