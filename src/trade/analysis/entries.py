"""What became of the entries that the rules wanted, and which trades the bars could not decide."""

from __future__ import annotations

import numpy as np

from trade.analysis.basis import Basis, pct
from trade.base.records import ExitReason


def entry_attempts(basis: Basis) -> int:
    return basis.result.entry_attempts


def entry_rejections(basis: Basis) -> int:
    return sum(basis.result.rejections.values())


def entry_rejection_rate(basis: Basis) -> float | None:
    return pct(entry_rejections(basis), entry_attempts(basis))


def ambiguous_trades(basis: Basis) -> int:
    return int(np.count_nonzero(basis.result.trades["ambiguous"]))


def ambiguous_share_pct(basis: Basis) -> float | None:
    return pct(ambiguous_trades(basis), len(basis.result.trades))


def liquidations(basis: Basis) -> int:
    return int(np.count_nonzero(basis.result.trades["exit_reason"] == ExitReason.LIQUIDATION))
