"""What a caller asks for, and the doors through which a run reaches the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from trade.base.calendar import ClosedSpans
from trade.base.history import History, Spans
from trade.base.instrument import Instrument
from trade.gates.case import Tolerance
from trade.market.calendars.own import own_closed
from trade.market.names import Series
from trade.market.store import StoredSeries
from trade.play.overrides import Override
from trade.run.origin import STORED, Origin

ACCEPTED_GAPS = "accepted_gaps"  # among the options of a run that had some


@dataclass(frozen=True)
class Request:
    """One run: a Play, its window (None: what is stored, less warm-up), where results go, and what preflight lets pass."""

    play: Path
    out: Path
    overrides: tuple[Override, ...] = ()  # scalars of the Play that are said beside its file
    symbol: str | None = None  # run the Play on this symbol instead of its own
    series: str | None = None  # the stored series to read, where the Play's symbol alone may no longer say which
    from_ms: int | None = None
    to_ms: int | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    origin: Origin = STORED  # where the market comes from
    accepted_gaps: Spans | None = None  # what counts as closed market (GAP-1); None: what the store says
    records_decisions: bool = False  # keep what the rules saw beside the run, which is the same run with and without it

    @property
    def options(self) -> Mapping[str, Any]:
        """What else the result depends on, beside Play, data and window; enough to ask for the same again (HASH-2)."""
        return {**self.tolerance.as_json(), **self.origin.as_json()}


class Market(Protocol):
    """The world as a run needs it; `trade.market.store.Store` is one, `trade.synthetic.market.SyntheticMarket` another."""

    def resolve(self, text: str) -> Series: ...

    def instrument(self, series: Series) -> Instrument: ...

    def series(self) -> tuple[StoredSeries, ...]: ...

    def load(self, series: Series, start_ms: int, end_ms: int, *, rehash: bool = False, open_interest: bool = False) -> History: ...


def silent(stage: str) -> None:
    """Tell nobody which stage begins."""
    del stage


@dataclass(frozen=True)
class Doors:
    """The market of an origin that holds a symbol, asked for once a run knows its symbol, and who is told which stage begins.

    `closed_of` says when the calendar of a name is closed; without the door that `cli` opens, exchanges have none.
    """

    market_of: Callable[[Origin, str], Market]
    say: Callable[[str], None] = silent
    closed_of: Callable[[str], ClosedSpans] = own_closed
