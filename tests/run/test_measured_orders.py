"""A Play whose orders are measured: every entry, stop and target stands where the columns at its decision say."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
import pytest
from runs import execution

from trade.base.records import ExitReason, FillKind, PriceFrom, Rejection
from trade.dsl.columns import Clock, ColumnRef
from trade.features.compute import compute_features
from trade.feeds.build import build_feed
from trade.feeds.store import MultiTFFeedStore
from trade.run.execute import FinishedRun

PLAY = "measured_orders"


@pytest.fixture(scope="module")
def run(market: Path) -> FinishedRun:
    return execution(PLAY, market)


@pytest.fixture(scope="module")
def feed(run: FinishedRun) -> MultiTFFeedStore:
    ready = run.ready
    features = compute_features(ready.plan, ready.history.base, ready.history.instrument.grid, ready.window)
    return build_feed(ready.history, features, ready.accepted.play.exec_timeframe, ready.window)


def known(feed: MultiTFFeedStore, name: str, output: str, ts_ms: int) -> Fraction:
    """Return what a feature said at an exec close, in ticks: prices are counted in twelfths of one."""
    ref = ColumnRef(name, output, feed.exec_timeframe)
    [instant] = np.flatnonzero(feed.instants(Clock.EXEC) == ts_ms)
    return Fraction(float(feed.column(ref)[feed.rows(ref, Clock.EXEC)[instant]])) / 12


def test_it_trades_both_ways_and_leaves_in_every_way(run: FinishedRun) -> None:
    trades = run.result.trades
    assert {1, -1} == set(trades["side"].tolist())
    reasons = {ExitReason(code) for code in trades["exit_reason"].tolist()}
    assert reasons >= {ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT, ExitReason.TRAILING_STOP, ExitReason.BREAK_EVEN, ExitReason.SIGNAL}
    assert run.result.rejections[Rejection.EXPIRED] > 0


def test_an_entry_rests_its_part_of_the_atr_away_from_the_close_of_its_decision(run: FinishedRun, feed: MultiTFFeedStore) -> None:
    closes = dict(zip(feed.base.ts_close_ms.tolist(), feed.base.bars.close.tolist(), strict=True))
    entries = run.result.fills[run.result.fills["kind"] == int(FillKind.ENTRY)]
    assert len(entries) > 20
    for fill in entries:
        away = ceil(Fraction("0.3") * known(feed, "atr_14", "value", int(fill["decision_ts_ms"])))
        limit = closes[int(fill["decision_ts_ms"])] - int(fill["side"]) * away
        if fill["price_from"] == int(PriceFrom.LIMIT_PRICE):
            assert fill["price_ticks"] == limit
        else:  # marketable at its first open
            assert int(fill["side"]) * (limit - int(fill["price_ticks"])) >= 0


def test_stops_stand_at_the_last_swing_and_targets_by_the_atr_of_the_decision(run: FinishedRun, feed: MultiTFFeedStore) -> None:
    for trade in run.result.trades:
        side, ts_ms = int(trade["side"]), int(trade["decision_ts_ms"])
        swing = known(feed, "swing", "low_level" if side > 0 else "high_level", ts_ms)
        assert swing.denominator == 1
        stop = swing - side * swing * Fraction("0.0005")
        assert trade["stop_price_ticks"] == (ceil(stop) if side > 0 else floor(stop))
        assert trade["target_price_ticks"] == trade["entry_price_ticks"] + side * ceil(6 * known(feed, "atr_14", "value", ts_ms))


def test_an_entry_lives_as_many_exec_bars_as_it_is_told(run: FinishedRun) -> None:
    trades = run.result.trades
    lived = trades["entry_ts_ms"] - trades["decision_ts_ms"]
    assert lived.max() > 4 * 15 * 60_000
    assert lived.max() < 8 * 15 * 60_000
