"""Rows that are expected and not there."""

from __future__ import annotations

import numpy as np

from trade.base.arrays import Int64
from trade.base.findings import Severity
from trade.base.history import Spans
from trade.market.funding_holes import find_funding_holes
from trade.market.gaps import find_gaps
from trade.market.names import Kind
from trade.market.spans import as_array, union, within, without
from trade.quality.case import Check, Inspected


def _missing(case: Inspected) -> Int64:
    return as_array(without(_holes(case), case.accepted))


def _accepted(case: Inspected) -> Int64:
    return as_array(within(_holes(case), case.accepted))


def _holes(case: Inspected) -> Spans:
    clock = np.unique(case.clock[case.core])
    holes = [(gap.start_ms, gap.end_ms) for gap in find_gaps(clock, case.since_ms, case.until_ms, case.grid, case.closed)]
    return without(holes, union(case.unread))


def _unpaid(case: Inspected) -> Int64:
    holes = find_funding_holes(np.unique(case.clock), case.since_ms, case.until_ms)
    return as_array(without([(hole.start_ms, hole.end_ms) for hole in holes], union(case.unread)))


CHECKS = (
    Check("missing-bars", Severity.WARNING, (Kind.BARS, Kind.MARK), "gaps have no bar", _missing),
    Check("accepted-gaps", Severity.NOTE, (Kind.BARS,), "gaps are accepted as closed market", _accepted),
    Check("open-interest-hole", Severity.WARNING, (Kind.OI,), "gaps have no record", _missing),
    Check("funding-hole", Severity.WARNING, (Kind.FUNDING,), "spans of over 1.5 usual intervals have no payment", _unpaid),
)
