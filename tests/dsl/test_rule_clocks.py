from __future__ import annotations

from math import nan

from rule_world import FIVE, Tape, exec_tape, program, run, truths

from trade.base.timeframe import BASE, MINUTE_MS
from trade.dsl.columns import Clock, ColumnRef

MINUTES = list(range(15))


def minutes_of(ts_ms: object) -> list[int]:
    return [int(ts) // MINUTE_MS for ts in ts_ms]  # type: ignore[attr-defined]


def test_a_cross_needs_the_other_side_or_touch_just_before() -> None:
    tape = exec_tape(7, ema_9=[1, 3, 2, 3, 1, 2, 1], ema_21=[2] * 7)
    assert truths(tape, ["ema_9", "cross_above", "ema_21"]) == "?+-+---"
    assert truths(tape, ["ema_9", "cross_below", "ema_21"]) == "?---+-+"


def test_a_cross_with_a_missing_side_now_or_before_is_missing() -> None:
    tape = exec_tape(5, ema_9=[1, nan, 3, 1, 3])
    assert truths(tape, ["ema_9", "cross_above", 2]) == "???-+"


def test_a_constant_and_arithmetic_cross_too() -> None:
    tape = exec_tape(3, ema_9=[1, 2, 3], ema_21=[1, 1, 0])
    assert truths(tape, [["ema_9", "-", "ema_21"], "cross_above", 1]) == "?-+"
    assert truths(tape, [2, "cross_below", "ema_9"]) == "?-+"


def test_a_cross_of_slow_features_is_true_at_one_exec_close() -> None:
    tape = Tape(list(range(60)), {("ema_slow", "value"): [1, 1, 3, 3]})
    assert truths(tape, ["ema_slow", "cross_above", 2]) == "???-----+---"


def test_the_instant_before_may_lie_in_the_warm_up() -> None:
    tape = exec_tape(3, ema_9=[1, 3, 3])
    result = run(tape, {"entry_long": ["ema_9", "cross_above", 2]}, start=10)
    assert minutes_of(result.ts_ms) == [10, 15]
    assert result.flat.tolist() == [1, 0]


def test_a_cross_is_missing_where_the_instant_before_the_first_is() -> None:
    tape = exec_tape(4, ema_9=[1, nan, 3, 1])
    for rule in (["ema_9", "cross_above", 2], {"not": ["ema_9", "cross_above", 2]}):
        assert run(tape, {"entry_long": rule}, start=15).flat.tolist() == [0, int("not" in rule)]


def test_a_cross_spans_a_gap() -> None:
    minutes = [*range(5), *range(20, 25)]
    assert truths(Tape(minutes, {("ema_9", "value"): [1, 3]}), ["ema_9", "cross_above", 2]) == "?+"


def test_exec_rules_decide_at_exec_closes_inside_the_window_only() -> None:
    result = run(exec_tape(4, ema_9=[1, 1, 1, 1]), {"entry_long": ["ema_9", ">", 0]}, start=5, end=15)
    assert minutes_of(result.ts_ms) == [5, 10]
    assert [row.true for row in result.funnel] == [2]


def test_a_base_price_makes_the_action_decide_every_minute() -> None:
    tape = Tape(MINUTES, {("last_price", "value"): range(15), ("ema_9", "value"): [5, 9, 9]})
    compiled = program({"entry_long": ["last_price", ">", "ema_9"]})
    assert compiled.clock is Clock.BASE
    assert compiled.reads == (ColumnRef("ema_9", "value", FIVE), ColumnRef("last_price", "value", BASE))
    # Minute closes 1..15 see prices 0..14; the bar feature is 5 from minute 5 and 9 from minute 10.
    assert truths(tape, ["last_price", ">", "ema_9"]) == "????--+++-+++++"


def test_an_exec_comparison_holds_between_exec_closes_inside_a_base_action() -> None:
    tape = Tape(MINUTES, {("last_price", "value"): [1] * 15, ("ema_9", "value"): [1, 3, 1]})
    cross = ["ema_9", "cross_above", 2]
    assert truths(tape, {"all": [cross, ["last_price", ">", 0]]}) == "?????????+++++-"


def test_a_base_cross_looks_one_minute_back() -> None:
    tape = Tape(MINUTES, {("last_price", "value"): [1, 1, 3, 3, 1, 3] + [3] * 9})
    assert truths(tape, ["last_price", "cross_above", 2]) == "?-+--+---------"


def test_an_exec_action_beside_a_base_action_still_acts_at_exec_closes_only() -> None:
    tape = Tape(MINUTES, {("last_price", "value"): [1] * 15, ("ema_9", "value"): [1, 1, 1]})
    result = run(tape, {"entry_long": ["ema_9", ">", 0], "exit_long": ["last_price", ">", 0]})
    assert minutes_of(result.ts_ms) == list(range(1, 16))
    assert [minute for minute, code in zip(minutes_of(result.ts_ms), result.flat, strict=True) if code] == [5, 10, 15]
    assert (result.long == 3).all()


def test_an_exec_bar_without_its_last_minute_gives_no_decision_and_is_seen_at_the_next_base_close() -> None:
    minutes = [m for m in MINUTES if m != 9]
    values = {("last_price", "value"): [1] * 14, ("ema_9", "value"): [1, 3, 3]}
    exec_only = run(Tape(minutes, values), {"entry_long": ["ema_9", ">", 2]})
    assert minutes_of(exec_only.ts_ms) == [5, 15]
    # The second bar closes at 10 without an instant; the base comparison sees its value at 11.
    assert truths(Tape(minutes, values), ["ema_9", ">", ["last_price", "*", 2]]) == "????-----+++++"


def test_each_funnel_row_counts_on_its_own_clock() -> None:
    tape = Tape(MINUTES, {("last_price", "value"): [1, 2, 3] * 5, ("ema_9", "value"): [1, 3, 1]})
    rule = {"all": [["ema_9", ">", 2], ["last_price", ">", 2]]}
    rows = {row.text: (row.depth, row.true, row.false, row.missing) for row in run(tape, {"entry_long": rule}, start=3).funnel}
    assert rows == {"all of": (0, 1, 11, 1), "ema_9 > 2": (1, 1, 2, 0), "last_price > 2": (1, 5, 8, 0)}
