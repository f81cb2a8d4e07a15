"""The minutes of every pattern are one market: whole, on the grid, and the same on every timeframe."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.bars import aggregate
from trade.base.hashing import table_hash
from trade.base.timeframe import NAMES, Timeframe
from trade.synthetic.minutes import START_MS, paint, span_e9, sweep_minutes
from trade.synthetic.process import E9, Draws, volatility
from trade.synthetic.registry import PATTERNS

COLUMNS = ("ts_open_ms", "open", "high", "low", "close", "volume")
names = st.sampled_from(sorted(PATTERNS))
seeds = st.integers(0, 2**63 - 1)


def digest(bars):
    return table_hash({name: getattr(bars, name) for name in COLUMNS})


@given(names, seeds, st.integers(1_000, 6_000), st.integers(0, 3_000))
@settings(max_examples=80, deadline=None)
def test_every_minute_is_possible(name, seed, length, past):
    bars = paint(PATTERNS[name], seed, length, past)
    body_top, body_bottom = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    assert len(bars) == past + length
    assert (np.diff(bars.ts_open_ms) == 60_000).all()
    assert bars.ts_open_ms[past] == START_MS
    assert (bars.high >= body_top).all()
    assert (bars.low <= body_bottom).all()
    assert bars.low.min() > 0
    assert bars.volume.min() > 0
    assert np.maximum(bars.high - body_top, body_bottom - bars.low).max(initial=0) > 0
    days = 1 + past // 1440
    sigma = volatility(Draws(seed, days * 1440, length), PATTERNS[name].volatility_pct, length)[-len(bars) :]
    assert (np.maximum(bars.high - body_top, body_bottom - bars.low) <= sigma * bars.close // E9).all()  # a standard deviation
    assert (bars.open[1:] != bars.close[:-1]).sum() == len(PATTERNS[name].gaps)


@pytest.mark.parametrize("name", PATTERNS)
def test_slower_bars_are_the_minutes_seen_from_afar(name):
    """The incumbent draws each timeframe apart; here a slow bar, recomputed minute by minute, is what aggregation gives."""
    base = paint(PATTERNS[name], 42, 12_000, 777)
    for timeframe in (Timeframe(each) for each in NAMES):
        slow = aggregate(base, timeframe)
        opened = timeframe.floor(base.ts_open_ms)
        assert slow.ts_open_ms.tolist() == sorted(set(opened.tolist()))
        assert slow.volume.sum() == pytest.approx(base.volume.sum())
        for row in {0, len(slow) // 3, len(slow) - 1}:
            inside = np.flatnonzero(opened == slow.ts_open_ms[row])
            assert (slow.open[row], slow.close[row]) == (base.open[inside[0]], base.close[inside[-1]])
            assert (slow.high[row], slow.low[row]) == (base.high[inside].max(), base.low[inside].min())
        if not PATTERNS[name].gaps:
            assert np.array_equal(slow.open[1:], slow.close[:-1])


@given(names, seeds, st.integers(0, 5_000), st.integers(0, 5_000))
@settings(max_examples=40, deadline=None)
def test_a_longer_past_changes_no_row(name, seed, one, other):
    short, long = (paint(PATTERNS[name], seed, 1_500, past) for past in sorted((one, other)))
    assert digest(long.between(int(short.ts_open_ms[0]), 1 << 60)) == digest(short)


def test_seeds_and_patterns_differ():
    digests = {digest(paint(PATTERNS[name], seed, 2_000, 0)) for name in PATTERNS for seed in (1, 2)}
    assert len(digests) == 2 * len(PATTERNS)


def test_the_minutes_are_these_bytes():
    bars = [paint(PATTERNS[name], 42, 5_000, 500) for name in sorted(PATTERNS)]
    joined = {name: np.concatenate([getattr(each, name) for each in bars]) for name in COLUMNS}
    assert table_hash(joined) == "bda3f187d44a9f94bb17919c4e000d707f7dae280810c857dd79a9d1cd9c6767"


def test_volume_follows_movement():
    for name in ("ranging", "vol_decay", "trend_up_clean"):
        bars = paint(PATTERNS[name], 3, 20_000, 0)
        assert np.corrcoef(bars.volume, np.abs(bars.close - bars.open))[0, 1] > 0.5, name


def test_an_ordinary_market_moves_two_percent_a_day_with_fat_tails():
    moves = np.diff(np.log(paint(PATTERNS["ranging"], 5, 200_000, 0).close))
    assert moves.std() * np.sqrt(1440) == pytest.approx(0.02, rel=0.1)
    assert 5 < np.mean(moves**4) / np.mean(moves**2) ** 2 < 30
    assert np.corrcoef(np.abs(moves[:-5]), np.abs(moves[5:]))[0, 1] > 0.05


def test_the_span_grows_with_the_root_of_time_up_to_a_quarter():
    assert span_e9(1_440) == pytest.approx(0.02e9, rel=0.001)
    assert span_e9(4 * 43_200) == pytest.approx(2 * span_e9(43_200), rel=0.001)
    assert span_e9(3_000_000) == 250_000_000


def test_a_sweep_fills_a_bar_of_at_most_a_five_hundredth():
    assert [sweep_minutes(length) for length in (1_000, 7_500, 43_200, 525_600)] == [5, 15, 60, 720]


def test_a_hundred_thousand_minutes_are_painted_in_under_three_tenths_of_a_second():
    paint(PATTERNS["ranging"], 1, 1_000, 0)
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        paint(PATTERNS["ranging"], 1, 100_000, 0)
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.3
