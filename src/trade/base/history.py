"""What the market hands to a run: the instrument, its base bars, mark bars and funding, and the digest of exactly those rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trade.base.arrays import Float64, Int64
from trade.base.bars import Bars
from trade.base.findings import Finding
from trade.base.hashing import json_hash, table_hash
from trade.base.instrument import Instrument

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Window:
    """The traded span [from_ms, to_ms), UTC milliseconds (TIME-9)."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Funding:
    """Funding payments, ascending: instants floored to the minute (FUND-1), and rates as fractions (positive: longs pay)."""

    ts_ms: Int64
    rate: Float64

    def __len__(self) -> int:
        return len(self.ts_ms)


@dataclass(frozen=True)
class OpenInterest:
    """Open interest, ascending: what is held, as its venue counts it (base units or contracts), known from its instant on."""

    ts_ms: Int64
    held: Float64

    def __len__(self) -> int:
        return len(self.ts_ms)


@dataclass(frozen=True)
class History:
    """Everything a run reads of the stored world. `digest` covers exactly these rows (HASH-2).

    Open interest is there only if it was asked for: few rules read it.
    `accepted_gaps` are the spans [start_ms, end_ms) without base bars that count as closed market (GAP-1), ascending.
    """

    instrument: Instrument
    base: Bars
    mark: Bars | None
    funding: Funding | None
    digest: str
    findings: tuple[Finding, ...] = ()
    open_interest: OpenInterest | None = None
    accepted_gaps: Spans = ()


def on_calendar(history: History, closed: Int64) -> History:
    """Return the history with the closed spans it is read by in its digest; without any it stays what it was (HASH-2).

    Calendars of exchanges come from a library that may correct them later: what a run was told belongs to what it read.
    """
    if len(closed) == 0:
        return history
    spans = {"start_ms": closed[:, 0], "end_ms": closed[:, 1]}
    return replace(history, digest=json_hash({"history": history.digest, "closed": table_hash(spans)}))
