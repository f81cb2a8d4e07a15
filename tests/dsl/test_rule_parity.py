from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_rules import actions, random_tape, setups, slow_rules
from rule_world import compiled

from trade.base.findings import errors
from trade.base.records import Intent
from trade.base.timeframe import MINUTE_MS
from trade.dsl import evaluate as evaluation
from trade.dsl.evaluate import Decisions, evaluate
from trade.dsl.tree import Program

CODES = {"": Intent.NOTHING, "entry_long": Intent.ENTRY_LONG, "entry_short": Intent.ENTRY_SHORT}
modes = st.sampled_from(["long_only", "short_only", "long_short"])
seeds = st.integers(0, 2**32 - 1)
edges = st.integers(995, 1070)


def accepted(rules: Any, declared: dict[str, Any], mode: str) -> Program:
    """Compile random rules; the only thing that may be wrong with them is that they can be shown never to hold."""
    result, findings = compiled(rules, declared, mode=mode)
    assert {finding.code for finding in errors(findings)} <= {"never-holds"}, findings
    assume(result is not None)
    assert result is not None
    return result


def table(decisions: Decisions) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in (decisions.ts_ms, decisions.flat, decisions.long, decisions.short)), strict=True))


@pytest.mark.parametrize("stretch", [7, 1 << 16])
@given(rules=actions, declared=setups, mode=modes, seed=seeds, start=edges, length=st.integers(0, 70))
@settings(max_examples=60, deadline=None)
def test_arrays_say_what_the_rules_say_read_one_instant_at_a_time(
    stretch: int, rules: Any, declared: dict[str, Any], mode: str, seed: int, start: int, length: int
) -> None:
    program, tape = accepted(rules, declared, mode), random_tape(seed)
    slow = slow_rules(tape, declared)
    window = (start * MINUTE_MS, (start + length) * MINUTE_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "_STRETCH", stretch)
        fast = evaluate(program, tape, *window)
    expected = slow.decide(rules, mode, *window)
    assert table(fast) == [(t, *(CODES.get(word, Intent.EXIT) for word in states)) for t, *states in expected]
    for row in fast.funnel:
        assert (row.true, row.false, row.missing) == slow.count(followed(rules, declared, row.path), *window), row


def followed(rules: Any, declared: dict[str, Any], path: str) -> Any:
    """Return the raw rule at a path such as `actions[0].cases[1].when.all[2]`."""
    value: Any = {"actions": rules, "setups": declared}
    for step in path.replace("[", ".[").split("."):
        value = value[int(step[1:-1])] if step.startswith("[") else value[step]
    return value


@given(rules=actions, declared=setups, mode=modes, seed=seeds, end=edges)
@settings(max_examples=50, deadline=None)
def test_decisions_up_to_an_instant_do_not_depend_on_later_bars(
    rules: Any, declared: dict[str, Any], mode: str, seed: int, end: int
) -> None:
    program, tape = accepted(rules, declared, mode), random_tape(seed)
    whole = evaluate(program, tape, 0, end * MINUTE_MS + 1)
    prefix = evaluate(program, tape.truncated(end * MINUTE_MS), 0, end * MINUTE_MS + 1)
    assert table(prefix) == table(whole)
    assert prefix.funnel == whole.funnel
