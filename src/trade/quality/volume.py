"""Volume that does not fit the bars around it, or the bar it stands in."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.base.findings import Severity
from trade.market.names import Kind
from trade.quality.case import Check, Inspected, around, unbroken

VOLUME_NEIGHBOURS = 20.0  # times the larger one of the minute before and after: news is busy for more than a minute
VOLUME_USUAL = 50.0  # times the usual volume around it: a year of real minutes has five of them at most
USUAL_REACH = 30  # bars before and after that say what is usual


def _spike(case: Inspected) -> Int64:
    """Flag single minutes with a volume that is out of proportion to all around them; where most have none, nothing is usual."""
    volume = case.columns["volume"]
    beside = np.zeros(len(volume))
    beside[1:-1] = np.maximum(volume[:-2], volume[2:])
    found = np.flatnonzero((volume > VOLUME_NEIGHBOURS * beside) & unbroken(case, 1, 1))
    usual = np.median(volume[around(case, found, USUAL_REACH)], axis=1)
    flags = np.zeros(len(volume), np.bool_)
    flags[found] = (usual > 0) & (volume[found] > VOLUME_USUAL * usual)
    return case.rows(flags)


def _moved(case: Inspected) -> Int64:
    """Flag bars whose price moved although nothing was traded."""
    return case.rows((case.columns["volume"] == 0) & (case.columns["high"] > case.columns["low"]))


CHECKS = (
    Check("volume-spike", Severity.WARNING, (Kind.BARS,), "bars have a volume out of proportion to those around them", _spike),
    Check("moved-without-volume", Severity.WARNING, (Kind.BARS,), "bars moved although nothing was traded", _moved),
)
