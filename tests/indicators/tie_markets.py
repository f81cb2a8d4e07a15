"""Markets full of ties: prices on a grid of few ticks, pauses, bars without range, volumes of a few lots, some bars without any."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from trade.base.catalogue import Entry, Params, ParamType
from trade.base.units import PER_TICK
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS, defaults

HOUR_MS = 3_600_000
Market = Mapping[str, list[int]]
Float64 = npt.NDArray[np.float64]


def tie_market(seed: int, bars: int) -> Market:
    """Return columns of whole numbers, prices in price units (RULE-7)."""
    rng = random.Random(seed)
    width, middle = rng.choice([3, 6, 12, 40]), rng.choice([45, 100, 1_000, 600_000])
    rows: list[tuple[int, int, int, int, int]] = []
    close, pause = middle, 0
    while len(rows) < bars:
        open_ = close
        if pause:
            pause -= 1
            rows.append((close, close, close, close, rng.choice([0, 1, 2])))
            continue
        pause = rng.randint(1, 15) if rng.random() < 0.05 else 0
        close = middle + rng.randint(-width, width) if rng.random() < 0.3 else max(2, close + rng.randint(-2, 2))
        high, low = max(open_, close) + rng.choice([0, 0, 1, 2]), max(1, min(open_, close) - rng.choice([0, 0, 1, 2]))
        rows.append((open_, high, low, close, rng.choice([0, 1, 1, 2, 5])))
    prices = {name: [PER_TICK * row[i] for row in rows] for i, name in enumerate(("open", "high", "low", "close"))}
    return {**prices, "volume": [row[4] for row in rows], "ts_open_ms": [HOUR_MS * bar for bar in range(bars)]}


def ours(entry: Entry, params: Params, market: Market, times: int = 1) -> Mapping[str, Float64]:
    """Return our outputs, all prices multiplied by a whole number."""
    prices = {name: np.array(market[name], np.float64) * times for name in ("open", "high", "low", "close")}
    typical = (prices["high"] + prices["low"] + prices["close"]) / 3.0
    source = typical if entry.close_means == "hlc3" else prices["close"]
    columns = {**prices, "source": source, "volume": np.array(market["volume"], np.float64)}
    return formulas.compute(entry, params, columns, np.array(market["ts_open_ms"], np.int64))


def short_params(name: str) -> Iterator[Params]:
    """Return the defaults, and every length set to 2, 3, 5 and 9, those that must rise one above the other."""
    entry = INDICATORS[name]
    yield defaults(entry)
    for length in (2, 3, 5, 9):
        rank = {param: above for above, param in enumerate(entry.rising)}
        lengths = {p.name: length + rank.get(p.name, 0) for p in entry.params if p.type is ParamType.INT}
        if lengths:
            yield {**defaults(entry), **lengths}
