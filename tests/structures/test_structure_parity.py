"""The compiled detectors equal the slow ones exactly, and never look ahead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_detectors import Bar, SlowRollingWindow, SlowSwing, SlowTrend, run

from trade.structures.detect import detect
from trade.structures.registry import STRUCTURES

FEW = settings(max_examples=150, deadline=None)
SWING, TREND, ROLLING = STRUCTURES["swing"], STRUCTURES["trend"], STRUCTURES["rolling_window"]
DEFAULTS = {p.name: p.default for p in SWING.params}

# Few distinct prices, so that ties, equal highs and outside bars are common; the ATR is at times missing or zero.
prices = st.integers(90, 110).map(float)
bar_lists = st.lists(st.tuples(prices, prices).map(lambda p: Bar(max(p), min(p))), min_size=1, max_size=80)
atrs = st.lists(st.sampled_from([float("nan"), 0.0, 1.0, 1.5, 3.0]), min_size=80, max_size=80)
limits = st.none() | st.sampled_from([0.5, 1.0, 2.0, 5.0])
fractals = st.fixed_dictionaries(
    {
        "left": st.integers(1, 3),
        "right": st.integers(1, 3),
        "min_atr_move": limits,
        "min_pct_move": limits,
        "strict_alternation": st.booleans(),
    }
)
zigzags = st.fixed_dictionaries(
    {
        "mode": st.just("atr_zigzag"),
        "atr_multiplier": st.sampled_from([0.5, 1.0, 2.0]),
        "min_pct_move": limits,
        "strict_alternation": st.booleans(),
    }
)


def swing_columns(bars: list[Bar]) -> dict[str, np.ndarray]:
    columns = {"high": np.array([b.high for b in bars]), "low": np.array([b.low for b in bars])}
    if bars and bars[0].atr is not None:
        columns["atr_key"] = np.array([b.atr for b in bars], np.float64)
    return columns


def swing(bars: list[Bar], params: dict[str, Any]) -> dict[str, np.ndarray]:
    return detect(SWING, {**DEFAULTS, **params}, swing_columns(bars), {})


def trend(swing_outputs: dict[str, np.ndarray], size: int) -> dict[str, np.ndarray]:
    return detect(TREND, {"wave_history_size": size}, {}, {"swing": swing_outputs})


def assert_same(fast: dict[str, np.ndarray], slow: list[dict[str, float]]) -> None:
    assert list(fast) == list(slow[0])
    for name, column in fast.items():
        np.testing.assert_array_equal(column, [row[name] for row in slow], err_msg=name)


@FEW
@given(bar_lists, fractals)
def test_a_fractal_swing_without_atr_equals_the_slow_one(bars: list[Bar], params: dict[str, Any]) -> None:
    params = {**params, "min_atr_move": None}
    assert_same(swing(bars, params), run(SlowSwing(**params), bars))


@FEW
@given(bar_lists, atrs, fractals | zigzags)
def test_a_swing_with_an_atr_equals_the_slow_one(bars: list[Bar], atr: list[float], params: dict[str, Any]) -> None:
    bars = [Bar(b.high, b.low, a) for b, a in zip(bars, atr, strict=False)]
    assert_same(swing(bars, params), run(SlowSwing(**params), bars))


@FEW
@given(bar_lists, fractals, st.integers(2, 6))
def test_a_trend_equals_the_slow_one(bars: list[Bar], params: dict[str, Any], size: int) -> None:
    params = {**params, "min_atr_move": None}
    pivots = run(SlowSwing(**params), bars)
    assert_same(trend(swing(bars, params), size), run(SlowTrend(size), pivots))


@FEW
@given(st.lists(prices, min_size=1, max_size=60), st.integers(1, 10), st.sampled_from(["min", "max"]))
def test_a_rolling_window_equals_the_slow_one(values: list[float], size: int, mode: str) -> None:
    fast = detect(ROLLING, {"size": size, "source": "close", "mode": mode}, {"source": np.array(values)}, {})
    assert_same(fast, run(SlowRollingWindow(size, mode), values))


@FEW
@given(bar_lists, atrs, fractals | zigzags, st.integers(1, 80))
def test_the_past_does_not_change_when_bars_follow(bars: list[Bar], atr: list[float], params: dict[str, Any], cut: int) -> None:
    # TIME-6, for a swing, the trend on it, and a rolling window on its highs.
    bars = [Bar(b.high, b.low, a) for b, a in zip(bars, atr, strict=False)]
    whole, part = swing(bars, params), swing(bars[:cut], params)
    window = {"size": 5, "source": "high", "mode": "max"}
    highs = swing_columns(bars)["high"]
    rolled, rolled_part = (detect(ROLLING, window, {"source": column}, {}) for column in (highs, highs[:cut]))
    pairs = [(whole, part), (trend(whole, 4), trend(part, 4)), (rolled, rolled_part)]
    for full, prefix in pairs:
        for name in full:
            np.testing.assert_array_equal(full[name][:cut], prefix[name], err_msg=name)


@pytest.mark.parametrize("size", [2, 4])
def test_consecutive_waves_are_all_seen_on_a_long_walk(size: int) -> None:
    steps = np.random.default_rng(7).integers(-5, 6, 4000)
    close = 1000.0 + np.cumsum(steps)
    bars = [Bar(c + 1, c - 1) for c in close]
    fast = trend(swing(bars, {"left": 2, "right": 2}), size)
    assert_same(fast, run(SlowTrend(size), run(SlowSwing(left=2, right=2), bars)))
    assert set(fast["strength"][4:]) == ({0.0, 1.0} if size == 2 else {0.0, 1.0, 2.0})
