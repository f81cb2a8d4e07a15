"""Random rules and random tapes: two slower timeframes, gaps, missing and infinite values, both clocks."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from hypothesis import strategies as st
from rule_world import FEATURES, FIVE, WORDS, Tape
from slow_rules import SlowRules

from trade.base.timeframe import BASE, Timeframe
from trade.dsl.columns import Clock

VALUES = (nan, inf, -1.0, 0.0, 1.0, 1.5, 2.0, 3.0)
INDICES = {("trend", "pivot_idx")}
ENUMS = {("trend", "state"): [word.lower() for word in WORDS]}
PRIMARY = {"bb_20": "middle", "trend": "direction"}
FLOATS: dict[tuple[str, str], Timeframe] = {
    ("ema_9", "value"): FIVE,
    ("ema_slow", "value"): FEATURES["ema_slow"].timeframe,
    ("bb_20", "middle"): FIVE,
    ("bb_20", "lower"): FIVE,
    ("close", "value"): FIVE,
    ("last_price", "value"): BASE,
    ("mark_price", "value"): BASE,
    ("funding_rate", "value"): BASE,
}
COLUMNS = {**FLOATS, **{("trend", output): FIVE for output in ("direction", "state", "fresh", "pivot_idx")}}

names = st.sampled_from(["ema_9", "ema_slow", "bb_20", "bb_20.lower", "close", "last_price", "mark_price", "funding_rate", "minute_utc"])
offsets = st.builds(
    lambda name, n: {"feature_id": name, "offset": n}, st.sampled_from(["ema_9", "ema_slow", "last_price", "close"]), st.integers(0, 3)
)
fields = st.just({"feature_id": "bb_20", "field": "lower", "offset": 1})
numbers = st.sampled_from([-1, 0, 1, 1.5, 2, 30])
columns = names | offsets | fields


def _sums(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    sign = st.sampled_from(["+", "-", "*", "/", "%"])
    written = st.builds(lambda a, op, b: [a, op, b], columns, sign, inner | numbers.filter(bool))
    return written | st.builds(lambda op, a, b: {op: [a, b]}, sign, inner, columns)


operands = columns | _sums(columns | _sums(columns))
orderings = st.sampled_from([">", ">=", "<", "<=", "gt", "lte", "cross_above", "cross_below"])
plain = st.builds(lambda a, op, b: [a, op, b], operands, orderings, operands | numbers)
keyed = st.builds(lambda op, a, b: {op: [a, b]}, orderings, operands, operands)
mirrored = st.builds(lambda op, a, b: [a, op, b], orderings, numbers, operands)
near = st.builds(
    lambda a, op, b, tol: [a, op, b, tol], operands, st.sampled_from(["near_abs", "near_pct"]), operands, st.sampled_from([0, 1, 50])
)
verbose = st.builds(lambda a, b: {"lhs": a, "op": "near_pct", "rhs": b, "tolerance": 60}, operands, operands)
ranged = st.builds(lambda a, low: [a, "between", [low, low + 1]], operands, st.sampled_from([0, 1, 1.5]))
discrete = st.sampled_from(
    [
        ["trend.state", "==", "Bullish"],
        ["trend.state", "!=", "none"],
        ["trend.state", "in", ["bullish", "bearish"]],
        ["trend.fresh", "==", True],
        ["trend", "==", -1],
        ["trend.pivot_idx", "neq", 2],
        ["trend.pivot_idx", "<", "minute_utc"],
        ["minute_utc", "in", [0, 5, 10, 30]],
        ["trend.direction", "==", "trend.pivot_idx"],
    ]
)
comparisons = plain | keyed | mirrored | near | verbose | ranged | discrete


def _window(kind: str, suffix: str, reach: dict[str, Any], expr: Any) -> dict[str, Any]:
    least = {"min_true": 2} if kind == "count_true" else {}
    return {kind + suffix: {**reach, **least, "expr": expr}}


kinds = st.sampled_from(["holds_for", "occurred_within", "count_true"])
bars = st.builds(
    lambda n, more: {"bars": n, **more}, st.integers(2, 4), st.sampled_from([{}, {}, {"anchor_tf": "15m"}, {"anchor_tf": "3m"}])
)
durations = st.sampled_from([{"duration": "2m"}, {"duration": "7M"}, {"duration": "30m"}])


def _windows(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(_window, kinds, st.just(""), bars, inner) | st.builds(_window, kinds, st.just("_duration"), durations, inner)


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return (
        st.builds(lambda key, parts: {key: parts}, st.sampled_from(["all", "any"]), several)
        | several
        | st.builds(lambda part: {"not": part}, inner)
        | _windows(inner)
    )


own_rules = st.recursive(comparisons, _combined, max_leaves=5)
rules = st.recursive(comparisons | st.sampled_from([{"setup": "one"}, {"setup": "two"}]), _combined, max_leaves=6)
setups = st.builds(lambda one, two: {"one": one, "two": {"any": [{"setup": "one"}, two]}}, own_rules, own_rules)
words = st.sampled_from(["entry_long", "entry_short", "exit_long", "exit_short", "exit_all", "no_action"])
emits = st.lists(words, min_size=1, max_size=3)
cases = st.lists(st.builds(lambda when, emit: {"when": when, "emit": emit}, rules, emits), min_size=1, max_size=3)
plain_blocks = st.builds(lambda listed: {"cases": listed}, cases)
else_blocks = st.builds(lambda listed, emit: {"cases": listed, "else": {"emit": emit}}, cases, emits)
blocks = st.lists(plain_blocks | else_blocks, min_size=1, max_size=3).map(lambda made: [{"id": f"b{i}", **b} for i, b in enumerate(made)])
actions = st.dictionaries(words, rules, min_size=1, max_size=4) | blocks


def random_tape(seed: int) -> Tape:
    """Return about an hour of minutes with holes, some of the columns beginning late."""
    rng = np.random.default_rng(seed)
    minutes = np.flatnonzero(rng.random(int(rng.integers(2, 70))) < rng.choice([1.0, 0.8]))
    if rng.random() < 0.3:
        minutes = minutes[(minutes < 17) | (minutes > 33)]
    tape = Tape([int(minute) + 1000 for minute in minutes], {}, skipped={("ema_9", "value"): int(rng.integers(0, 3))})
    for (name, output), timeframe in COLUMNS.items():
        count = len(tape.closes(timeframe))
        choices = (0.0, 1.0, 2.0, nan) if (name, output) in ENUMS else (0.0, 1.0, nan) if output == "fresh" else VALUES
        if output in ("direction", "pivot_idx"):
            choices = (-1.0, 0.0, 1.0, nan)
        tape.values[name, output] = rng.choice(choices, count)
    return tape


def slow_rules(tape: Tape, declared: dict[str, Any], columns: dict[tuple[str, str], Timeframe] = COLUMNS) -> SlowRules:
    """Return the obvious interpreter over the same tape."""
    bars = {}
    for key, timeframe in columns.items():
        pairs = list(zip(tape.closes(timeframe).tolist(), tape.values[key].tolist(), strict=False))
        bars[key] = pairs[tape.skipped.get(key, 0) :]
    instants = [tape.instants(clock).tolist() for clock in (Clock.EXEC, Clock.BASE)]
    return SlowRules(*instants, bars, ENUMS, INDICES, declared, PRIMARY)
