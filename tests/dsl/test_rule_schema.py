"""The JSON Schema of rules against their reader: what can be run is never marked, whatever form it is written in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from json_schema import Judge
from random_rules import actions, setups
from rule_world import compiled

from trade.base.findings import errors
from trade.dsl.schema import rules_schema
from trade.play.intents import ENTRIES

RULES = {"$defs": rules_schema(), "required": ["actions"]}
JUDGE = Judge({**RULES, "properties": {"setups": {"$ref": "#/$defs/Setups"}, "actions": {"$ref": "#/$defs/Actions"}}})


@given(actions=actions, setups=setups)
@settings(max_examples=150, deadline=None)
def test_rules_that_compile_fit_the_schema(actions: Any, setups: Any) -> None:
    if isinstance(actions, dict) and not set(actions) & set(ENTRIES):
        actions = {**actions, "entry_long": ["close", ">", "ema_9"]}
    if not errors(compiled(actions, setups)[1]):
        assert not JUDGE.refuses({"setups": setups, "actions": actions})


@pytest.mark.parametrize(
    ("rule", "spoilt"),
    [
        ({"all": [["close", ">", 1]]}, {"and": [["close", ">", 1]]}),
        (["close", ">", 1], ["close", "=>", 1]),
        (["close", ">", 1], ["close", ">", 1, 2]),
        (["close", "near_pct", "ema_9", 1], ["close", "near_pct", "ema_9"]),
        (["close", "near_abs", "ema_9", 0], ["close", "near_abs", "ema_9", -1]),
        (["hour_utc", "between", [1, 2]], ["hour_utc", "between", 1, 2]),
        (["weekday_utc", "between", ["monday", "Friday"]], ["weekday_utc", "between", ["mon", 4]]),
        (["hour_utc", "in", [1]], ["hour_utc", "in", []]),
        ({"lhs": "close", "op": "near_abs", "rhs": 1, "tolerance": 2}, {"lhs": "close", "op": ">", "rhs": 1, "tolerance": 2}),
        ({"lhs": "close", "op": ">", "rhs": 1}, {"lhs": "close", "op": "above", "rhs": 1}),
        ({"gt": ["close", 1]}, {"gt": ["close", 1, 2]}),
        ({"any": [["close", ">", 1]]}, {"any": ["close", ">", 1]}),
        ({"not": ["close", ">", 1]}, {"not": "close > 1"}),
        ({"setup": "one"}, {"setup": "one", "all": [["close", ">", 1]]}),
        ({"holds_for": {"bars": 500, "expr": ["close", ">", 1]}}, {"holds_for": {"bars": 501, "expr": ["close", ">", 1]}}),
        ({"holds_for": {"bars": 1, "expr": ["close", ">", 1]}}, {"holds_for": {"bars": 0, "expr": ["close", ">", 1]}}),
        ({"holds_for": {"bars": 1, "expr": ["close", ">", 1]}}, {"holds_for": {"bars": 1}}),
        (
            {"count_true": {"bars": 5, "anchor_tf": "1h", "min_true": 2, "expr": ["close", ">", 1]}},
            {"count_true": {"bars": 5, "anchor_tf": "7m", "min_true": 2, "expr": ["close", ">", 1]}},
        ),
        (
            {"occurred_within_duration": {"duration": "1440m", "expr": ["close", ">", 1]}},
            {"occurred_within_duration": {"duration": "1441m", "expr": ["close", ">", 1]}},
        ),
        (
            {"occurred_within_duration": {"duration": "24H", "expr": ["close", ">", 1]}},
            {"occurred_within_duration": {"duration": "25h", "expr": ["close", ">", 1]}},
        ),
        (
            {"occurred_within_duration": {"duration": "01d", "expr": ["close", ">", 1]}},
            {"occurred_within_duration": {"duration": "2d", "expr": ["close", ">", 1]}},
        ),
        ([{"feature_id": "close", "offset": 10_000}, ">", 1], [{"feature_id": "close", "offset": 10_001}, ">", 1]),
        ([["close", "-", "open"], ">", 1], ["close - open", ">", 1]),
        ([{"*": ["close", 2]}, ">", 1], [{"*": ["close", 2, 3]}, ">", 1]),
        (["close", ">", "{{ dip }}"], ["close", ">", "{ dip }"]),
    ],
    ids=str,
)
def test_each_limit_of_the_schema_is_the_readers(rule: Any, spoilt: Any) -> None:
    assert not JUDGE.refuses({"actions": {"entry_long": rule}})
    assert JUDGE.refuses({"actions": {"entry_long": spoilt}})
    if "{{ dip }}" not in rule:
        assert not errors(compiled({"entry_long": rule}, {"one": ["close", ">", 1]})[1])
    assert errors(compiled({"entry_long": spoilt}, {"one": ["close", ">", 1]})[1])


@pytest.mark.parametrize(
    ("actions", "fits"),
    [
        ([{"id": "a", "cases": [{"when": ["close", ">", 1], "emit": ["entry_long"]}], "else": {"emit": ["no_action"]}}], True),
        ([{"id": "a", "cases": [{"when": ["close", ">", 1], "emit": [{"action": "exit_all", "percent": 100}]}]}], True),
        ([{"id": "a", "cases": [{"when": ["close", ">", 1], "emit": ["entry"]}]}], False),
        ([{"id": "a", "cases": [{"if": ["close", ">", 1], "emit": ["entry_long"]}]}], False),
        ([{"cases": [{"when": ["close", ">", 1], "emit": ["entry_long"]}]}], False),
        ([{"id": "a", "cases": []}], False),
        ([], False),
        ({"exit_long": ["close", ">", 1]}, False),
        ({"buy": ["close", ">", 1], "entry_long": ["close", ">", 1]}, False),
    ],
    ids=str,
)
def test_actions_have_one_of_two_forms(actions: Any, fits: bool) -> None:
    assert JUDGE.refuses({"actions": actions}) is not fits
