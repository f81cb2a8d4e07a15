"""One meaning, one hash: what decides is hashed, what says nothing changes neither the hash nor a single byte of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from runs import doors, ms

from trade.artifacts.receipt import FILES
from trade.dsl.explain import explain
from trade.play.dump import resolved, to_yaml
from trade.run.accepted import AcceptedPlay, accept_file
from trade.run.backtest import run_backtest
from trade.run.request import Request

UP, DOWN = {"all": [["ema_9", "cross_above", "ema_21"]]}, {"all": [["ema_9", "cross_below", "ema_21"]]}
PLAY: dict[str, Any] = {
    "version": "3.0.0",
    "name": "one_meaning",
    "symbol": "SAMPLEUSDT",
    "timeframes": {"low_tf": "15m", "med_tf": "1h", "exec": "low_tf"},
    "features": {
        "ema_9": {"indicator": "ema", "params": {"length": 9}},
        "ema_21": {"indicator": "ema", "params": {"length": 21}},
        "rsi": {"indicator": "rsi"},
    },
    "structures": {
        "exec": [
            {"type": "swing", "key": "swing", "params": {"left": 3, "right": 3}},
            {"type": "trend", "key": "trend", "uses": "swing"},
            {"type": "rolling_window", "key": "box", "params": {"size": 5, "source": "high", "mode": "max"}},
        ]
    },
    "setups": {"calm": {"all": [["rsi", "<", 60]]}, "awake": {"all": [["rsi", ">", 40]]}},
    "actions": {
        "entry_long": {"all": [{"setup": "calm"}, *UP["all"]]},
        "exit_long": DOWN,
        "entry_short": {"all": [{"setup": "awake"}, *DOWN["all"]]},
        "exit_short": UP,
    },
    "position_policy": {"mode": "long_short", "exit_mode": "first_hit"},
    "risk": {"stop_loss_pct": 8, "take_profit_pct": 8},
    "expected": {"max_trades": 500, "min_trades": 0},
}
ACTIONS = PLAY["actions"]
BOTH = {"entry_long": {"all": [["rsi", ">", 50]]}, "entry_short": {"all": [["ema_9", ">", 0]]}, "exit_all": {"all": [["rsi", "<", 30]]}}


def turned(value: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(value.items()))


def accepted(folder: Path, **changes: Any) -> AcceptedPlay:
    path = folder / "play.yml"
    path.write_text(json.dumps({**PLAY, **changes}))
    return accept_file(path)


def files(folder: Path, market: Path, **changes: Any) -> dict[str, bytes]:
    """Run a Play for a month; return every byte that is kept of it but the wall clock."""
    path, out = folder / "play.yml", folder / f"out{len(list(folder.glob('out*')))}"
    path.write_text(json.dumps({**PLAY, **changes}))
    run = run_backtest(Request(play=path, out=out, from_ms=ms("2025-02-01"), to_ms=ms("2025-02-15")), doors(market))
    return {name: (run.folder / name).read_bytes() for name in FILES}


SAYS_NOTHING = {
    "the order of features": {"features": turned(PLAY["features"])},
    "the order of setups": {"setups": turned(PLAY["setups"])},
    "the order of expected": {"expected": turned(PLAY["expected"])},
    "the order of structures": {"structures": {"exec": [PLAY["structures"]["exec"][at] for at in (2, 0, 1)]}},
    "a setup that nothing uses": {"setups": {**PLAY["setups"], "idle": UP}},
    "a variable that nothing uses": {"variables": {"idle": 1}},
    "entries that exclude each other, exits anywhere": {"actions": turned(ACTIONS)},
    "blocks with names of their own": {
        "actions": [
            {"id": f"block {word}", "cases": [{"when": rule, "emit": ["no_action", {"action": word}]}], "else": {"emit": ["no_action"]}}
            for word, rule in ACTIONS.items()
        ]
    },
    "comparisons in other forms": {
        "actions": {
            **ACTIONS,
            "exit_long": [{"cross_below": [{"feature_id": "ema_9", "field": "value", "offset": 0}, "ema_21"]}],
            "exit_short": {"all": [{"lhs": "ema_9.value", "op": "cross_above", "rhs": "ema_21"}]},
        }
    },
    "numbers in other forms": {"setups": {"calm": {"all": [["rsi", "lt", [20.0, "*", 3]]]}, "awake": {"all": [{"gt": ["rsi", 40.0]}]}}},
}


@pytest.mark.parametrize("what", SAYS_NOTHING)
def test_what_says_nothing_changes_neither_the_hash_nor_a_byte(what: str, market: Path, tmp_path: Path) -> None:
    assert accepted(tmp_path, **SAYS_NOTHING[what]).play == accepted(tmp_path).play
    assert files(tmp_path, market, **SAYS_NOTHING[what]) == files(tmp_path, market)


def test_the_order_of_entries_that_may_meet_decides_and_is_hashed(market: Path, tmp_path: Path) -> None:
    one, other = {"actions": BOTH}, {"actions": turned(BOTH)}
    assert accepted(tmp_path, **one).play.play_hash != accepted(tmp_path, **other).play.play_hash
    tables = [files(tmp_path, market, **actions)["trades.parquet"] for actions in (one, other)]
    assert tables[0] != tables[1]


def test_where_only_one_side_may_enter_the_order_of_entries_says_nothing(tmp_path: Path) -> None:
    policy = {"mode": "long_only", "exit_mode": "first_hit"}
    plays = [accepted(tmp_path, actions=actions, position_policy=policy).play for actions in (BOTH, turned(BOTH))]
    assert plays[0] == plays[1]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (["rsi", ">", 60], ["rsi", "<", 40], True),
        (["rsi", ">", 60], ["rsi", "<=", 60], True),
        (["rsi", ">=", 60], ["rsi", "<=", 60], False),
        (["rsi", "between", [1, 2]], ["rsi", "between", [3, 4]], True),
        (["ema_9", ">", "ema_21"], ["ema_9", "<", "ema_21"], True),
        (["ema_9", ">", "ema_21"], ["ema_21", ">", "ema_9"], True),
        (["ema_9", ">", "ema_21"], ["ema_21", "<", "ema_9"], False),
        (["ema_9", ">=", "ema_21"], ["ema_9", "<=", "ema_21"], False),
        (["ema_9", "cross_above", "ema_21"], ["ema_9", "<=", "ema_21"], True),
        (["ema_9", "cross_above", "ema_21"], ["ema_21", "cross_above", "ema_9"], True),
        (["trend.version", "==", "swing.version"], ["trend.version", "!=", "swing.version"], True),
        (["ema_9", ">", "ema_21"], ["rsi", "<", 40], False),
        ({"any": [["rsi", ">", 60]]}, {"any": [["rsi", "<", 40]]}, False),
        ({"not": ["rsi", ">", 60]}, ["rsi", ">", 60], False),
        ({"setup": "calm"}, ["rsi", ">", 70], True),
    ],
)
def test_only_entries_that_can_be_seen_to_exclude_each_other_may_change_places(one: Any, other: Any, apart: bool, tmp_path: Path) -> None:
    actions = {"entry_long": {"all": [one]}, "entry_short": {"all": [other]}, "exit_all": UP}
    plays = [accepted(tmp_path, actions=written).play for written in (actions, turned(actions))]
    assert (plays[0].play_hash == plays[1].play_hash) is apart


def test_an_else_that_enters_may_meet_every_other_entry(tmp_path: Path) -> None:
    blocks = [
        {"id": "a", "cases": [{"when": UP, "emit": ["exit_all"]}], "else": {"emit": ["entry_short"]}},
        {"id": "b", "cases": [{"when": DOWN, "emit": ["entry_long"]}]},
    ]
    plays = [accepted(tmp_path, actions=written).play for written in (blocks, blocks[::-1])]
    assert plays[0].play_hash != plays[1].play_hash


def test_a_case_that_only_stands_before_others_is_kept(tmp_path: Path) -> None:
    guard = {"when": [["rsi", ">", 70]], "emit": ["no_action"]}
    entry = {"when": UP, "emit": ["entry_long"]}
    plays = [accepted(tmp_path, actions=[{"id": "a", "cases": cases}]).play for cases in ([guard, entry], [entry], [entry, guard])]
    assert len({play.play_hash for play in plays}) == 3


def test_blocks_of_one_action_are_numbered_and_read_again_as_they_are(tmp_path: Path) -> None:
    blocks = [{"id": name, "cases": [{"when": rule, "emit": ["entry_long"]}]} for name, rule in (("x", UP), ("y", [["rsi", "<", 30]]))]
    first = accepted(tmp_path, actions=blocks)
    assert [block["id"] for block in first.play.canonical["actions"]] == ["entry_long", "entry_long_2"]
    (tmp_path / "again.yml").write_text(to_yaml(first.play))
    again = accept_file(tmp_path / "again.yml")
    assert (again.play, again.program) == (first.play, first.program)
    assert to_yaml(again.play) == to_yaml(first.play)


def test_the_resolved_play_is_written_as_intents_where_that_says_the_same(tmp_path: Path) -> None:
    made = accepted(tmp_path, **SAYS_NOTHING["blocks with names of their own"])
    assert list(resolved(made.play)["actions"]) == ["entry_long", "entry_short", "exit_long", "exit_short"]
    assert explain(made.program) == explain(accepted(tmp_path).program)


def test_warnings_that_depend_on_the_file_are_told_but_not_kept(tmp_path: Path) -> None:
    made = accepted(tmp_path, variables={"idle": 1}, setups={**PLAY["setups"], "idle": UP})
    assert {finding.code for finding in made.findings} == {"unused-variable", "unused-setup"}
    assert made.kept == accepted(tmp_path).kept == ()


def test_warnings_about_the_play_itself_are_kept_whatever_form_it_has(tmp_path: Path) -> None:
    policy = {"mode": "long_only", "exit_mode": "first_hit"}
    forms = [accepted(tmp_path, position_policy=policy, **form) for form in ({}, SAYS_NOTHING["blocks with names of their own"])]
    assert forms[0].kept == forms[1].kept
    assert {(finding.code, finding.place.path) for finding in forms[0].kept} == {
        ("mode-forbids", "actions.entry_short"),
        ("mode-forbids", "actions.exit_short"),
    }
    assert all(finding.place.line for finding in forms[0].findings)
