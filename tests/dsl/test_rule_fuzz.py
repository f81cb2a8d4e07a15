from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rule_world import compiled

from trade.base.findings import errors

words = st.sampled_from(
    [
        "close",
        "ema_9",
        "trend.state",
        "trend",
        "bb_20.lower",
        "hour_utc",
        "bullish",
        ">",
        "==",
        "in",
        "between",
        "near_pct",
        "cross_above",
        "+",
    ]
)
LOGIC = ["all", "any", "not", "setup", "lhs", "op", "rhs", "tolerance", "feature_id", "field", "offset", "low", "high", ">", "in", "+"]
ACTIONS = ["s", "entry_long", "exit_all", "id", "cases", "when", "emit", "else", "action", "percent"]
WINDOWS = ["holds_for", "count_true_duration", "bars", "expr", "duration", "min_true", "anchor_tf"]
keys = st.sampled_from([*LOGIC, *ACTIONS, *WINDOWS])
scalars = words | st.none() | st.booleans() | st.integers(-2, 30) | st.floats() | st.text(max_size=3)
junk: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.integers(0, 1), inner, max_size=4), max_leaves=12
)


@given(actions=junk | st.fixed_dictionaries({"entry_long": junk}), setups=st.dictionaries(st.sampled_from(["s", "t"]), junk, max_size=2))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_gives_a_program_or_says_why_not(actions: Any, setups: dict[str, Any]) -> None:
    program, findings = compiled(actions, setups)
    assert (program is None) == bool(errors(findings))
    assert all(finding.fact and finding.hint and finding.place.path for finding in findings)
