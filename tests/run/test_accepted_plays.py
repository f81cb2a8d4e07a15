"""Acceptance joins two readers of one file: what is wrong is said once, by one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trade.base.errors import Malformed
from trade.base.findings import errors
from trade.indicators.registry import INDICATORS
from trade.run.accepted import accept_file

RULE = [["rsi_14", "<", 30]]
ENTRY = {"id": "in", "cases": [{"when": RULE, "emit": ["entry_long"]}]}


def play(**changes: Any) -> dict[str, Any]:
    """Return a Play that is accepted, with other sections; None takes one away."""
    sections: dict[str, Any] = {
        "version": "3.0.0",
        "name": "once",
        "symbol": "BTCUSDT",
        "tf": "15m",
        "features": {"rsi_14": {"indicator": "rsi", "params": {"length": 14}}},
        "actions": {"entry_long": RULE},
        "position_policy": {"exit_mode": "first_hit"},
        "risk": {"stop_loss_pct": 2, "take_profit_pct": 4},
        **changes,
    }
    return {name: section for name, section in sections.items() if section is not None}


def refused(made: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    """Return code and path of every error of a Play."""
    file = folder / "play.yml"
    file.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(Malformed) as caught:
        accept_file(file)
    return [(f.code, f.place.path) for f in errors(caught.value.findings)]


def test_the_play_without_a_change_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "play.yml"
    file.write_text(json.dumps(play()), encoding="utf-8")
    assert accept_file(file).findings == ()


@pytest.mark.parametrize(
    ("emitted", "code", "path"),
    [
        ("adjust_stop", "not-yet-adjust-intent", ""),
        ({"action": "adjust_size", "percent": 50}, "not-yet-adjust-intent", ".action"),
        ({"action": "exit_long", "percent": 50}, "not-yet-partial-exit", ".percent"),
        ({"action": "entry_long", "percent": 50}, "bad-percent", ".percent"),
        ({"action": "exit_long", "percent": 0}, "bad-percent", ".percent"),
        ({"action": "entry_long", "metadata": {"rsi": "rsi_14"}}, "not-yet-intent-metadata", ".metadata"),
        ("entry_lng", "unknown-action", ""),
    ],
)
def test_a_wrong_emit_is_said_once(emitted: Any, code: str, path: str, tmp_path: Path) -> None:
    actions = [ENTRY, {"id": "b", "cases": [{"when": RULE, "emit": [emitted]}]}]
    assert refused(play(actions=actions), tmp_path) == [(code, f"actions[1].cases[0].emit[0]{path}")]


@pytest.mark.parametrize("word", ["adjust_stop", "adjust_target", "adjust_size"])
def test_an_adjustment_in_the_map_of_actions_is_said_once(word: str, tmp_path: Path) -> None:
    assert refused(play(actions={"entry_long": RULE, word: RULE}), tmp_path) == [("not-yet-adjust-intent", f"actions.{word}")]


@pytest.mark.parametrize(
    ("actions", "code"),
    [(None, "missing-key"), ({}, "no-entry"), ([], "no-entry"), ("entry_long", "wrong-type"), (["entry_long"], "malformed-rule")],
)
def test_actions_that_hold_nothing_are_said_once(actions: Any, code: str, tmp_path: Path) -> None:
    assert [said for said, _ in refused(play(actions=actions), tmp_path)] == [code]


@pytest.mark.parametrize(
    ("indicator", "params", "path"),
    [
        *((name, {"fast": 26, "slow": 12}, "slow") for name in ("macd", "ppo", "tsi", "kvo")),
        *((name, {"fast": 12, "slow": 12}, "slow") for name in ("macd", "ppo", "tsi", "kvo")),
        ("macd", {"fast": 26}, "fast"),
        ("ppo", {"slow": 12}, "slow"),
        ("uo", {"fast": 28, "medium": 14, "slow": 7}, "slow"),
        ("uo", {"medium": 28}, "medium"),
        ("uo", {"fast": 14}, "fast"),
    ],
)
def test_lengths_that_do_not_rise_from_fast_to_slow_are_refused_once(
    indicator: str, params: dict[str, int], path: str, tmp_path: Path
) -> None:
    features = {"rsi_14": {"indicator": "rsi"}, "lines": {"indicator": indicator, "params": params}}
    assert refused(play(features=features), tmp_path) == [("params-order", f"features.lines.params.{path}")]


@pytest.mark.parametrize("name", [name for name, entry in INDICATORS.items() if entry.source_in_bar])
@pytest.mark.parametrize("source", ["volume", "rsi_14"])
@pytest.mark.parametrize("key", ["source", "input_source"])
def test_an_indicator_of_the_bar_refuses_a_source_outside_it_once(name: str, source: str, key: str, tmp_path: Path) -> None:
    features = {"rsi_14": {"indicator": "rsi"}, "made": {"indicator": name, key: source}}
    assert refused(play(features=features), tmp_path) == [("source-outside-bar", f"features.made.{key}")]


@pytest.mark.parametrize("source", ["open", "high", "low", "close", "hl2", "hlc3", "ohlc4"])
def test_every_price_of_the_bar_is_a_source_within_it(source: str, tmp_path: Path) -> None:
    file = tmp_path / "play.yml"
    features = {
        "rsi_14": {"indicator": "rsi"},
        "k": {"indicator": "stoch", "source": source},
        "loose": {"indicator": "kc", "source": "rsi_14"},
    }
    file.write_text(json.dumps(play(features=features)), encoding="utf-8")
    assert accept_file(file).findings == ()
