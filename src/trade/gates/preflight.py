"""Preflight: does the stored history really cover what the run reads (exit 3 when not)."""

from __future__ import annotations

from trade.base.errors import DataMissing
from trade.gates import coverage, delisting, funding, gaps, open_interest, outside, sanity, warmup
from trade.gates.case import Preflight
from trade.gates.gate import Gate

PREFLIGHT: Gate[Preflight] = Gate(
    "preflight",
    DataMissing,
    (coverage.check, delisting.check, gaps.check, outside.check, sanity.check, warmup.check, funding.check, open_interest.check),
)
