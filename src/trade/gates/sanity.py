"""bad-bars, bad-funding, bad-open-interest: rows that no market can have made; the store keeps them out, this gate looks again."""

from __future__ import annotations

from collections.abc import Iterator

from trade.base.arrays import Int64
from trade.base.bars import Bars
from trade.base.findings import Finding
from trade.base.history import Funding, OpenInterest
from trade.gates.case import Preflight
from trade.market.instants import iso
from trade.market.sanity import FACTS, impossible, no_holding, no_rate, unordered

_NAMED = 3
_KEPT = 10
_HINT = "delete their span with 'trade data delete --from --to' and import it again"


def check(case: Preflight) -> Iterator[Finding]:
    """Look at order, grid, prices and volume of every bar, at every funding rate and open interest, that the run reads."""
    history = case.history
    yield from _check_bars(history.base, "bars")
    if history.mark is not None:
        yield from _check_bars(history.mark, "mark bars")
    if history.funding is not None:
        yield from _check_funding(history.funding)
    if history.open_interest is not None:
        yield from _check_open_interest(history.open_interest)


def _check_bars(bars: Bars, name: str) -> Iterator[Finding]:
    opens = bars.ts_open_ms
    yield from _say("bad-bars", f"{name} do not ascend, or stand twice", opens[unordered(opens)])
    yield from _say("bad-bars", f"{name} open off the grid of {bars.timeframe}", opens[bars.timeframe.floor(opens) != opens])
    for code, bad in impossible(bars.open, bars.high, bars.low, bars.close, bars.volume).items():
        yield from _say("bad-bars", f"{name}: {FACTS[code]}", opens[bad])


def _check_funding(funding: Funding) -> Iterator[Finding]:
    yield from _say("bad-funding", "funding payments do not ascend, or stand twice", funding.ts_ms[unordered(funding.ts_ms)])
    yield from _say("bad-funding", "funding rates are no number within -1 and 1", funding.ts_ms[no_rate(funding.rate)])


def _check_open_interest(stored: OpenInterest) -> Iterator[Finding]:
    clock = stored.ts_ms
    yield from _say("bad-open-interest", "records of open interest do not ascend, or stand twice", clock[unordered(clock)])
    yield from _say("bad-open-interest", "records of open interest are negative, infinite or no number", clock[no_holding(stored.held)])


def _say(code: str, fact: str, where_ms: Int64) -> Iterator[Finding]:
    if len(where_ms):
        first = ", ".join(iso(ts_ms) for ts_ms in where_ms[:_NAMED].tolist())
        data = {"count": len(where_ms), "first_ms": where_ms[:_KEPT].tolist()}
        yield Finding(code, f"{len(where_ms)} {fact}, first at {first}", _HINT, data=data)
