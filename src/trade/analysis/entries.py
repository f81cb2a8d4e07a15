"""What became of the entries that the rules wanted, and which trades the bars could not decide."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.analysis.basis import Basis, pct
from trade.base.records import Cap, ExitReason, FillKind, Records


def entry_attempts(basis: Basis) -> int:
    return basis.result.entry_attempts


def entry_rejections(basis: Basis) -> int:
    return sum(basis.result.rejections.values())


def entry_rejection_rate(basis: Basis) -> float | None:
    return pct(entry_rejections(basis), entry_attempts(basis))


def entries_cut(basis: Basis) -> int:
    return sum(cuts(basis.result.fills).values())


def cuts(fills: Records) -> Mapping[Cap, int]:
    """Return how many entries each cap made smaller than asked, caps that cut none left out."""
    caps = fills["cap"][fills["kind"] == FillKind.ENTRY]
    counts = {cap: int(np.count_nonzero(caps == cap)) for cap in Cap if cap is not Cap.NONE}
    return {cap: count for cap, count in counts.items() if count}


def ambiguous_trades(basis: Basis) -> int:
    return int(np.count_nonzero(basis.result.trades["ambiguous"]))


def ambiguous_share_pct(basis: Basis) -> float | None:
    return pct(ambiguous_trades(basis), len(basis.result.trades))


def liquidations(basis: Basis) -> int:
    return int(np.count_nonzero(basis.result.trades["exit_reason"] == ExitReason.LIQUIDATION))
