"""Pencil tests: tapes of 6 to 12 bars whose pivots, pairs and waves can be found by eye."""

from __future__ import annotations

from typing import Any

import numpy as np

from trade.structures.detect import detect
from trade.structures.registry import STRUCTURES

NAN = float("nan")
SWING = STRUCTURES["swing"]
DEFAULTS = {p.name: p.default for p in SWING.params}


def swing(high: list[float], low: list[float], atr: list[float] | None = None, **params: Any) -> dict[str, np.ndarray]:
    columns = {"high": np.array(high, np.float64), "low": np.array(low, np.float64)}
    if atr is not None:
        columns["atr_key"] = np.array(atr, np.float64)
    return detect(SWING, {**DEFAULTS, "left": 1, "right": 1, **params}, columns, {})


def line(values: list[float], **params: Any) -> dict[str, np.ndarray]:
    """A swing on bars that are one point high, so that a price line shows its own pivots."""
    return swing([v + 1 for v in values], values, **params)


def trend(values: list[float]) -> dict[str, np.ndarray]:
    return detect(STRUCTURES["trend"], {"wave_history_size": 4}, {}, {"swing": line(values)})


def same(column: np.ndarray, expected: list[float]) -> None:
    np.testing.assert_array_equal(column, expected)


def test_a_pivot_is_known_right_bars_after_it_stood() -> None:
    out = swing([1, 2, 5, 3, 2, 1], [0, 1, 4, 2, 1, 0], left=2, right=2)
    same(out["high_level"], [NAN, NAN, NAN, NAN, 5, 5])
    same(out["high_idx"], [NAN, NAN, NAN, NAN, 2, 2])
    same(out["high_accepted"], [NAN, NAN, NAN, NAN, 1, 0])
    same(out["low_idx"], [NAN, NAN, NAN, NAN, -1, -1])


def test_a_tie_kills_the_pivot() -> None:
    out = swing([1, 5, 5, 1, 4, 1], [0, 0, 0, 0, 0, 0])
    same(out["high_level"], [NAN, NAN, NAN, NAN, NAN, 4])


def test_low_then_high_is_a_bullish_pair_and_the_high_opens_the_next() -> None:
    out = line([5, 3, 6, 9, 7, 4, 6])  # low 3 at 1, high 10 at 3, low 4 at 5
    same(out["pair_direction"], [NAN, NAN, 0, 0, 1, 1, 2])
    same(out["pair_version"], [NAN, NAN, 0, 0, 1, 1, 2])
    same(out["pair_high_level"], [NAN, NAN, NAN, NAN, 10, 10, 10])
    same(out["pair_low_idx"], [NAN, NAN, -1, -1, 1, 1, 5])
    same(out["last_confirmed_pivot_type"], [NAN, NAN, 2, 2, 1, 1, 2])


def test_an_outside_bar_confirms_its_high_before_its_low() -> None:
    out = swing([2, 9, 2], [1, 0, 1])
    same(out["version"], [NAN, NAN, 2])
    same(out["last_confirmed_pivot_type"], [NAN, NAN, 2])
    same(out["pair_direction"], [NAN, NAN, 2])


def test_a_pivot_too_near_the_last_of_its_side_is_not_accepted() -> None:
    values = [100, 110, 100, 111, 100, 120, 100]  # highs 111, 112, 121
    same(line(values, min_pct_move=5.0)["high_level"], [NAN, NAN, 111, 111, 111, 111, 121])
    atr = [4.0] * 7
    near = swing([v + 1 for v in values], values, atr, min_atr_move=1.0)
    same(near["high_level"], [NAN, NAN, 111, 111, 111, 111, 121])
    unknown = swing([v + 1 for v in values], values, [4.0, *[0.0] * 6], min_atr_move=1.0)
    same(unknown["high_level"], [NAN, NAN, 111, 111, 112, 112, 121])


def test_significance_is_the_distance_in_atr_and_decides_major() -> None:
    out = swing([1, 11, 1, 14, 1, 15, 1], [0] * 7, [2.0] * 7, major_threshold=1.0)
    same(out["high_significance"], [NAN, NAN, NAN, NAN, 1.5, 1.5, 0.5])
    same(out["high_is_major"], [NAN, NAN, 0, 0, 1, 1, 0])


def test_strict_alternation_replaces_only_by_a_more_extreme_pivot() -> None:
    high, low = [1, 8, 2, 7, 2, 9, 2], [0, 0, 0, 0, 0, 0, 0]
    out = swing(high, low, strict_alternation=True)
    same(out["high_level"], [NAN, NAN, 8, 8, 8, 8, 9])
    same(out["high_replaced_pending"], [NAN, NAN, 0, 0, 0, 0, 1])
    same(swing(high, low)["high_level"], [NAN, NAN, 8, 8, 7, 7, 9])


def test_a_zigzag_confirms_the_extreme_once_price_turns_by_more_than_its_atr() -> None:
    high = [10, 12, 11, 9, 8, 11, 12]
    low = [9, 11, 10, 7, 6, 8, 11]
    out = swing(high, low, [1.0] * 7, mode="atr_zigzag", left=None, right=None, atr_multiplier=2.0)
    # Bar 2 turns by exactly 2 ATR and does not confirm; bar 3 turns by 5; bar 5 rises 5 above the low of bar 4.
    same(out["high_idx"], [-1, -1, -1, 1, 1, 1, 1])
    same(out["low_idx"], [-1, -1, -1, -1, -1, 4, 4])
    same(out["low_level"], [NAN, NAN, NAN, NAN, NAN, 6, 6])
    same(out["pair_direction"], [0, 0, 0, 0, 0, 2, 2])


def test_a_zigzag_is_missing_until_its_atr_begins_and_skips_bars_without_range() -> None:
    high = [20, 10, 12, 30, 9]
    low = [5, 9, 11, 11, 4]
    out = swing(high, low, [NAN, 0.0, 1.0, 0.0, 1.0], mode="atr_zigzag", left=None, right=None)
    same(out["version"], [NAN, 0, 0, 0, 1])
    same(out["high_level"], [NAN, NAN, NAN, NAN, 12])


def test_a_trend_starts_with_its_first_wave_and_turns_with_lower_highs_and_lows() -> None:
    #        low 3       high 10     low 5       high 9      low 2: a lower high, then a lower low
    out = trend([5, 3, 6, 9, 7, 5, 6, 8, 5, 2, 4])
    same(out["direction"], [NAN, NAN, 0, 0, 1, 1, 1, 1, 0, 0, -1])
    same(out["last_wave_direction"], [NAN, NAN, 0, 0, 1, 1, 2, 2, 1, 1, 2])
    same(out["bars_in_trend"], [NAN, NAN, 2, 3, 0, 1, 2, 3, 0, 1, 0])
    same(out["wave_count"], [NAN, NAN, 0, 0, 1, 1, 1, 1, 0, 0, 1])
    same(out["version"], [NAN, NAN, 0, 0, 1, 1, 1, 1, 2, 2, 3])
    same(out["last_hl"], [NAN, NAN, 0, 0, 0, 0, 1, 1, 1, 1, 0])
    same(out["last_ll"], [NAN, NAN, 0, 0, 0, 0, 0, 0, 0, 0, 1])


def test_a_second_pair_of_waves_that_agrees_makes_a_trend_strong() -> None:
    #       low 1, high 5, low 2, high 6, low 3
    out = trend([2, 1, 4, 2, 5, 3, 4])
    same(out["strength"], [NAN, NAN, 0, 0, 1, 2, 2])
    same(out["direction"], [NAN, NAN, 0, 1, 1, 1, 1])


def test_a_rolling_window_is_the_extreme_so_far_before_it_is_full() -> None:
    close = np.array([5.0, 7, 6, 4, 3, 8, 2])
    entry = STRUCTURES["rolling_window"]
    same(detect(entry, {"size": 3, "source": "close", "mode": "max"}, {"source": close}, {})["value"], [5, 7, 7, 7, 6, 8, 8])
    same(detect(entry, {"size": 3, "source": "close", "mode": "min"}, {"source": close}, {})["value"], [5, 5, 5, 4, 3, 3, 2])
