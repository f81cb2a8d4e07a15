"""What the market hands to a run: the instrument, its base bars, mark bars and funding, and the digest of exactly those rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trade.base.bars import Bars
from trade.base.findings import Finding
from trade.base.instrument import Instrument

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


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
    """

    instrument: Instrument
    base: Bars
    mark: Bars | None
    funding: Funding | None
    digest: str
    findings: tuple[Finding, ...] = ()
    open_interest: OpenInterest | None = None
