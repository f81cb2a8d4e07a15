"""The requirements gate over real columns, each corrupted in one way (what the rules read = what the features computed)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
from gate_cases import PAPER, at, bars

from trade.base.bars import Bars
from trade.base.errors import Refused
from trade.base.history import Window
from trade.base.timeframe import Timeframe
from trade.dsl.columns import ColumnRef
from trade.features.compute import FeatureSet, OutputColumn, compute_features
from trade.features.plan import plan_features
from trade.gates.requirements import REQUIREMENTS, Requirements
from trade.indicators import formulas
from trade.run.accepted import accept_file
from trade.run.names import CATALOGUE

PLAY = """
version: "3.0.0"
name: columns
symbol: BTCUSDT
timeframes: {low_tf: 5m, exec: low_tf}
features:
  rsi: {indicator: rsi, params: {length: 3}}
  mean: {indicator: sma, params: {length: 2}}
  super: {indicator: supertrend, params: {length: 3}}
structures:
  exec:
    - {type: swing, key: swing, params: {left: 2, right: 2}}
    - {type: trend, key: trend, uses: swing}
actions:
  entry_long:
    all: [["rsi", "<", 30], ["close", ">", "mean"], ["last_price", ">", "mean"], ["trend.direction", "==", 1]]
risk: {stop_loss_pct: 1, take_profit_pct: 1}
"""
Float64 = npt.NDArray[np.float64]


def walk(n: int = 3000) -> Bars:
    rng = np.random.default_rng(7)
    close = 10_000 + np.cumsum(rng.integers(-20, 21, n))
    open_ = np.concatenate(([close[0]], close[:-1]))
    high, low = np.maximum(open_, close) + 3, np.minimum(open_, close) - 3
    return bars(range(-1000, n - 1000), open=open_, high=high, low=low, close=close)


@cache
def computed() -> Requirements:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "play.yml"
        path.write_text(PLAY)
        made = accept_file(path)
    plan = plan_features(made.play, CATALOGUE)
    features = compute_features(plan, walk(), PAPER.grid, Window(at(0), at(2000)))
    return Requirements(made.program.reads, plan, features, PAPER.grid)


def with_column(name: str, output: str, values: Float64) -> Requirements:
    case = computed()
    columns = dict(case.features.columns)
    columns[name, output] = replace(columns[name, output], values=values)
    return replace(case, features=replace(case.features, columns=columns))


def with_value(name: str, output: str, value: float, row: int = -5) -> Requirements:
    values = computed().features.columns[name, output].values.copy()
    values[row] = value
    return with_column(name, output, values)


def refused(case: Requirements) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as error:
        REQUIREMENTS.require(case)
    assert error.value.exit_code == 1
    return [(finding.code, finding.fact) for finding in error.value.findings]


def test_what_was_really_computed_passes_without_a_word() -> None:
    assert REQUIREMENTS.require(computed()) == ()


@pytest.mark.parametrize(("name", "output"), [("rsi", "value"), ("trend", "direction")])
def test_a_column_that_is_not_there_is_refused(name: str, output: str) -> None:
    case = computed()
    columns = {key: column for key, column in case.features.columns.items() if key != (name, output)}
    found = refused(replace(case, features=replace(case.features, columns=columns)))
    assert {code for code, _ in found} == {"column-missing"}
    assert [fact for _, fact in found if f"'{name}.{output}'" in fact]


def test_a_column_that_only_the_rules_name_is_refused_and_a_price_needs_none() -> None:
    case = computed()
    ghost = ColumnRef("ghost", "value", Timeframe("5m"))
    found = refused(replace(case, reads=(*case.reads, ghost)))
    assert found == [("column-missing", "the rules read 'ghost.value', which was not computed")]
    assert {ref.id for ref in case.reads} >= {"close", "last_price"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values[:-1],
        lambda values: np.append(values, 1.0),
        lambda values: values.astype(np.float32),
        lambda values: np.nan_to_num(values).astype(np.int64),
        lambda values: values.reshape(-1, 1),
    ],
)
def test_a_column_of_another_length_type_or_shape_is_refused(spoil: object) -> None:
    values = computed().features.columns["rsi", "value"].values
    assert [code for code, _ in refused(with_column("rsi", "value", spoil(values)))] == ["column-shape"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "output", "value"),
    [
        ("rsi", "value", 100.001),
        ("rsi", "value", -0.001),
        ("swing", "high_is_major", 2),  # BOOL
        ("swing", "pair_direction", 3),  # ENUM of three words
        ("swing", "pair_direction", -1),
        ("trend", "strength", 3),  # INT 0..2
        ("swing", "high_idx", -2),  # -1 is "no index"
    ],
)
def test_a_value_outside_the_declared_range_is_refused(name: str, output: str, value: float) -> None:
    ((code, fact),) = refused(with_value(name, output, value))
    assert code == "column-range"
    assert f"'{name}.{output}'" in fact
    assert f"{float(value)!r}" in fact


@pytest.mark.parametrize("value", [100.0, 100.0 * (1 + 5e-10), 0.0, -5e-8 * 0.5])
def test_the_edge_of_a_range_and_a_rounding_step_beyond_it_pass(value: float) -> None:
    assert REQUIREMENTS.require(with_value("rsi", "value", value)) == ()


@pytest.mark.parametrize(
    ("name", "output"), [("trend", "direction"), ("swing", "high_is_major"), ("swing", "pair_direction"), ("super", "direction")]
)
def test_a_fraction_in_a_whole_bool_or_word_column_is_refused(name: str, output: str) -> None:
    ((code, fact),) = refused(with_value(name, output, 0.5))
    assert code == "column-type"
    assert f"'{name}.{output}'" in fact


def test_infinity_is_refused_in_total_and_partial_outputs() -> None:
    assert {code for code, _ in refused(with_value("mean", "value", np.inf))} == {"column-infinite", "column-incomplete"}
    assert [code for code, _ in refused(with_value("super", "long", -np.inf))] == ["column-infinite"]


def test_a_missing_value_in_a_total_output_is_refused_with_its_bar() -> None:
    ((code, fact),) = refused(with_value("mean", "value", np.nan, row=400))
    assert code == "column-incomplete"
    assert "'mean.value' is total and misses 1 values, first at the bar of 2023-03-24 16:40" in fact


def test_a_missing_value_that_is_by_design_or_before_the_first_valid_bar_passes() -> None:
    partial = computed().features.columns["super", "long"].values
    assert np.isnan(partial[300:]).any()  # missing half the time by design
    first = computed().features.columns["rsi", "value"].first_row
    assert REQUIREMENTS.require(with_value("rsi", "value", np.nan, row=first)) == ()


def test_a_missing_value_that_its_condition_excuses_passes() -> None:
    flat = bars(range(-1000, 2000))  # the price never moves: an RSI has no value (flat_window)
    case = computed()
    features = compute_features(case.plan, flat, PAPER.grid, Window(at(0), at(2000)))
    assert np.isnan(features.columns["rsi", "value"].values).all()
    rsi_only = replace(case.plan, features={"rsi": case.plan.features["rsi"]})
    only = replace(features, columns={("rsi", "value"): features.columns["rsi", "value"]})
    assert REQUIREMENTS.require(Requirements((), rsi_only, only, PAPER.grid)) == ()


def test_every_finding_is_told_at_once() -> None:
    case = with_value("rsi", "value", 200)
    columns = dict(case.features.columns)
    columns["mean", "value"] = OutputColumn(Timeframe("5m"), np.full(len(columns["mean", "value"].values), np.nan), 0, 1)
    both = replace(case, features=FeatureSet(case.features.bars, columns, case.features.computed, case.features.ready_ms))
    assert {code for code, _ in refused(both)} == {"column-range", "column-incomplete"}


def test_a_declared_output_that_did_not_come_is_named_and_its_feature_is_not_among_the_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = formulas.compute
    monkeypatch.setattr(formulas, "compute", lambda entry, *rest: {} if entry.name == "rsi" else honest(entry, *rest))
    case = computed.__wrapped__()
    assert {fact for code, fact in refused(case) if code == "column-missing"} >= {"the rules read 'rsi.value', which was not computed"}
    assert case.features.computed == {"mean", "super", "swing", "trend"}
