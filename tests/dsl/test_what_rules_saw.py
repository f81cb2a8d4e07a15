"""Who decided, and what the rules read: said of the arrays, and again of the rules' text one instant at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_rules import actions, operands, random_tape, setups, slow_rules
from rule_world import compiled, program
from test_rule_parity import accepted, edges, modes, seeds

from trade.base.decided import NO_CASE
from trade.base.timeframe import MINUTE_MS
from trade.dsl import evaluate as evaluation
from trade.dsl.columns import Clock
from trade.dsl.decide import STATE_ROWS, deciders, intent_of
from trade.dsl.evaluate import evaluate, find_deciders
from trade.dsl.seen import seen_at

STATES = ("flat", "long", "short")


def slow_decider(slow: Any, blocks: list[dict[str, Any]], mode: str, on_base: bool, t: int, state: str) -> tuple[str, int] | None:
    """Return the block and the number of the case that wants something first, read from the text."""
    for block in blocks:
        whens = [case["when"] for case in block["cases"]]
        if on_base and not slow.on_base(whens) and t not in slow.clocks["exec"]:
            continue
        truths = [slow.truth(when, t) for when in whens]
        at = truths.index(True) if True in truths else NO_CASE
        emits = block["cases"][at]["emit"] if at >= 0 else block.get("else", {"emit": []})["emit"] if set(truths) == {False} else []
        if slow.first(emits, state, mode):
            return block["id"], at
    return None


@pytest.mark.parametrize("stretch", [7, 1 << 16])
@given(rules=actions, declared=setups, mode=modes, seed=seeds, start=edges, length=st.integers(0, 70))
@settings(max_examples=60, deadline=None)
def test_the_case_that_decides_is_the_first_that_wants_something(
    stretch: int, rules: Any, declared: dict[str, Any], mode: str, seed: int, start: int, length: int
) -> None:
    made, tape = accepted(rules, declared, mode), random_tape(seed)
    slow = slow_rules(tape, declared)
    blocks = rules if isinstance(rules, list) else [{"id": word, "cases": [{"when": rules[word], "emit": [word]}]} for word in rules]
    window = (start * MINUTE_MS, (start + length) * MINUTE_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "_STRETCH", stretch)
        numbers = find_deciders(made, tape, *window)
    decisions, known = evaluate(made, tape, *window), deciders(made)
    assert numbers.shape == (len(STATES), len(decisions.ts_ms))
    for (side, state), codes in zip(STATE_ROWS.items(), (decisions.flat, decisions.long, decisions.short), strict=True):
        for at, t in enumerate(decisions.ts_ms.tolist()):
            number = numbers[state, at]
            found = None if number == 0 else (known[number - 1].block, known[number - 1].case)
            assert found == slow_decider(slow, blocks, mode, made.clock is Clock.BASE, t, STATES[state])
            assert codes[at] == (0 if number == 0 else intent_of(known[number - 1], side, mode))


@given(operand=operands, on_base=st.booleans(), seed=seeds)
@settings(max_examples=150, deadline=None)
def test_an_operand_is_seen_as_it_is_computed_one_instant_at_a_time(operand: Any, on_base: bool, seed: int) -> None:
    base = [["last_price", ">", -5]] if on_base else []
    made, _ = compiled({"entry_long": {"any": [[operand, ">", 1.25], *base]}})
    assume(made is not None)
    assert made is not None
    tape = random_tape(seed)
    slow = slow_rules(tape, {})
    ts_ms = tape.instants(made.clock)
    name, seen = next(iter(seen_at(made, tape, ts_ms).items()))
    clock = slow.clocks["base" if slow.on_base(operand) else "exec"]
    for t, value in zip(ts_ms.tolist(), seen.tolist(), strict=True):
        past = [instant for instant in clock if instant <= t]
        expected = slow.value(operand, past[-1]) if past else None
        assert (None if np.isnan(value) else value) == expected, (name, t)


def test_everything_that_a_rule_reads_has_a_column_and_of_a_sum_its_parts_follow() -> None:
    made = program(
        {"entry_long": {"any": [[["ema_9", "*", 1.5], ">", "close"], {"setup": "up"}]}, "exit_long": ["hour_utc", "in", [3, 4]]},
        {"up": {"holds_for": {"bars": 2, "expr": ["bb_20.lower", "between", [1, 2]]}}},
    )
    assert list(seen_at(made, random_tape(1), np.zeros(0, np.int64))) == ["ema_9 * 1.5", "ema_9", "close", "bb_20.lower", "hour_utc"]


def test_a_name_that_is_taken_is_numbered_whatever_its_letters() -> None:
    made = program({"entry_long": [["close", ">", "ema_9"]]})
    assert list(seen_at(made, random_tape(1), np.zeros(0, np.int64), ("CLOSE", "close (2)"))) == ["close (3)", "ema_9"]


def test_an_else_is_named_by_its_place() -> None:
    made = program([{"id": "x", "cases": [{"when": [["close", ">", 1]], "emit": ["no_action"]}], "else": {"emit": ["entry_long"]}}])
    assert [(each.block, each.case, each.path) for each in deciders(made)] == [
        ("x", 0, "actions[0].cases[0].when"),
        ("x", NO_CASE, "actions[0].else"),
    ]
