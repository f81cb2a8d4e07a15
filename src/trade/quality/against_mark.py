"""Traded prices that leave the mark price: it follows an index of several venues, so both being wrong alike is rare."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.base.findings import Severity
from trade.market.names import Kind
from trade.quality.case import Check, Inspected, around

APART_FRAC = 0.02  # a perpetual of a liquid coin keeps within half a percent of its mark even when it falls
APART_USUAL = 20.0  # times the usual distance from the usual basis around it
USUAL_REACH = 30  # bars before and after that say what is usual


def _apart(case: Inspected) -> Int64:
    """Flag bars whose high, low or close is far from that of the mark bar, the usual basis taken off."""
    flags = np.zeros(len(case.clock), np.bool_)
    if case.mark is None:
        return case.rows(flags)
    for name in ("high", "low", "close"):
        with np.errstate(divide="ignore", invalid="ignore"):
            basis = case.columns[name] / case.mark[name] - 1
        found = np.flatnonzero(np.abs(basis) > APART_FRAC / 2)  # the basis that is taken off is half of it at most, or usual
        near = basis[around(case, found, USUAL_REACH)]
        with np.errstate(invalid="ignore"):
            usual = np.nanmedian(near, axis=1)
            spread = np.nanmedian(np.abs(near - usual[:, None]), axis=1)
        flags[found] |= np.abs(basis[found] - usual) > np.maximum(APART_FRAC, APART_USUAL * spread)
    return case.rows(flags)


CHECKS = (Check("apart-from-mark", Severity.WARNING, (Kind.BARS,), "bars are far from the mark price", _apart),)
