"""A total output may only be missing where something excuses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sample_bars import GRID, MONDAY, minutes, walk
from sample_plays import feature, play, structure

from trade.base.bars import Bars
from trade.base.catalogue import Catalogue
from trade.base.history import Window
from trade.features.compute import FeatureSet, compute_features
from trade.features.missing import unexcused_missing
from trade.features.plan import Plan, plan_features
from trade.indicators.registry import INDICATORS
from trade.structures.registry import STRUCTURES

CATALOGUE = Catalogue(INDICATORS, STRUCTURES)
WINDOW = Window(MONDAY + minutes(1200), MONDAY + minutes(3000))
SPECS = {
    "ema": feature("ema", "1m", length=9),
    "cci": feature("cci", "1m", length=5),
    "smooth_cci": feature("ema", "1m", source="cci", length=5),
    "supertrend": feature("supertrend", "1m", length=7, multiplier=3.0),
    "atr": feature("atr", "1m", length=14),
    "swing": structure("swing", "1m", left=2, right=2, atr_key="atr"),
    "trend": structure("trend", "1m", uses=("swing",)),
}


def made(base: Bars, **declared: Any) -> tuple[Plan, FeatureSet]:
    plan = plan_features(play("1m", **declared), CATALOGUE)
    return plan, compute_features(plan, base, GRID, WINDOW)


def flat(n: int) -> Bars:
    base = walk(n)
    price = np.full(n, 100_000)
    return replace(base, open=price, high=price, low=price, close=price)


def test_a_clean_set_misses_nothing_and_a_partial_output_may() -> None:
    plan, features = made(walk(3000), **SPECS)
    assert np.isnan(features.columns["supertrend", "long"].values[1500:]).any()
    assert unexcused_missing(plan, features, GRID) == {}


def test_a_registered_condition_and_a_missing_source_excuse() -> None:
    plan, features = made(flat(3000), **SPECS)
    for name, output in (("cci", "value"), ("smooth_cci", "value"), ("swing", "high_level"), ("swing", "pair_low_level")):
        assert np.isnan(features.columns[name, output].values).all()
    assert unexcused_missing(plan, features, GRID) == {}


def test_the_excuse_of_an_output_is_kept_with_it_and_what_is_not_kept_is_not_looked_at() -> None:
    declared = {name: SPECS[name] for name in ("ema", "atr", "swing")}
    plan = plan_features(play("1m", **declared), CATALOGUE, reads={("swing", "high_level")})
    features = compute_features(plan, flat(3000), GRID, WINDOW)
    assert np.isnan(features.columns["swing", "high_level"].values).all()
    assert unexcused_missing(plan, features, GRID) == {}
    features.columns["swing", "high_idx"].values[2998] = 7.0
    assert unexcused_missing(plan, features, GRID)["swing", "high_level"].tolist() == [2998]


def test_a_value_missing_without_an_excuse_is_found_with_its_row() -> None:
    plan, features = made(walk(3000), **SPECS)
    features.columns["ema", "value"].values[[2000, 2500]] = np.nan, np.inf
    features.columns["swing", "version"].values[2999] = np.nan
    features.columns["swing", "high_level"].values[2998] = np.nan
    found = unexcused_missing(plan, features, GRID)
    assert {key: rows.tolist() for key, rows in found.items()} == {
        ("ema", "value"): [2000, 2500],
        ("swing", "high_level"): [2998],
        ("swing", "version"): [2999],
    }


def test_the_first_value_that_must_be_there_is_looked_at_and_the_one_before_is_not() -> None:
    for name, output in (("ema", "value"), ("swing", "version")):
        plan, features = made(walk(3000), ema=SPECS["ema"], atr=SPECS["atr"], swing=SPECS["swing"])
        column = features.columns[name, output]
        first = column.first_row + plan.features[name].first_valid_bars[output]
        column.values[first - 1 : first + 1] = np.nan
        assert {key: rows.tolist() for key, rows in unexcused_missing(plan, features, GRID).items()} == {(name, output): [first]}
        column.values[first] = 1.0
