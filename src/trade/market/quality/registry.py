"""Every check of the stored rows, in the order in which they are told."""

from __future__ import annotations

from trade.market.quality import against_mark, missing, order, possible, spikes, stuck, volume
from trade.market.quality.case import Check

CHECKS: tuple[Check, ...] = (
    *order.CHECKS,
    *possible.CHECKS,
    *missing.CHECKS,
    *stuck.CHECKS,
    *spikes.CHECKS,
    *against_mark.CHECKS,
    *volume.CHECKS,
)
