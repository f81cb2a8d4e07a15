"""Histories that preflight looks at, in minutes from `START`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from trade.base.bars import Bars, base_bars
from trade.base.findings import Finding
from trade.base.history import Funding, History, OpenInterest, Window
from trade.base.instrument import Instrument
from trade.base.timeframe import MINUTE_MS
from trade.gates.case import Preflight, Tolerance

START = 1_679_616_000_000  # 2023-03-24 00:00
HOUR = 60
DAY = 24 * HOUR
PAPER = Instrument(
    "paper", "linear", "BTCUSDT", Decimal("0.1"), Decimal("0.001"), Decimal("0.001"), Decimal(100),
    Decimal(5), Decimal("5.5"), Decimal(2), (), "by hand",
)  # fmt: skip


def at(minutes: float) -> int:
    return START + int(minutes * MINUTE_MS)


def minutes(first: int, end: int, *holes: tuple[int, int]) -> list[int]:
    """Minutes of [first, end) but for those in a hole [start, end)."""
    return [m for m in range(first, end) if not any(start <= m < stop for start, stop in holes)]


def bars(where: Iterable[int], **columns: Any) -> Bars:
    """Flat bars of 100 ticks at these minutes; `columns` replaces some."""
    ts = np.array([at(m) for m in where], np.int64)
    price = np.full(len(ts), 100, np.int64)
    return replace(base_bars(ts, price, price, price, price, np.ones(len(ts))), **columns)


def paid(*where: float, rate: float = 0.0001) -> Funding:
    return Funding(np.array([at(m) for m in where], np.int64), np.full(len(where), rate))


def held(*where: float, value: float = 1000.0) -> OpenInterest:
    return OpenInterest(np.array([at(m) for m in where], np.int64), np.full(len(where), value))


def case(
    base: Bars, end: int, start: int = 0, settle: int = 0, first_valid: int = 0, closed: Sequence[tuple[int, int]] = (), **changes: Any
) -> Preflight:
    """A case over the window of minutes [start, end), closed in spans of minutes; `changes` are fields of history, tolerance or case."""
    told: dict[str, Any] = {"mark": None, "funding": None, "open_interest": None, "accepted_gaps": ()}
    told |= {name: changes.pop(name) for name in list(changes) if name in told}
    allowed = {name: changes.pop(name) for name in list(changes) if name in Tolerance.__dataclass_fields__}
    demands = {name: changes.pop(name) for name in list(changes) if name in ("settles", "firsts")}
    rows = (told["mark"], told["funding"])
    return Preflight(
        history=History(PAPER, base, *rows, "", open_interest=told["open_interest"], accepted_gaps=told["accepted_gaps"]),
        window=Window(at(start), at(end)),
        settle_start_ms=at(settle),
        first_valid_start_ms=at(first_valid),
        settle=demands.get("settles", ()),
        first_valid=demands.get("firsts", ()),
        closed=np.array(closed, np.int64).reshape(-1, 2) * MINUTE_MS + START,
        tolerance=Tolerance(**allowed),
        **changes,
    )


def said(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, str(finding.severity)) for finding in findings]
