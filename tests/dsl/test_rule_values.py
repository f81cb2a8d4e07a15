from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from rule_world import FEATURES, Tape, compiled, exec_tape, run, scope, truths

from trade.base.timeframe import MINUTE_MS
from trade.dsl.canonical import canonical_rules
from trade.dsl.compile import compile_rules
from trade.play.spec import RuleSource


def test_ordering_is_missing_where_a_side_is_missing_or_infinite() -> None:
    tape = exec_tape(5, ema_9=[1, 2, 3, nan, inf], ema_21=[2, 2, 2, 2, 2])
    assert truths(tape, ["ema_9", ">", "ema_21"]) == "--+??"
    assert truths(tape, ["ema_9", ">=", "ema_21"]) == "-++??"
    assert truths(tape, ["ema_9", "<", "ema_21"]) == "+--??"
    assert truths(tape, ["ema_9", "<=", "ema_21"]) == "++-??"


def test_all_any_and_not_follow_three_valued_logic() -> None:
    # a: + - ? + - ? + - ?    b: + + + - - - ? ? ?
    tape = exec_tape(9, ema_9=[1, -1, nan] * 3, ema_21=[1, 1, 1, -1, -1, -1, nan, nan, nan])
    a, b = ["ema_9", ">", 0], ["ema_21", ">", 0]
    assert truths(tape, {"all": [a, b]}) == "+-?---?-?"
    assert truths(tape, {"any": [a, b]}) == "++++-?+??"
    assert truths(tape, {"not": a}) == "-+?-+?-+?"
    assert truths(tape, {"not": [a, b]}) == "-+?+++?+?"


def test_equality_of_words_ignores_case_and_keeps_missing() -> None:
    tape = exec_tape(4, trend__state=[0, 1, 2, nan])
    assert truths(tape, ["trend.state", "==", "BULLISH"]) == "-+-?"
    assert truths(tape, ["trend.state", "!=", "bullish"]) == "+-+?"
    assert truths(tape, ["bearish", "==", "trend.state"]) == "--+?"
    assert truths(tape, ["trend.state", "in", ["bullish", "Bearish"]]) == "-++?"


def test_true_and_one_are_the_same_on_a_bool() -> None:
    tape = exec_tape(3, trend__fresh=[0, 1, nan])
    for word in (True, 1, 1.0):
        assert truths(tape, ["trend.fresh", "==", word]) == "-+?"
    assert truths(tape, [False, "==", "trend.fresh"]) == "+-?"


def test_an_index_of_minus_one_is_missing_but_a_direction_of_minus_one_is_not() -> None:
    tape = exec_tape(3, trend__pivot_idx=[-1, 0, 7], trend__direction=[-1, 0, 1])
    assert truths(tape, ["trend.pivot_idx", "<", 5]) == "?+-"
    assert truths(tape, ["trend.direction", "==", -1]) == "+--"


def test_between_is_inclusive() -> None:
    tape = exec_tape(5, rsi_14=[29.9, 30, 50, 70, 70.1])
    assert truths(tape, ["rsi_14", "between", [30, 70]]) == "-+++-"
    assert truths(tape, ["rsi_14", "between", {"low": 30, "high": 70}]) == "-+++-"


def test_near_abs_is_a_distance_and_near_pct_a_percentage_of_the_right_side() -> None:
    tape = exec_tape(4, ema_9=[99.5, 100.5, 100.6, nan], ema_21=[100, 100, 100, 100])
    assert truths(tape, ["ema_9", "near_abs", "ema_21", 0.5]) == "++-?"
    assert truths(tape, ["ema_9", "near_pct", "ema_21", 0.5]) == "++-?"
    assert truths(exec_tape(2, ema_9=[-99.5, -99.4]), ["ema_9", "near_pct", -100, 0.5]) == "+-"


def test_near_pct_against_zero_is_missing() -> None:
    assert truths(exec_tape(3, ema_9=[1, 0, 1], ema_21=[0, 0, 1]), ["ema_9", "near_pct", "ema_21", 5]) == "??+"


def test_division_by_zero_is_missing_even_when_the_quotient_is_divided_again() -> None:
    tape = exec_tape(3, ema_9=[1, 1, 0], ema_21=[0, 2, 0])
    assert truths(tape, [["ema_9", "/", "ema_21"], ">", 0]) == "?+?"
    assert truths(tape, [[1, "/", ["ema_9", "/", "ema_21"]], ">", -1]) == "?+?"


def test_an_infinite_value_stays_missing_inside_arithmetic() -> None:
    assert truths(exec_tape(2, ema_9=[inf, 4]), [[1, "/", "ema_9"], ">=", 0]) == "?+"


def test_modulo_is_floor_modulo() -> None:
    tape = exec_tape(4, ema_9=[-1, 5, 7, 3], ema_21=[3, -3, 0, 3])
    assert truths(tape, [["ema_9", "%", "ema_21"], "near_abs", 2, 0]) == "+-?-"
    assert truths(tape, [["ema_9", "%", "ema_21"], "near_abs", -1, 0]) == "-+?-"


def test_arithmetic_nests_in_both_forms_on_both_sides() -> None:
    tape = exec_tape(2, ema_9=[10, 10], ema_21=[4, 6])
    assert truths(tape, [[["ema_9", "-", "ema_21"], "*", 2], ">", {"+": ["ema_21", 4]}]) == "+-"


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_an_offset_counts_closed_bars_of_the_features_own_timeframe(offset: int) -> None:
    # Six five-minute closes see the 15m bars: none, none, 0, 0, 0, 1.
    tape = Tape(list(range(30)), {("ema_slow", "value"): [100, 200]})
    seen = {0: "??+++-", 1: "?????+", 2: "??????"}[offset]
    assert truths(tape, [{"feature_id": "ema_slow", "offset": offset}, "<", 150]) == seen


def test_a_view_of_following_rows_and_a_gather_give_the_same() -> None:
    values = list(range(12))
    plain, late = exec_tape(12, ema_9=values), Tape(list(range(60)), {("ema_9", "value"): values}, skipped={("ema_9", "value"): 3})
    rule = [{"feature_id": "ema_9", "offset": 2}, ">", 5]
    assert truths(plain, rule) == "??------++++"
    assert truths(late, rule) == "?????---++++"


def test_rows_that_repeat_and_then_skip_are_not_taken_for_rows_in_sequence() -> None:
    # Exec closes 15, 20, 55 know the 15m bars 0, 0, 2: as many rows apart as instants, and yet no sequence.
    tape = Tape([*range(20), *range(30, 34), *range(50, 55)], {("ema_slow", "value"): [1, 9, 2, 9]})
    assert run(tape, {"entry_long": ["ema_slow", "<", 5]}, start=20).flat.tolist() == [1, 1]


def test_instant_parts_are_those_of_the_close_in_utc() -> None:
    thursday_midnight = exec_tape(12 * 30)
    result = run(thursday_midnight, {"entry_long": {"all": [["hour_utc", "==", 0], ["weekday_utc", "==", 4]]}})
    hours = result.ts_ms[result.flat == 1] // (60 * MINUTE_MS)
    assert set(hours) == {24}  # 1970-01-02, a Friday
    assert int((result.flat == 1).sum()) == 12
    assert truths(exec_tape(3), ["minute_utc", "==", 10]) == "-+-"


@pytest.mark.parametrize(
    ("named", "numbered"),
    [
        (["weekday_utc", "==", "friday"], ["weekday_utc", "==", 4]),
        (["weekday_utc", "==", "FRIDAY"], ["weekday_utc", "==", 4]),
        (["Saturday", "<=", "weekday_utc"], [5, "<=", "weekday_utc"]),
        (["weekday_utc", "in", ["monday", "sunday"]], ["weekday_utc", "in", [0, 6]]),
        (["weekday_utc", "between", ["tuesday", 4]], ["weekday_utc", "between", [1, 4]]),
    ],
    ids=str,
)
def test_a_weekday_is_its_number_from_monday_and_has_the_same_hash(named: Any, numbered: Any) -> None:
    (first, said), (second, _) = compiled({"entry_long": named}), compiled({"entry_long": numbered})
    assert first is not None
    assert second is not None
    assert (said, canonical_rules(first)) == ((), canonical_rules(second))


def test_a_feature_of_the_name_of_a_weekday_is_that_feature() -> None:
    world = replace(scope(), features={**FEATURES, "friday": FEATURES["ema_9"]})
    program, _ = compile_rules(RuleSource({}, {"entry_long": ["weekday_utc", "<", "friday"]}, {}), world)
    assert program is not None
    assert [ref.id for ref in program.reads] == ["friday"]


def test_builtins_read_the_exec_bar_and_the_known_series() -> None:
    tape = exec_tape(2, close=[3, 5], open=[4, 4], funding_rate=[nan] * 6 + [0.01] * 4)
    assert truths(tape, ["close", ">", "open"]) == "-+"
    assert truths(tape, ["funding_rate", ">", 0]) == "?+"


def test_old_bracket_names_reach_the_column() -> None:
    tape = exec_tape(2, **{"trend__zone0_state": [1, 2], "trend__level_0.618": [5, 6]})
    assert truths(tape, ["trend.zone[0].state", "==", "bullish"]) == "+-"
    assert truths(tape, ["trend.level[0.618]", ">", 5]) == "-+"


def test_a_setup_is_the_rule_it_names() -> None:
    tape = exec_tape(3, ema_9=[1, 2, 3])
    setups = {"high": [["ema_9", ">", 1]], "mid": {"all": [{"setup": "high"}, ["ema_9", "<", 3]]}}
    assert truths(tape, {"setup": "mid"}, setups) == "-+-"
