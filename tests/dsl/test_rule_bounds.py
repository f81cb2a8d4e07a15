"""What is certain of a comparison by the ranges of both sides, exactly at their bounds."""

from __future__ import annotations

from typing import Any

import pytest
from rule_world import codes, exec_tape, truths


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (["rsi_14", "near_pct", 50, 100], ["always-holds"]),  # 0 and 100 are as far from 50 as 50
        (["rsi_14", "near_pct", 50, 99.9], []),
        (["rsi_14", "near_pct", 200, 50], []),  # 100 is near enough
        (["rsi_14", "near_pct", 200, 49.9], ["never-holds"]),
        (["rsi_14", "near_abs", 50, 50], ["always-holds"]),
        (["rsi_14", "near_abs", 50, 49.9], []),
        (["rsi_14", "near_abs", 120, 20], []),
        ([9, "==", "hour_utc"], []),  # one number on a side settles nothing
        (["minute_utc", "==", 59], []),
        (["minute_utc", "==", 60], ["never-holds"]),
        (["minute_utc", "<=", 59], ["always-holds"]),
        (["hour_utc", "<=", 23], ["always-holds"]),
        (["weekday_utc", "==", 7], ["never-holds"]),
        (["weekday_utc", "<=", 6], ["always-holds"]),
        (["hour_utc", "in", ["minute_utc"]], ["malformed-rule"]),
        (["hour_utc", "in", [9, 10]], []),
    ],
    ids=str,
)
def test_a_range_settles_a_comparison_from_its_bound_on_and_not_before(rule: Any, said: list[str]) -> None:
    assert codes({"entry_long": rule}) == said


def test_a_percentage_of_too_many_decimals_to_multiply_out_is_one_all_the_same() -> None:
    tape = exec_tape(4, ema_9=[100.1, 100.2, 99.8, 99.7], ema_21=[100, 100, 100, 100])
    assert truths(tape, ["ema_9", "near_pct", "ema_21", 0.2345678901234567]) == "+++-"
