"""bad-bars: bars that no market can have made; the store keeps them out, this gate does not take its word for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trade.base.bars import Bars
from trade.base.findings import Finding
from trade.gates.case import Preflight
from trade.gates.text import instant

_NAMED = 3


def check(case: Preflight) -> Iterator[Finding]:
    """Look at order, grid, prices and volume of every bar that the run reads."""
    yield from _check_bars(case.history.base, "bars")
    if case.history.mark is not None:
        yield from _check_bars(case.history.mark, "mark bars")


def _check_bars(bars: Bars, name: str) -> Iterator[Finding]:
    ts_ms = bars.ts_open_ms
    faults = {
        "do not ascend, or stand twice": np.concatenate(([False], np.diff(ts_ms) <= 0)) if len(ts_ms) else np.zeros(0, np.bool_),
        "open off the timeframe's grid": ts_ms % bars.timeframe.length_ms != 0,
        "have a price that is not positive": bars.low <= 0,
        "have a high under, or a low over, another price": (bars.high < np.maximum(bars.open, bars.close))
        | (bars.low > np.minimum(bars.open, bars.close)),
        "have a volume that is negative or not a number": ~(bars.volume >= 0),
    }
    for fact, where in faults.items():
        rows = np.flatnonzero(where)
        if len(rows):
            first = ", ".join(instant(int(ts_ms[row])) for row in rows[:_NAMED])
            yield Finding(
                "bad-bars",
                f"{len(rows)} {name} {fact}, first at {first}",
                "delete the series with 'trade data delete' and import it again",
                data={"ts_open_ms": ts_ms[rows].tolist()},
            )
