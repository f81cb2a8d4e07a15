from __future__ import annotations

from typing import Any

import pytest
from rule_world import CATALOGUE, codes, compiled

from trade.base.findings import Finding, Place, Severity, errors
from trade.dsl.columns import Clock
from trade.play.unsupported import TABLE

FINE = ["close", ">", "ema_9"]


def only(rule: Any, setups: dict[str, Any] | None = None) -> Finding:
    """Return the one thing that is wrong with a rule."""
    result, findings = compiled({"entry_long": rule}, {"fine": FINE, **(setups or {})})
    (wrong,) = errors(findings)
    assert result is None
    return wrong


@pytest.mark.parametrize(
    ("rule", "code", "place", "hint"),
    [
        (["clsoe", ">", 1], "unknown-reference", "[0]", "did you mean `close`?"),
        (["close", ">", "ema_99"], "unknown-reference", "[2]", "did you mean `ema_9`?"),
        (["close", "<", "bb_20_lower"], "unknown-reference", "[2]", "did you mean `bb_20.lower`?"),
        (["fine", ">", 1], "unknown-reference", "[0]", "it is a setup: write {setup: fine}"),
        (["rsi_14", ">", "70"], "unknown-reference", "[2]", "write the number without quotes: `70`"),
        (["timestamp", ">", 1], "unknown-reference", "[0]", "use its parts: hour_utc, minute_utc, weekday_utc"),
        (["close", "<", "bb_20.lowr"], "unknown-output", "[2]", "did you mean `lower`?"),
        (["ema_9.upper", ">", 1], "unknown-output", "[0]", "known: value"),
        (["bb_20.Basis", ">", 1], "unknown-output", "[0]", "did you mean `middle`?"),
        (["close", "crosses_above", "ema_9"], "unknown-operator", "[1]", "did you mean `cross_above`?"),
        (["trend", "=", 1], "unknown-operator", "[1]", 'did you mean `"=="`?'),
        ([["close", "^", 2], ">", 1], "unknown-operator", "[0]", "use one of + - * / %"),
        (["trend.state", "==", "bulish"], "unknown-word", "[2]", "did you mean `bullish`?"),
        (["trend.state", "in", ["none", "up"]], "unknown-word", "[2][1]", "known: none, bullish, bearish"),
        (["close", "==", 100], "float-equality", "[0]", "use near_abs, near_pct, between or an ordering"),
        (["trend", "==", "close"], "float-equality", "[2]", "use near_abs, near_pct, between or an ordering"),
        (["close", "in", [1, 2]], "float-equality", "[0]", "use near_abs, near_pct, between or an ordering"),
        (["trend.state", ">", 1], "type-mismatch", "[0]", "use '==', '!=' or 'in'"),
        (["ema_9", "<", "trend.fresh"], "type-mismatch", "[2]", "use '==', '!=' or 'in'"),
        (["trend.fresh", "cross_above", 0], "type-mismatch", "[0]", None),
        (["trend.state", "==", 1], "type-mismatch", "", "its words: none, bullish, bearish"),
        (["trend.fresh", "==", 2], "type-mismatch", "", None),
        (["trend.direction", "==", True], "type-mismatch", "", None),
        (["trend.direction", "in", [1, True]], "type-mismatch", "[2][1]", None),
        ([["trend.fresh", "+", 1], ">", 0], "type-mismatch", "[0]", "arithmetic takes numbers only"),
        ([1, ">", 0], "two-constants", "", "compare with a feature, a structure or a price"),
        ([[1, "+", 2], ">", 0], "two-constants", "", None),
        (["close", "near_pct", "ema_9"], "missing-tolerance", "", "write [lhs, near_pct, rhs, tolerance], in percent of the right side"),
        (["close", "near_abs", "ema_9", -1], "bad-tolerance", "[3]", None),
        (["close", "near_abs", "ema_9", "1"], "bad-tolerance", "[3]", None),
        (["close", ">", "ema_9", 1], "bad-tolerance", "[3]", "leave it out, or use near_abs or near_pct"),
        ({"lhs": "close", "op": ">", "rhs": "ema_9", "tolerance": 1}, "bad-tolerance", ".tolerance", None),
        (["close", ">", float("inf")], "bad-number", "[2]", None),
        (["close", ">", 10**400], "bad-number", "[2]", None),
        ([{"feature_id": "close", "offset": -1}, ">", 1], "bad-offset", "[0].offset", "use 0, 1, 2, ..."),
        ([{"feature_id": "hour_utc", "offset": 1}, ">", 1], "bad-offset", "[0]", "leave the offset out"),
        ([{"feature_id": "close", "offest": 1}, ">", 1], "unknown-key", "[0].offest", "did you mean `offset`?"),
        (["rsi_14", "between", [30]], "malformed-rule", "[2]", "write [low, high] or {low: 1, high: 2}"),
        (["rsi_14", "between", [30, "ema_9"]], "malformed-rule", "[2][1]", "write two comparisons under 'all' for moving bounds"),
        (["trend", "in", []], "malformed-rule", "[2]", None),
        (["close", ">"], "malformed-rule", "", "write [lhs, op, rhs]"),
        ({"all": FINE}, "malformed-rule", ".all", 'write `all: [[close, ">", ema_9]]`'),
        ({"lhs": "close", "rhs": 1}, "malformed-rule", "", "write {lhs: close, op: '>', rhs: ema_50}"),
        ({">": ["close"]}, "malformed-rule", ".>", "write {'>': [lhs, rhs]}"),
        ("close > 5", "malformed-rule", "", 'write `[close, ">", 5]`'),
        ([FINE, 5], "malformed-rule", "", None),
        ({"all": []}, "empty-block", ".all", "write at least one"),
        ([], "empty-block", "", "write at least one"),
        ({}, "empty-block", "", None),
        ({"all": [FINE], "any": [FINE]}, "ambiguous-block", "", "nest one inside the other"),
        ({"all": [FINE], "lhs": "close"}, "ambiguous-block", "", "nest one inside the other"),
        ({"al": [FINE]}, "unknown-key", ".al", "did you mean `all`?"),
        ({"setup": "fin"}, "unknown-setup", ".setup", "did you mean `fine`?"),
        (["rsi_14", ">", 120], "never-holds", "", "'rsi_14' lies between 0 and 100: write a number in there"),
        (["rsi_14", "<", 0], "never-holds", "", "'rsi_14' lies between 0 and 100: write a number in there"),
        (["close", "<", 0], "never-holds", "", "'close' is 0 or more: write a number in there"),
        ([["rsi_14", "-", 100], ">", 0], "never-holds", "", "'rsi_14 - 100' lies between -100 and 0: write a number in there"),
        (["rsi_14", "cross_above", 100], "never-holds", "", None),
        (["rsi_14", "cross_below", 101], "never-holds", "", None),
        (["rsi_14", "between", [70, 30]], "never-holds", "", None),
        (["rsi_14", "near_pct", 0, 5], "never-holds", "", None),
        (["rsi_14", "near_abs", 120, 5], "never-holds", "", None),
        (["rsi_14", "near_pct", 200, 49.9], "never-holds", "", "'rsi_14' lies between 0 and 100: write a number in there"),
        (["hour_utc", "==", 24], "never-holds", "", "'hour_utc' lies between 0 and 23: write a number in there"),
        (["hour_utc", "==", 9.5], "never-holds", "", None),
        (["hour_utc", "in", [9, 25]], "never-holds", "[2][1]", None),
        (["trend.pivot_idx", "==", -1], "never-holds", "", "'trend.pivot_idx' is 0 or more: write a number in there"),
        (["close", ">", "close"], "never-holds", "", None),
        ([["close", "/", 0], ">", 1], "never-holds", "[0]", "divide by something else"),
    ],
    ids=str,
)
def test_one_mistake_gives_one_finding_with_its_place_and_a_hint(rule: Any, code: str, place: str, hint: str | None) -> None:
    wrong = only(rule)
    assert (wrong.code, wrong.place.path) == (code, f"actions.entry_long{place}")
    assert hint is None or wrong.hint == hint
    assert wrong.fact


def test_all_mistakes_are_said_at_once() -> None:
    rule = {"any": [["clsoe", ">", "emma_9"], ["close", "=>", 1], {"not": {"all": []}}, ["rsi_14", ">", 120]]}
    assert sorted(codes({"entry_long": rule, "entry_lnog": FINE})) == [
        "empty-block",
        "never-holds",
        "unknown-action",
        "unknown-operator",
        "unknown-reference",
        "unknown-reference",
    ]


def test_a_place_comes_from_the_nearest_ancestor_that_has_one() -> None:
    places = {("actions",): Place("p.yml", 3, 1, "actions"), ("actions", "entry_long", 0): Place("p.yml", 5, 7, "actions.entry_long[0]")}
    _, (first, second) = compiled({"entry_long": [["clsoe", ">", 1]], "entry_short": [["clsoe", ">", 1]]}, places=places)
    assert first.place == Place("p.yml", 3, 1, "actions.entry_short[0][0]")
    assert second.place == Place("p.yml", 5, 7, "actions.entry_long[0][0]")


def test_a_reference_to_a_broken_declaration_is_no_second_mistake() -> None:
    for rule in (["bad", ">", 1], ["close", ">", "bad.upper"], ["bad", "==", "bullish"], {"not": [["bad", "+", 1], "<", 1]}):
        assert compiled({"entry_long": rule}, broken={"bad": None}) == (None, ())


def test_a_comparison_that_always_holds_is_a_warning() -> None:
    for rule in (
        ["rsi_14", "<=", 100],
        ["close", ">=", 0],
        ["hour_utc", "!=", 30],
        ["rsi_14", "between", [0, 100]],
        ["close", "<=", "close"],
    ):
        result, (said,) = compiled({"entry_long": rule})
        assert result is not None
        assert (said.code, said.severity) == ("always-holds", Severity.WARNING)


@pytest.mark.parametrize(
    ("one", "two", "apart"),
    [
        (["rsi_14", ">", 70], ["rsi_14", "<", 30], True),
        (["rsi_14", ">", 50], ["rsi_14", "<=", 50], True),
        (["rsi_14", ">=", 50], [50, ">=", "rsi_14"], False),
        (["rsi_14", "between", [20, 30]], [30, "<", "rsi_14"], True),
        (["rsi_14", "cross_above", 30], ["rsi_14", "<=", 30], True),
        (["trend.state", "==", "bullish"], ["trend.state", "==", "bearish"], True),
        (["rsi_14", "<", 30], [{"feature_id": "rsi_14", "offset": 1}, ">", 70], False),
        (["rsi_14", "<", 30], ["ema_9", ">", 70], False),
        (["rsi_14", ">", 30], ["rsi_14", ">", 30], False),
    ],
    ids=str,
)
def test_parts_of_one_all_that_exclude_each_other_are_refused(one: Any, two: Any, apart: bool) -> None:
    assert codes({"entry_long": [one, two]}) == (["never-holds"] if apart else [])
    assert codes({"entry_long": {"any": [one, two]}}) == []


def test_a_ring_of_setups_is_refused_by_name() -> None:
    setups = {"a": {"all": [{"setup": "b"}]}, "b": {"not": {"setup": "c"}}, "c": [{"setup": "a"}]}
    result, findings = compiled({"entry_long": {"setup": "a"}}, setups)
    assert result is None
    assert [(f.code, f.fact) for f in findings] == [("setup-cycle", "setups refer to each other in a ring: a -> b -> c -> a")]


def test_an_unused_setup_is_a_warning_and_is_not_read() -> None:
    setups = {"used": FINE, "unused": {"all": [{"setup": "also"}]}, "also": ["last_price", ">", 1]}
    result, findings = compiled({"entry_long": {"setup": "used"}}, setups)
    assert result is not None
    assert result.clock is Clock.EXEC
    assert [ref.id for ref in result.reads] == ["close", "ema_9"]
    assert sorted(f.fact for f in findings) == [
        "setup 'also' is not used by any action",
        "setup 'unused' is not used by any action",
    ]


def test_a_wrong_setup_is_said_once_however_often_it_is_used() -> None:
    assert codes({"entry_long": {"setup": "s"}, "entry_short": {"setup": "s"}}, {"s": ["clsoe", ">", 1]}) == ["unknown-reference"]


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    rule: Any = FINE
    for _ in range(400):
        rule = {"not": rule}
    assert codes({"entry_long": rule}) == ["too-deep"]
    operand: Any = "close"
    for _ in range(400):
        operand = [operand, "+", 1]
    assert codes({"entry_long": [operand, ">", 1]}) == ["too-deep"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_long_chain_of_setups_is_refused_in_whichever_order_it_is_written(order: int) -> None:
    chain = {f"s{n}": {"setup": f"s{n + 1}"} for n in range(300)} | {"s300": FINE}
    result, findings = compiled({"entry_long": {"setup": "s0"}}, dict(list(chain.items())[::order]))
    assert result is None
    assert "too-deep" in {f.code for f in findings}


BLOCK = {"id": "b", "cases": [{"when": [FINE], "emit": ["entry_long"]}]}


@pytest.mark.parametrize(
    ("actions", "code", "place"),
    [
        ({}, "empty-block", "actions"),
        (None, "empty-block", "actions"),
        ([], "empty-block", "actions"),
        ({"adjust_stop": FINE}, "not-yet-adjust-intent", "actions.adjust_stop"),
        (["entry_long"], "malformed-rule", "actions[0]"),
        ([{"cases": BLOCK["cases"]}], "malformed-rule", "actions[0].id"),
        ([BLOCK, BLOCK], "duplicate-block", "actions[1].id"),
        ([{"id": "b"}], "malformed-rule", "actions[0].cases"),
        ([{**BLOCK, "elze": {}}], "unknown-key", "actions[0].elze"),
        ([{**BLOCK, "else": ["no_action"]}], "malformed-rule", "actions[0].else"),
        ([{**BLOCK, "else": {"emit": []}}], "malformed-rule", "actions[0].else.emit"),
        ([{"id": "b", "cases": [{"emit": ["entry_long"]}]}], "malformed-rule", "actions[0].cases[0]"),
        ([{"id": "b", "cases": [{"when": [FINE]}]}], "malformed-rule", "actions[0].cases[0].emit"),
    ],
)
def test_a_malformed_block_is_refused(actions: Any, code: str, place: str) -> None:
    (wrong,) = compiled(actions)[1]
    assert (wrong.code, wrong.place.path) == (code, place)


@pytest.mark.parametrize(
    ("emit", "code", "place"),
    [
        ("entry_lng", "unknown-action", ""),
        ({"percent": 50}, "malformed-rule", ""),
        ({"action": "adjust_target"}, "not-yet-adjust-intent", ".action"),
        ({"action": "exit_long", "percnt": 50}, "unknown-key", ".percnt"),
        ({"action": "exit_long", "percent": 50}, "not-yet-partial-exit", ".percent"),
        ({"action": "entry_long", "percent": 50}, "bad-percent", ".percent"),
        ({"action": "exit_long", "percent": 0}, "bad-percent", ".percent"),
        ({"action": "exit_long", "percent": 101}, "bad-percent", ".percent"),
        ({"action": "entry_long", "metadata": {"at": 1}}, "not-yet-intent-metadata", ".metadata"),
    ],
)
def test_a_malformed_emit_is_refused(emit: Any, code: str, place: str) -> None:
    (wrong,) = compiled([{"id": "b", "cases": [{"when": [FINE], "emit": [emit]}]}])[1]
    assert (wrong.code, wrong.place.path) == (code, f"actions[0].cases[0].emit[0]{place}")


@pytest.mark.parametrize(
    ("emit", "code", "fact"),
    [
        ("adjust_stop", "adjust-intent", "'adjust_stop'"),
        ({"action": "exit_all", "percent": 12.5}, "partial-exit", "'12.5' percent"),
        ({"action": "entry_long", "metadata": {}}, "intent-metadata", "'entry_long' has metadata"),
    ],
)
def test_what_is_not_built_yet_is_refused_with_the_sentence_of_its_table(emit: Any, code: str, fact: str) -> None:
    (wrong,) = compiled([{"id": "b", "cases": [{"when": [FINE], "emit": [emit]}]}])[1]
    assert (wrong.code, wrong.hint) == (f"not-yet-{code}", next(row.sentence for row in TABLE if row.code == code))
    assert wrong.fact.startswith(f"{fact}: ")
    assert wrong.fact.endswith(" cannot be run yet")


@pytest.mark.parametrize("other", [["ema_9", "<", "ema_21"], ["ema_21", ">=", "ema_9"], ["ema_9", "cross_below", "ema_21"]])
def test_two_columns_ordered_both_ways_never_hold_together(other: list[str]) -> None:
    assert codes({"entry_long": {"all": [["ema_9", ">", "ema_21"], other]}}) == ["never-holds"]
    assert codes({"entry_long": {"any": [["ema_9", ">", "ema_21"], other]}}) == []


def test_a_broken_declaration_still_has_the_outputs_of_its_kind_and_no_others() -> None:
    broken = {"bad": CATALOGUE.indicators["bbands"], "worse": None}
    result, findings = compiled({"entry_long": ["bad.uper", ">", 1], "entry_short": ["worse.uper", ">", 1]}, broken=broken)
    assert result is None
    assert [(f.code, f.place.path, f.hint) for f in findings] == [("unknown-output", "actions.entry_long[0]", "did you mean `upper`?")]
    assert compiled({"entry_long": ["bad.upper", ">", "bad"], "entry_short": FINE}, broken=broken) == (None, ())
