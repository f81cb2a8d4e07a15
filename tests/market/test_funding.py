"""Absent funding is a warning that names the span (FUND-1)."""

from __future__ import annotations

import numpy as np

from trade.base.history import Funding, Window
from trade.market.funding import funding_findings

HOUR_MS = 3_600_000
WINDOW = Window(0, 96 * HOUR_MS)


def funding(*hours):
    return Funding(np.array(hours, np.int64) * HOUR_MS, np.full(len(hours), 0.0001))


def test_complete_funding_says_nothing():
    assert funding_findings(funding(*range(0, 96, 8)), WINDOW) == ()


def test_a_run_without_funding_is_told():
    assert [f.code for f in funding_findings(None, WINDOW)] == ["funding-absent"]
    assert [f.code for f in funding_findings(funding(), WINDOW)] == ["funding-absent"]


def test_a_hole_and_an_early_end_are_named():
    found = funding_findings(funding(0, 8, 16, 40, 48, 56), WINDOW)
    assert [(f.data["start_ms"] // HOUR_MS, f.data["end_ms"] // HOUR_MS) for f in found] == [(16, 40), (56, 96)]
    assert "1970-01-01 16:00" in found[0].fact


def test_a_late_start_is_named():
    [finding] = funding_findings(funding(*range(24, 96, 8)), WINDOW)
    assert (finding.data["start_ms"], finding.data["end_ms"]) == (0, 24 * HOUR_MS)


def test_a_faster_interval_is_no_hole():
    assert funding_findings(funding(*range(0, 48, 8), *range(48, 96, 4)), WINDOW) == ()
