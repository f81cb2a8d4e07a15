"""Values that no market can have made."""

from __future__ import annotations

from functools import partial

from trade.base.arrays import Int64
from trade.base.findings import Severity
from trade.market.columns import PRICES
from trade.market.names import Kind
from trade.market.rows import too_high
from trade.market.sanity import FACTS, impossible, no_holding, no_rate
from trade.quality.case import Check, Inspected

_BARS = (Kind.BARS, Kind.MARK)


def _impossible(code: str, case: Inspected) -> Int64:
    open_, high, low, close = (case.columns[name] for name in PRICES)
    return case.rows(impossible(open_, high, low, close, case.columns.get("volume"))[code])


def _implausible(case: Inspected) -> Int64:
    return case.rows(too_high(case.columns))


def _no_rate(case: Inspected) -> Int64:
    return case.rows(no_rate(case.columns["rate"]))


def _no_holding(case: Inspected) -> Int64:
    return case.rows(no_holding(case.columns["open_interest"]))


_HELD = "the open interest is negative, infinite or no number"
CHECKS = (
    *(
        Check(code, Severity.ERROR, (Kind.BARS,) if code == "volume-negative" else _BARS, fact, partial(_impossible, code))
        for code, fact in FACTS.items()
    ),
    Check("price-implausible", Severity.ERROR, _BARS, "a price is above 1e12", _implausible),
    Check("rate-implausible", Severity.ERROR, (Kind.FUNDING,), "the funding rate is no number within -1 and 1", _no_rate),
    Check("open-interest-negative", Severity.ERROR, (Kind.OI,), _HELD, _no_holding),
)
