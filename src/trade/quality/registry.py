"""Every check of the stored rows, in the order in which they are told."""

from __future__ import annotations

from trade.quality import against_mark, missing, possible, sorting, spikes, stuck, volume
from trade.quality.case import Check

CHECKS: tuple[Check, ...] = (
    *sorting.CHECKS,
    *possible.CHECKS,
    *missing.CHECKS,
    *stuck.CHECKS,
    *spikes.CHECKS,
    *against_mark.CHECKS,
    *volume.CHECKS,
)
