"""The plan: who depends on whom, and how much history that takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sample_plays import feature, play, structure

from trade.base.catalogue import Catalogue, Entry, Output, Param, ParamType, ValueType
from trade.base.spans import Int64, complement
from trade.base.timeframe import DAY_MS, HOUR_MS, MINUTE_MS
from trade.features.plan import Plan, plan_features
from trade.indicators.registry import INDICATORS
from trade.structures.registry import STRUCTURES

LENGTH = Param("length", ParamType.INT, 10, low=1)
# An average that settles in 3 lengths, a range that settles in one, and bands with a partial and an enum output.
AVERAGE = Entry(
    "average", ("source",), (LENGTH,), (Output("value"),), lambda p: {"value": p["length"] - 1}, lambda p: 3 * p["length"], "numpy"
)
RANGE = Entry("range", ("high", "low"), (LENGTH,), (Output("value"),), lambda p: {"value": p["length"]}, lambda p: p["length"], "numpy")
BANDS = Entry(
    "bands",
    ("source",),
    (LENGTH, Param("std", ParamType.FLOAT, 2.0)),
    (Output("middle"), Output("upper"), Output("late", total=False), Output("side", ValueType.ENUM, words=("in", "out"))),
    lambda p: {"middle": p["length"] - 1, "upper": p["length"] + 3, "late": 99, "side": 0},
    lambda p: p["length"],
    "numpy",
)
CATALOGUE = Catalogue({e.name: e for e in (AVERAGE, RANGE, BANDS)}, STRUCTURES)
MONDAY = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def plan(**declared: Any) -> Plan:
    return plan_features(play(**declared), CATALOGUE)


def test_an_indicator_on_bars_has_the_counts_of_its_entry() -> None:
    node = plan(fast=feature("average", length=10)).features["fast"]
    assert (node.settle_bars, node.first_valid_bars, node.source) == (30, {"value": 9}, "close")


def test_an_indicator_on_a_feature_starts_after_it_and_settles_after_it() -> None:
    node = plan(bands=feature("bands", length=20, std=2.0), smooth=feature("average", source="bands.upper", length=5)).features["smooth"]
    assert node.first_valid_bars == {"value": 23 + 4}
    assert node.settle_bars == max(20, 24) + 15


def test_a_feature_may_be_declared_below_the_one_that_reads_it() -> None:
    node = plan(smooth=feature("average", source="raw", length=5), raw=feature("range", length=7)).features["smooth"]
    assert node.first_valid_bars == {"value": 7 + 4}


def test_a_slice_is_never_shorter_than_what_the_first_value_takes() -> None:
    node = plan(raw=feature("range", length=7)).features["raw"]
    assert (node.first_valid_bars, node.settle_bars) == ({"value": 7}, 8)


@pytest.mark.parametrize(
    ("anchor", "timeframe", "bars"),
    [("D", "1m", 1440), ("D", "15m", 96), ("D", "1h", 24), ("W", "1h", 168), ("W", "D", 7), ("D", "W", 1), ("W", "M", 1), ("W", "W", 1)],
)
def test_an_anchored_indicator_settles_in_one_period_of_its_anchor_on_any_timeframe(anchor: str, timeframe: str, bars: int) -> None:
    made = plan_features(play(vwap=feature("vwap", timeframe=timeframe, anchor=anchor)), Catalogue(INDICATORS, {}))
    assert made.features["vwap"].settle_bars == bars


def test_partial_outputs_do_not_hold_up_the_start() -> None:
    node = plan(bands=feature("bands", length=20, std=2.0)).features["bands"]
    assert (node.ready_after_bars, node.first_valid_bars["late"]) == (23, 99)


def test_a_swing_reads_its_atr_beside_the_bars_and_a_trend_needs_its_swings_history_once_more() -> None:
    made = plan(
        atr=feature("range", length=20),
        swing=structure("swing", left=5, right=5, atr_key="atr"),
        trend=structure("trend", uses=("swing",)),
        bare=structure("swing", left=5, right=5),
        bare_trend=structure("trend", uses=("bare",)),
    ).features
    assert made["swing"].first_valid_bars["high_level"] == 20
    assert made["swing"].settle_bars == 11 * 20 + 21
    assert made["trend"].first_valid_bars["direction"] == 20
    assert made["trend"].settle_bars == 2 * made["swing"].settle_bars
    assert made["bare"].first_valid_bars["high_level"] == 10
    assert made["bare_trend"].settle_bars == 11 * 40


def test_equal_specs_share_one_node_whatever_their_names_and_number_types() -> None:
    made = plan(
        a=feature("bands", length=20, std=2),
        b=feature("bands", length=20, std=2.0),
        c=feature("bands", length=20, std=2.5),
        d=feature("bands", "1h", length=20, std=2),
        e=feature("bands", source="open", length=20, std=2),
        f=feature("average", source="a.upper", length=3),
        g=feature("average", source="b.upper", length=3),
        h=feature("average", source="a", length=3),
    )
    assert made.features["a"] is made.features["b"]
    assert made.features["f"] is made.features["g"]
    assert len(made.nodes) == 6


def test_history_starts_at_the_earliest_slice_counted_on_each_own_grid() -> None:
    made = plan(fast=feature("average", length=10), slow=feature("average", "1h", length=4), day=feature("range", "D", length=2))
    start = MONDAY + 10 * HOUR_MS + 15 * MINUTE_MS
    assert made.history_start_ms(start) == MONDAY - 3 * DAY_MS
    assert made.first_valid_start_ms(start) == MONDAY - 3 * DAY_MS
    hourly = plan(slow=feature("average", "1h", length=4))
    assert hourly.history_start_ms(start) == MONDAY - 2 * HOUR_MS  # the bar of 10:00 is still open at 10:15
    assert hourly.first_valid_start_ms(start) == MONDAY + 6 * HOUR_MS  # 06, 07, 08, 09
    assert plan().history_start_ms(start) == plan().first_valid_start_ms(start) == start


def test_history_is_counted_in_bars_that_the_calendar_expects() -> None:
    def mornings(start_ms: int, end_ms: int) -> Int64:
        days = np.arange(start_ms // DAY_MS - 1, end_ms // DAY_MS + 2, dtype=np.int64) * DAY_MS
        return complement(np.column_stack((days + 8 * HOUR_MS, days + 12 * HOUR_MS)), start_ms, end_ms)

    made = plan_features(play(slow=feature("average", "1h", length=4)), CATALOGUE, mornings)  # settles in 12 bars, 4 to a first value
    start = MONDAY + 10 * HOUR_MS + 15 * MINUTE_MS
    assert made.history_start_ms(start) == MONDAY - 2 * DAY_MS - 14 * HOUR_MS  # two bars today, four on each of two days, two more
    assert made.first_valid_start_ms(start) == MONDAY - DAY_MS + 10 * HOUR_MS  # 10, 11, and today's 08, 09


def test_timeframes_are_the_exec_one_and_those_of_features() -> None:
    made = plan(slow=feature("average", "4h", length=4), swing=structure("swing", "1h", left=1, right=1))
    assert [t.name for t in made.timeframes] == ["15m", "4h", "1h"]
