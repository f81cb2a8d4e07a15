from __future__ import annotations

from typing import Any

import pytest
from rule_world import program

from trade.dsl.explain import explain
from trade.dsl.text import rule_text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (["close", "lt", "bb_20.lower"], "close < bb_20.lower"),
        ([[["high", "+", "low"], "/", 2], "gte", {"feature_id": "ema_9", "offset": 1}], "(high + low) / 2 >= ema_9 (1 bar ago)"),
        ([{"feature_id": "bb_20", "field": "upper", "offset": 2}, ">", 1e6], "bb_20.upper (2 bars ago) > 1000000"),
        (["close", "near_pct", "ema_9", 0.5], "close near_pct ema_9 within 0.5 %"),
        (["close", "near_abs", [2, "*", 3], 1], "close near_abs 2 * 3 within 1"),
        (["rsi_14", "between", [30, 70.5]], "rsi_14 between [30, 70.5]"),
        (["trend.state", "in", ["BULLISH", "none"]], "trend.state in [bullish, none]"),
        (["trend.fresh", "==", 1], "trend.fresh == true"),
        ({"occurred_within": {"bars": 10, "expr": [["close", ">", 1]]}}, "occurred_within 10 bars"),
        ({"count_true": {"bars": 5, "min_true": 2, "anchor_tf": "1h", "expr": [["close", ">", 1]]}}, "count_true 2 of 5 bars of 1h"),
        ({"holds_for_duration": {"duration": "2h", "expr": [["close", ">", 1]]}}, "holds_for 120m"),
        ({"cross_above": ["ema_9", "ema_21"]}, "ema_9 cross_above ema_21"),
    ],
)
def test_a_rule_prints_as_a_reader_writes_it(rule: Any, text: str) -> None:
    assert rule_text(program({"entry_long": rule}).blocks[0].cases[0].rule) == text


def test_a_program_explains_itself_setups_first() -> None:
    block = {
        "id": "main",
        "cases": [{"when": {"all": [{"setup": "up"}, {"not": ["rsi_14", ">", 70]}]}, "emit": ["entry_long"]}],
        "else": {"emit": ["exit_all"]},
    }
    assert explain(program([block], {"up": [["close", ">", "ema_slow"]]})) == (
        "setup up:",
        "  all of",
        "    close > ema_slow",
        "entry_long when:",
        "  all of",
        "    setup up",
        "    not",
        "      rsi_14 > 70",
        "else exit_all",
    )
