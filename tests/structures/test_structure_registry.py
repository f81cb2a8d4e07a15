"""The registry says what the detectors do: outputs, ranges, warm-up, settling, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from trade.base.catalogue import ValueType
from trade.structures import rolling_window, swing, trend
from trade.structures.conditions import undefined
from trade.structures.detect import detect
from trade.structures.registry import STRUCTURES
from trade.structures.requirements import requirements

SWING, TREND, ROLLING = STRUCTURES["swing"], STRUCTURES["trend"], STRUCTURES["rolling_window"]
DEFAULTS = {p.name: p.default for p in SWING.params}
FRACTAL = {**DEFAULTS, "left": 3, "right": 2}
ZIGZAG = {**DEFAULTS, "mode": "atr_zigzag", "atr_key": "atr_14"}


def walk(n: int = 4000, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    close = 1000 + np.cumsum(rng.normal(0, 1, n))
    return {"high": close + rng.uniform(0, 2, n), "low": close - rng.uniform(0, 2, n)}


def outputs(entry: str, params: dict[str, Any], columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if entry == "trend":
        return detect(TREND, {"wave_history_size": 4}, {}, {"swing": outputs("swing", params, columns)})
    if entry == "rolling_window":
        return detect(ROLLING, {"size": 9, "source": "high", "mode": "max"}, {"source": columns["high"]}, {})
    extra = {"atr_key": np.full(len(columns["high"]), 2.0)} if params["atr_key"] else {}
    return detect(SWING, params, columns | extra, {})


def first(column: np.ndarray) -> int:
    return int(np.flatnonzero(~np.isnan(column))[0])


@pytest.mark.parametrize("params", [FRACTAL, ZIGZAG, {**FRACTAL, "left": 5, "right": 5}])
def test_total_outputs_begin_at_their_declared_first_valid_bar_and_stay(params: dict[str, Any]) -> None:
    columns = walk()
    found = outputs("swing", params, columns)
    for output in SWING.outputs:
        declared = SWING.first_valid_bars(params)[output.name]
        missing = np.isnan(found[output.name])
        assert missing[:declared].all()
        if output.total:
            np.testing.assert_array_equal(missing[declared:], undefined(SWING, output.name, found)[declared:], err_msg=output.name)


def test_a_trend_begins_with_its_swing_and_a_rolling_window_at_once() -> None:
    for column in outputs("trend", FRACTAL, walk()).values():
        assert first(column) == 5
    assert first(outputs("rolling_window", {}, walk())["value"]) == ROLLING.first_valid_bars({})["value"] == 0


@pytest.mark.parametrize(
    ("entry", "params"), [("swing", {**FRACTAL, "atr_key": "atr_14"}), ("swing", ZIGZAG), ("trend", FRACTAL), ("rolling_window", {})]
)
def test_values_keep_their_declared_type_and_range(entry: str, params: dict[str, Any]) -> None:
    found = outputs(entry, params, walk())
    assert tuple(found) == tuple(o.name for o in STRUCTURES[entry].outputs)
    for output in STRUCTURES[entry].outputs:
        values = found[output.name][~np.isnan(found[output.name])]
        assert len(np.unique(values)) > 1 or output.name.endswith("replaced_pending"), output.name
        assert output.low is None or values.min() >= output.low
        assert output.high is None or values.max() <= output.high
        if output.type is not ValueType.FLOAT:
            np.testing.assert_array_equal(values, np.rint(values))


@pytest.mark.parametrize("params", [FRACTAL, ZIGZAG, {**FRACTAL, "min_pct_move": 0.2}, {**FRACTAL, "strict_alternation": True}])
def test_after_its_settle_history_a_swing_and_its_trend_have_forgotten_their_start(params: dict[str, Any]) -> None:
    columns, settle = walk(6000), SWING.settle_bars(params)
    full_swing, full_trend = outputs("swing", params, columns), outputs("trend", params, columns)
    starts = range(1000, 5000, 200)
    for start in starts:
        tail = {name: column[start:] for name, column in columns.items()}
        late = outputs("swing", params, tail)
        for name in ("high_level", "low_level", "pair_high_level", "pair_low_level", "pair_direction"):
            assert late[name][settle] == full_swing[name][start + settle], name
        # A trend needs the settle history of its swing once more.
        late = outputs("trend", params, tail)
        for name in ("direction", "strength", "wave_count", "last_hh", "last_ll"):
            assert late[name][2 * settle] == full_trend[name][start + 2 * settle], name


def test_a_rolling_window_forgets_exactly_its_size() -> None:
    columns = walk(200)
    late = outputs("rolling_window", {}, {"high": columns["high"][100:]})["value"]
    settle = ROLLING.settle_bars({"size": 9})
    np.testing.assert_array_equal(late[settle:], outputs("rolling_window", {}, columns)["value"][100 + settle :])


def test_each_kernel_has_one_signature_even_for_strided_and_read_only_columns() -> None:
    columns = walk(50)
    wide = np.repeat(columns["high"], 2)[::2]
    frozen = columns["low"].copy()
    frozen.setflags(write=False)
    strange = outputs("swing", FRACTAL, {"high": wide, "low": frozen})
    np.testing.assert_array_equal(strange["high_level"], outputs("swing", FRACTAL, columns)["high_level"])
    outputs("swing", ZIGZAG, columns)
    outputs("trend", FRACTAL, columns)
    outputs("rolling_window", {}, {"high": frozen})
    for kernel in (swing.swing_kernel, trend.trend_kernel, rolling_window.rolling_window_kernel):
        assert len(kernel.signatures) == 1


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_slice_shorter_than_the_window_is_all_missing(n: int) -> None:
    short = {name: column[:n] for name, column in walk(10).items()}
    for entry in ("swing", "trend"):
        assert all(len(c) == n and np.isnan(c).all() for c in outputs(entry, FRACTAL, short).values())
    assert len(outputs("rolling_window", {}, short)["value"]) == n


def test_what_no_rule_can_compare_is_no_output() -> None:
    assert SWING.output("pair_anchor_hash") is None
    assert "pair_anchor_hash" in SWING.doc


def test_a_swing_says_which_parameters_its_mode_needs_and_which_it_would_not_read() -> None:
    assert requirements("swing", FRACTAL) == ()
    assert requirements("swing", ZIGZAG) == ()
    assert [f.fact for f in requirements("swing", {**DEFAULTS, "left": 2})] == ["swing in mode 'fractal' needs 'right'"]
    assert [f.fact for f in requirements("swing", {**DEFAULTS, "mode": "atr_zigzag", "right": 2})] == [
        "'right' is not read by swing in mode 'atr_zigzag'",
        "swing in mode 'atr_zigzag' needs 'atr_key'",
    ]
    assert [f.fact for f in requirements("swing", {**FRACTAL, "min_atr_move": 1.0})] == ["'min_atr_move' of swing needs 'atr_key'"]
    assert requirements("trend", {"wave_history_size": 4}) == ()


def test_the_registry_is_pure_data_and_imports_no_compiler() -> None:
    code = "import sys, trade.structures.registry, trade.structures.requirements; assert 'numba' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
