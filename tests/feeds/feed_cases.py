"""Feeds over a handful of gappy bars, and the slow, obvious answer to "what is known at t"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from trade.base.bars import Bars, aggregate, base_bars
from trade.base.history import Funding, History, OpenInterest, Window
from trade.base.instrument import Instrument
from trade.base.timeframe import BASE, MINUTE_MS, Timeframe
from trade.features.compute import FeatureSet, OutputColumn
from trade.feeds.build import build_feed
from trade.feeds.store import MultiTFFeedStore

START = 1_709_164_800_000  # Thursday 2024-02-29: a week and a month end within days
PAPER = Instrument(
    "paper",
    "linear",
    "BTCUSDT",
    Decimal("0.1"),
    Decimal("0.001"),
    Decimal("0.001"),
    Decimal(100),
    Decimal(5),
    Decimal("5.5"),
    Decimal(2),
    (),
    "by hand",
)


def at(minutes: int) -> int:
    return START + minutes * MINUTE_MS


def bars(minutes: Iterable[int], first_price: int = 100, step: int = 1, timeframe: Timeframe = BASE) -> Bars:
    """One bar per listed step after `START`; open, high, low, close of bar i are p, p + 3, p - 2, p + 1 with p = first + i × step."""
    ts = np.array([START + m * timeframe.length_ms for m in minutes], np.int64)
    prices = first_price + step * np.arange(len(ts), dtype=np.int64)
    return base_bars(ts, prices, prices + 3, prices - 2, prices + 1, np.ones(len(ts)), timeframe)


def funding(*rows: tuple[int, float]) -> Funding:
    return Funding(np.array([at(minute) for minute, _ in rows], np.int64), np.array([rate for _, rate in rows], np.float64))


def open_interest(*rows: tuple[int, float]) -> OpenInterest:
    return OpenInterest(np.array([at(minute) for minute, _ in rows], np.int64), np.array([held for _, held in rows], np.float64))


def feed(
    base: Bars,
    exec_timeframe: str = "5m",
    others: Sequence[str] = (),
    window: tuple[int, int] = (0, 10_000),
    mark: Bars | None = None,
    paid: Funding | None = None,
    held: OpenInterest | None = None,
    ready_ms: int | None = 0,
) -> MultiTFFeedStore:
    """A feed whose one feature per timeframe is `row_<timeframe>`, the number of the bar."""
    by_timeframe = {Timeframe(name): aggregate(base, Timeframe(name)) for name in others}
    columns = {
        (f"row_{timeframe}", "value"): OutputColumn(timeframe, np.arange(float(len(each))), 0, 0)
        for timeframe, each in by_timeframe.items()
    }
    features = FeatureSet(by_timeframe, columns, frozenset(name for name, _ in columns), ready_ms)
    history = History(PAPER, base, mark, paid, "", open_interest=held)
    return build_feed(history, features, Timeframe(exec_timeframe), Window(at(window[0]), at(window[1])))


def last_known(known_from_ms: Sequence[int], instants_ms: npt.NDArray[np.int64]) -> list[int]:
    """TIME-3, said slowly: the last row with `known from <= t`, -1 if there is none."""
    return [max((row for row, known in enumerate(known_from_ms) if known <= t), default=-1) for t in instants_ms.tolist()]
