"""The hashes and the name of a run (HASH-1, HASH-2)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from run_folders import METRICS, empty, finished

from trade.artifacts.receipt import Inputs, hashes, metrics_hash
from trade.base.hashing import json_hash

INPUTS = Inputs("name", "play", "data", "v:linear:COIN", 0, 60_000, {"max_gap_ms": 1, "strict_warmup": False}, "0.1", "lock")


def test_metrics_are_hashed_to_twelve_significant_digits() -> None:
    assert metrics_hash({"a": 0.1 + 0.2}) == metrics_hash({"a": 0.3})
    assert metrics_hash({"a": 1.0 + 1e-11}) != metrics_hash({"a": 1.0})
    assert metrics_hash({"a": -0.0}) == metrics_hash({"a": 0.0})
    assert metrics_hash({"a": 1, "b": 2}) == metrics_hash({"b": 2, "a": 1})


@pytest.mark.parametrize("other", [{"a": None}, {"a": "finite"}, {"b": 0.5}, {"a": 0.5, "b": None}, {}])
def test_absence_words_and_names_count(other: dict[str, Any]) -> None:
    assert metrics_hash(other) != metrics_hash({"a": 0.5})


def test_integers_beyond_what_a_double_holds_stay_apart() -> None:
    assert metrics_hash({"a": 2**53}) != metrics_hash({"a": 2**53 + 1})


def test_a_metric_that_is_no_number_is_never_hashed() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        metrics_hash({"a": float("nan")})


def test_each_part_of_a_result_has_its_hash_and_the_run_has_one_over_them() -> None:
    run = hashes(finished(), METRICS)
    assert list(run) == ["trades_hash", "fills_hash", "equity_hash", "metrics_hash", "run_hash"]
    assert run["run_hash"] == json_hash({name: value for name, value in run.items() if name != "run_hash"})
    assert hashes(finished(), METRICS) == run
    other = hashes(replace(finished(), equity=empty().equity), METRICS)
    assert {name for name in run if run[name] != other[name]} == {"equity_hash", "run_hash"}


def test_every_input_gives_another_run_id() -> None:
    changes: dict[str, Any] = {
        "play": "x", "play_hash": "x", "data_digest": "x", "symbol": "x", "window_from_ms": 1, "window_to_ms": 1, "options": {"max_gap_ms": 2},
        "engine_version": "x", "versions_digest": "x",
    }  # fmt: skip
    assert set(changes) == {field.name for field in fields(Inputs)}
    ids = {replace(INPUTS, **{name: value}).run_id for name, value in changes.items()}
    assert len(ids | {INPUTS.run_id}) == len(changes) + 1


def test_the_id_is_the_beginning_of_the_input_hash_and_options_have_no_order() -> None:
    assert INPUTS.input_hash.startswith(INPUTS.run_id)
    assert len(INPUTS.run_id) == 12
    assert replace(INPUTS, options=dict(reversed(INPUTS.options.items()))).run_id == INPUTS.run_id


def test_a_manifest_names_its_inputs() -> None:
    assert Inputs.of({**vars(INPUTS), "more": 1}) == INPUTS
    with pytest.raises(KeyError):
        Inputs.of({"play_hash": "x"})
