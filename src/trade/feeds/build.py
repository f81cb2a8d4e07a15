"""From history and computed features to the feeds of a run."""

from __future__ import annotations

from trade.base.bars import aggregate
from trade.base.history import History, Window
from trade.base.timeframe import Timeframe
from trade.features.compute import FeatureSet
from trade.feeds.store import FeedStore, MultiTFFeedStore


def build_feed(history: History, features: FeatureSet, exec_timeframe: Timeframe, window: Window) -> MultiTFFeedStore:
    """Return the feeds of every timeframe that the features, the exec bars and the base loop stand on."""
    bars = {history.base.timeframe: history.base, **features.bars}
    if exec_timeframe not in bars:
        bars[exec_timeframe] = aggregate(history.base, exec_timeframe)
    return MultiTFFeedStore(
        instrument=history.instrument,
        window=window,
        exec_timeframe=exec_timeframe,
        feeds={timeframe: FeedStore(each, each.ts_close_ms) for timeframe, each in bars.items()},
        columns=features.columns,
        mark=history.mark,
        funding=history.funding,
        open_interest=history.open_interest,
        ready_ms=window.to_ms if features.ready_ms is None else features.ready_ms,
    )
