from __future__ import annotations

from math import nan
from typing import Any

import pytest
from rule_world import Tape, compiled, exec_tape, program, truths

from trade.base.findings import errors

UP = ["ema_9", ">", 0]
FINE = [["close", ">", "ema_9"]]


def test_bars_look_at_the_last_exec_closes_including_now() -> None:
    tape = exec_tape(6, ema_9=[1, 1, -1, 1, 1, 1])
    assert truths(tape, {"holds_for": {"bars": 2, "expr": [UP]}}) == "?+--++"
    assert truths(tape, {"occurred_within": {"bars": 2, "expr": {"not": UP}}}) == "?-++--"
    assert truths(tape, {"count_true": {"bars": 3, "min_true": 2, "expr": UP}}) == "?+++++"


def test_instants_before_the_data_start_are_missing() -> None:
    tape = exec_tape(3, ema_9=[-1, 1, 1])
    assert truths(tape, {"holds_for": {"bars": 3, "expr": [UP]}}) == "---"
    assert truths(tape, {"occurred_within": {"bars": 3, "expr": [UP]}}) == "?++"
    assert truths(tape, {"count_true": {"bars": 3, "min_true": 3, "expr": [UP]}}) == "---"
    assert truths(tape, {"count_true": {"bars": 3, "min_true": 2, "expr": [UP]}}) == "??+"


def test_a_missing_value_leaves_a_window_open_until_the_others_decide() -> None:
    tape = exec_tape(4, ema_9=[1, nan, 1, -1])
    assert truths(tape, {"holds_for": {"bars": 2, "expr": [UP]}}) == "???-"
    assert truths(tape, {"occurred_within": {"bars": 2, "expr": [UP]}}) == "++++"


def test_an_anchor_looks_at_the_closes_of_its_timeframe() -> None:
    # 15m closes are the third and the sixth of the five-minute bars.
    tape = exec_tape(8, ema_9=[1, 1, -1, 1, 1, 1, 1, 1])
    assert truths(tape, {"occurred_within": {"bars": 1, "anchor_tf": "15m", "expr": [UP]}}) == "??---+++"
    assert truths(tape, {"holds_for": {"bars": 2, "anchor_tf": "15m", "expr": [UP]}}) == "??------"


def test_a_duration_looks_at_every_base_close() -> None:
    # Each value holds for five base closes, so five minutes back every sample but the newest is the one before.
    tape = exec_tape(4, ema_9=[-1, 1, -1, 1])
    assert truths(tape, {"count_true_duration": {"duration": "5m", "min_true": 2, "expr": [UP]}}) == "?-+-"
    assert truths(tape, {"holds_for_duration": {"duration": "1m", "expr": [UP]}}) == "-+-+"
    assert truths(tape, {"occurred_within_duration": {"duration": "6M", "expr": [UP]}}) == "?+++"


def test_a_duration_counts_the_minutes_of_a_base_price() -> None:
    tape = Tape(list(range(8)), {("last_price", "value"): [1, 3, 3, 3, 1, 3, 3, 3]})
    assert truths(tape, {"holds_for_duration": {"duration": "3m", "expr": [["last_price", ">", 2]]}}) == "---+---+"


def test_a_duration_across_a_gap_looks_at_the_base_closes_that_exist() -> None:
    tape = Tape([0, 1, 2, 20, 21], {("last_price", "value"): [1, 3, 3, 3, 3]})
    assert truths(tape, {"holds_for_duration": {"duration": "2m", "expr": [["last_price", ">", 2]]}}) == "--+++"


def test_bars_in_a_base_action_keep_looking_at_exec_closes() -> None:
    tape = Tape(list(range(15)), {("last_price", "value"): [9] * 15, ("ema_9", "value"): [1, 1, -1]})
    rule = {"all": [["last_price", ">", 1], {"holds_for": {"bars": 2, "expr": [UP]}}]}
    assert truths(tape, rule) == "?????????+++++-"


def test_windows_nest_and_take_setups() -> None:
    tape = exec_tape(5, ema_9=[1, 1, -1, -1, -1])
    inner = {"holds_for": {"bars": 2, "expr": {"setup": "up"}}}
    assert truths(tape, {"occurred_within": {"bars": 3, "expr": inner}}, {"up": UP}) == "?+++-"
    rows = program({"entry_long": {"occurred_within": {"bars": 3, "expr": inner}}}, {"up": UP}).reads
    assert [ref.id for ref in rows] == ["ema_9"]


@pytest.mark.parametrize(
    ("rule", "code", "place"),
    [
        ({"holds_for": [FINE]}, "malformed-rule", ".holds_for"),
        ({"holds_for": {"bars": 3}}, "malformed-rule", ".holds_for"),
        ({"holds_for": {"duration": "3m", "expr": FINE}}, "unknown-key", ".holds_for.duration"),
        ({"holds_for_duration": {"bars": 3, "expr": FINE}}, "unknown-key", ".holds_for_duration.bars"),
        ({"holds_for": {"bars": 3, "min_true": 2, "expr": FINE}}, "unknown-key", ".holds_for.min_true"),
        ({"holds_for": {"bars": 501, "expr": FINE}}, "out-of-range", ".holds_for.bars"),
        ({"holds_for": {"bars": 0, "expr": FINE}}, "out-of-range", ".holds_for.bars"),
        ({"holds_for": {"bars": "3", "expr": FINE}}, "out-of-range", ".holds_for.bars"),
        ({"count_true": {"bars": 3, "expr": FINE}}, "malformed-rule", ".count_true"),
        ({"count_true": {"bars": 3, "min_true": 4, "expr": FINE}}, "out-of-range", ".count_true.min_true"),
        ({"holds_for": {"bars": 3, "anchor_tf": "7m", "expr": FINE}}, "unknown-timeframe", ".holds_for.anchor_tf"),
        ({"holds_for_duration": {"duration": "3s", "expr": FINE}}, "malformed-rule", ".holds_for_duration.duration"),
        ({"holds_for_duration": {"duration": "25h", "expr": FINE}}, "out-of-range", ".holds_for_duration.duration"),
        ({"holds_for_duration": {"duration": "0m", "expr": FINE}}, "out-of-range", ".holds_for_duration.duration"),
        ({"holds_for": {"bars": 3, "expr": [["clsoe", ">", 1]]}}, "unknown-reference", ".holds_for.expr[0][0]"),
    ],
    ids=str,
)
def test_a_malformed_window_is_refused(rule: Any, code: str, place: str) -> None:
    findings = errors(compiled({"entry_long": rule})[1])
    assert (code, f"actions.entry_long{place}") in [(f.code, f.place.path) for f in findings]


CROSS, SLOW_CROSS = ["close", "cross_above", "ema_9"], ["ema_slow", "cross_below", 5]
BASE_CROSS = ["last_price", "cross_above", "ema_9"]


def within(rule: Any, **reach: Any) -> Any:
    return {"occurred_within": {"bars": 4, **reach, "expr": rule}}


def sampled(rule: Any, setups: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return where a warning says that a crossing is sampled, and what it says."""
    program_, findings = compiled({"entry_long": rule}, setups)
    assert program_ is not None
    return [(f.place.path, f.fact) for f in findings if f.code == "crossing-sampled"]


def test_a_crossing_that_an_anchor_passes_over_is_a_warning_at_its_place() -> None:
    place = "actions.entry_long.occurred_within.anchor_tf"
    said = "'close cross_above ema_9' is sampled only at closes of 15m by this window; a crossing between two of them is not seen"
    assert sampled(within(CROSS, anchor_tf="15m")) == [(place, said)]


@pytest.mark.parametrize(
    ("rule", "setups"),
    [
        ({"not": CROSS}, {}),
        ({"any": [["close", ">", 1], {"all": [CROSS]}]}, {}),
        ({"setup": "turn"}, {"turn": {"all": [{"setup": "deeper"}]}, "deeper": [CROSS]}),
        ([["close", "+", 1], "cross_below", "ema_slow"], {}),
        (["hour_utc", "cross_above", 5], {}),
        ([{"feature_id": "ema_9", "offset": 1}, "cross_above", 5], {}),
    ],
    ids=str,
)
def test_wherever_the_crossing_stands_under_the_window(rule: Any, setups: dict[str, Any]) -> None:
    assert len(sampled(within(rule, anchor_tf="1h"), setups)) == 1


def test_a_crossing_of_base_prices_is_passed_over_by_exec_closes_too() -> None:
    assert [place for place, _ in sampled(within(BASE_CROSS))] == ["actions.entry_long.occurred_within.bars"]
    assert [place for place, _ in sampled(within(BASE_CROSS, anchor_tf="5m"))] == ["actions.entry_long.occurred_within.anchor_tf"]
    assert sampled({"occurred_within_duration": {"duration": "20m", "expr": BASE_CROSS}}) == []
    assert sampled(within(BASE_CROSS, anchor_tf="1m")) == []


@pytest.mark.parametrize(
    "rule",
    [
        within(CROSS),
        within(CROSS, anchor_tf="5m"),
        within(CROSS, anchor_tf="1m"),
        within(SLOW_CROSS, anchor_tf="15m"),
        within(["close", ">", "ema_9"], anchor_tf="1h"),
        within(within(CROSS), anchor_tf="1h"),  # the window inside looks at every exec close
        CROSS,
    ],
    ids=str,
)
def test_a_crossing_that_cannot_be_missed_is_no_warning(rule: Any) -> None:
    assert sampled(rule) == []


@pytest.mark.parametrize("anchor", ["15m", "1h", "W", "M"])
def test_a_slower_feature_is_seen_where_its_closes_are_those_of_the_anchor(anchor: str) -> None:
    assert bool(sampled(within(SLOW_CROSS, anchor_tf=anchor))) == (anchor != "15m")


@pytest.mark.parametrize(("anchor", "missed"), [("1h", False), ("D", False), ("W", True), ("M", False)])
def test_months_end_with_a_day_but_not_with_a_week(anchor: str, missed: bool) -> None:
    assert bool(sampled(within(["ema_month", "cross_above", 5], anchor_tf=anchor))) == missed


def test_what_is_warned_of_is_missed_and_what_is_not_is_seen() -> None:
    values = [1, 1, 1, 1, 9, 9, 1, 1, 1]  # above 5 from the fifth close on, which is no 15m close
    tape = exec_tape(9, ema_9=values, ema_slow=[1, 9, 1])
    assert "+" not in truths(tape, within(["ema_9", "cross_above", 5], anchor_tf="15m"))
    assert "+" in truths(tape, within(["ema_9", "cross_above", 5]))
    assert "+" in truths(tape, within(["ema_slow", "cross_above", 5], anchor_tf="15m"))
