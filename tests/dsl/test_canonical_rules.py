from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_rules import actions, random_tape, setups
from rule_world import compiled, program

from trade.dsl.canonical import canonical_rules
from trade.dsl.evaluate import evaluate
from trade.dsl.tree import Program

modes = st.sampled_from(["long_only", "short_only", "long_short"])
UP, DOWN = ["ema_9", ">", "ema_21"], ["ema_9", "<", "ema_21"]


def written(made: Program) -> tuple[Any, Any]:
    setups, blocks = canonical_rules(made)
    return dict(setups), list(blocks)


@given(actions=actions, declared=setups, mode=modes, seed=st.integers(0, 99))
@settings(max_examples=300, deadline=None)
def test_canonical_rules_decide_the_same_and_are_their_own_canonical_form(actions: Any, declared: Any, mode: str, seed: int) -> None:
    made, findings = compiled(actions, declared, mode=mode)
    if made is None:
        assert "never-holds" in {finding.code for finding in findings}
        return
    setups, blocks = written(made)
    again, tape = program(blocks, setups, mode=mode), random_tape(seed)
    assert (again.setups, again.reads, again.clock) == (tuple(sorted(made.setups, key=lambda s: s.id)), made.reads, made.clock)
    assert written(again) == (setups, blocks)
    was, now = (evaluate(each, tape, 0, 10**9) for each in (made, again))
    for state in ("ts_ms", "flat", "long", "short"):
        np.testing.assert_array_equal(getattr(now, state), getattr(was, state))


@pytest.mark.parametrize(
    ("forms", "canonical"),
    [
        ([["close", ">", 1], ["close", "gt", 1.0], {"gt": ["close", 1]}, {"lhs": "close", "op": ">", "rhs": 1}], ["close", ">", 1]),
        ([["bb_20.middle", "<", "close"], [{"feature_id": "bb_20", "field": "middle"}, "<", "close"]], ["bb_20", "<", "close"]),
        ([["trend.state", "==", "BULLISH"], ["trend.state", "eq", "bullish"]], ["trend.state", "==", "bullish"]),
        ([["trend.fresh", "==", 1], ["trend.fresh", "==", True]], ["trend.fresh", "==", True]),
        ([["close", ">", [0.1, "+", 0.2]], ["close", ">", 0.3]], ["close", ">", 0.3]),
        ([["close", ">", {"*": ["ema_9", 2]}], ["close", ">", ["ema_9", "*", 2]]], ["close", ">", ["ema_9", "*", 2]]),
        (
            [{"holds_for_duration": {"duration": d, "expr": UP}} for d in ("1h", "60m")],
            {"holds_for_duration": {"duration": "60m", "expr": UP}},
        ),
        ([["close", "between", {"low": 1, "high": 2}], ["close", "between", [1.0, 2]]], ["close", "between", [1, 2]]),
    ],
)
def test_forms_of_one_meaning_have_one_spelling(forms: list[Any], canonical: Any) -> None:
    for form in forms:
        assert written(program({"entry_long": {"all": [form]}}))[1][0]["cases"][0]["when"] == {"all": [canonical]}


@pytest.mark.parametrize("given_as", ["bullish", "none", "bearish"])
def test_a_word_of_an_enum_stays_a_word(given_as: str) -> None:
    rule = {"all": [["trend.state", "in", [given_as]]]}
    assert written(program({"entry_long": rule}))[1][0]["cases"][0]["when"] == rule


def test_blocks_stand_by_action_unless_both_may_enter_at_one_instant() -> None:
    free = {"exit_long": DOWN, "entry_short": DOWN, "entry_long": UP}
    assert [block["id"] for block in written(program({k: [v] for k, v in free.items()}))[1]] == ["entry_long", "entry_short", "exit_long"]
    bound = {"exit_long": [DOWN], "entry_short": [["close", ">", 1]], "entry_long": [UP]}
    assert [block["id"] for block in written(program(bound))[1]] == ["entry_short", "entry_long", "exit_long"]


def test_a_long_list_of_bounds_is_compared_with_the_tightest_only() -> None:
    parts = [["close", ">", n] for n in range(20_000)]
    assert compiled({"entry_long": {"all": parts}})[0] is not None
    _, findings = compiled({"entry_long": {"all": [*parts, ["close", "<", 19_999]]}})
    assert [finding.fact for finding in findings] == ["'close > 19999' and 'close < 19999' cannot both hold"]
