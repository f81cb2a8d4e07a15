"""RULE-7: what is equal in ticks is equal in rules, against an interpreter that computes in fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_rules import slow_rules
from rule_world import FIVE, Tape, compiled, program, truths

from trade.base.timeframe import BASE, MINUTE_MS
from trade.dsl.evaluate import evaluate

TICKS = [Decimal(text) for text in ("0.1", "0.01", "0.00001", "0.5", "0.25", "3", "0.0007")]
COLUMNS = {("ema_9", "value"): FIVE, ("close", "value"): FIVE, ("open", "value"): FIVE, ("last_price", "value"): BASE}


def exactly(value: Any) -> Fraction:
    return Fraction(repr(value))


class Draft:
    """Rules whose literals are counted in ticks, so that they can be written for any tick."""

    columns = st.sampled_from(["ema_9", "close", "open", "last_price"]) | st.builds(
        lambda name, n: {"feature_id": name, "offset": n}, st.sampled_from(["close", "ema_9"]), st.integers(1, 2)
    )
    heights = st.builds(lambda n: ("ticks", n), st.integers(-2, 3))
    levels = st.builds(lambda n: ("ticks", n), st.integers(1, 6))
    factors = st.sampled_from([2, 3, 0.5, 1.5, 1.02, 0.1])
    sums = st.builds(lambda a, op, b: [a, op, b], columns, st.sampled_from(["+", "-"]), columns | heights)
    multiples = st.builds(lambda a, n: [a, "*", n], columns, factors) | st.builds(
        lambda a, n: [a, "/", n], columns, st.sampled_from([2, 0.1])
    )
    operands = columns | sums | multiples | st.builds(lambda a, op, b: [a, op, b], sums, st.sampled_from(["+", "-"]), columns | multiples)
    orders = st.sampled_from([">", ">=", "<", "<=", "cross_above", "cross_below"])
    plain = st.builds(lambda a, op, b: [a, op, b], operands, orders, operands | levels)
    near = st.builds(lambda a, b, n: [a, "near_abs", b, ("ticks", n)], operands, operands, st.integers(0, 3))
    near_pct = st.builds(lambda a, b, tol: [a, "near_pct", b, tol], columns, columns, st.sampled_from([50, 25, 20, 33.3, 10, 0.1]))
    ranged = st.builds(
        lambda a, n, more: [a, "between", [("ticks", n), ("ticks", n + more)]], operands, st.integers(0, 4), st.integers(0, 2)
    )
    rules = plain | near | near_pct | ranged

    @staticmethod
    def written(rule: Any, tick: Decimal) -> Any:
        if isinstance(rule, tuple):
            return float(rule[1] * tick)
        return [Draft.written(part, tick) for part in rule] if isinstance(rule, list) else rule


def tape(ticks: dict[tuple[str, str], list[int]], tick: Decimal) -> Tape:
    """Return six exec bars whose prices are these counts of a tick."""
    return Tape(list(range(30)), {key: [float(n * tick) for n in column] for key, column in ticks.items()}, tick=tick)


counts = st.fixed_dictionaries(
    {key: st.lists(st.integers(1, 6), min_size=n, max_size=n) for key, n in zip(COLUMNS, (6, 6, 6, 30), strict=True)}
)


def decided(rule: Any, of: Tape) -> list[int]:
    return evaluate(program({"entry_long": rule}), of, 0, 30 * MINUTE_MS).flat.tolist()


@given(rule=Draft.rules, ticks=counts, tick=st.sampled_from(TICKS))
@settings(max_examples=400, deadline=None)
def test_sums_differences_and_multiples_of_prices_are_compared_as_fractions(rule: Any, ticks: dict[Any, list[int]], tick: Decimal) -> None:
    rules, now = {"entry_long": Draft.written(rule, tick)}, tape(ticks, tick)
    if compiled(rules)[0] is None:
        return  # shown never to hold
    slow = slow_rules(now, {}, COLUMNS)
    slow.number = exactly
    slow.bars = {key: [(close, n * Fraction(tick)) for (close, _), n in zip(slow.bars[key], ticks[key], strict=True)] for key in COLUMNS}
    expected = [int(word == "entry_long") for _, word, _, _ in slow.decide(rules, "long_short", 0, 30 * MINUTE_MS)]
    assert decided(rules["entry_long"], now) == expected


@given(rule=Draft.rules, ticks=counts, tick=st.sampled_from(TICKS), factor=st.sampled_from([Decimal(3), Decimal(7), Decimal("0.001")]))
@settings(max_examples=200, deadline=None)
def test_another_unit_of_money_changes_no_decision(rule: Any, ticks: dict[Any, list[int]], tick: Decimal, factor: Decimal) -> None:
    here, there = Draft.written(rule, tick), Draft.written(rule, tick * factor)
    if compiled({"entry_long": here})[0] is None or compiled({"entry_long": there})[0] is None:
        return
    assert decided(here, tape(ticks, tick)) == decided(there, tape(ticks, tick * factor))


@pytest.mark.parametrize(
    ("rule", "open_", "close", "holds"),
    [
        ([["close", "-", "open"], ">=", 0.1], 0.2, 0.3, "+"),  # in doubles 0.09999999999999998
        ([["close", "-", "open"], ">", 0.1], 0.2, 0.3, "-"),
        (["close", "near_abs", "open", 0.1], 0.2, 0.3, "+"),
        ([["close", "-", "open"], "between", [0.1, 0.5]], 0.2, 0.3, "+"),
        ([["open", "*", 3], "<=", "close"], 0.1, 0.3, "+"),  # in doubles 0.30000000000000004
        ([["open", "*", 1.1], ">=", "close"], 3.0, 3.3, "+"),  # in doubles 3.3000000000000003, which held for the wrong reason
        ([["open", "*", 1.1], ">", "close"], 3.0, 3.3, "-"),
        ([["open", "+", [0.1, "+", 0.2]], ">", "close"], 0.1, 0.4, "-"),
        (["close", "near_pct", "open", 10], 3.0, 3.3, "+"),
        (["close", "near_pct", "open", 0.7], 1000.0, 1007.0, "+"),
        ([["close", "/", "open"], ">=", 1.1], 3.0, 3.3, "+"),
        ([["close", "*", 1.5], "<=", 0.45], 0.2, 0.3, "+"),  # in doubles 0.44999999999999996, by luck
        ([["close", "%", 0.1], "<=", 0], 0.2, 0.3, "+"),  # in doubles the remainder is 0.09999999999999998
    ],
)
def test_a_tie_in_ticks_is_a_tie(rule: list[Any], open_: float, close: float, holds: str) -> None:
    now = Tape(list(range(5)), {("open", "value"): [open_], ("close", "value"): [close]}, tick=Decimal("0.1"))
    assert truths(now, rule) == holds


def test_a_price_beside_a_pure_number_is_in_the_quote_currency() -> None:
    now = Tape(list(range(5)), {("close", "value"): [50.5], ("rsi_14", "value"): [50.0]}, tick=Decimal("0.1"))
    assert truths(now, ["close", ">", "rsi_14"]) == "+"
    assert truths(now, ["close", "<", ["rsi_14", "+", 0.6]]) == "+"
    assert truths(now, [["close", "*", "rsi_14"], "between", [2525, 2525]]) == "+"
    assert truths(now, [[1, "/", "close"], "<", 0.02]) == "+"
    assert truths(now, [["close", "-", "rsi_14"], "near_abs", 0.5, 0]) == "+"


def test_the_ninth_power_of_a_price_is_still_a_number() -> None:
    product: Any = "close"
    for _ in range(8):
        product = [product, "*", "close"]
    now = Tape(list(range(5)), {("close", "value"): [2.0]}, tick=Decimal("0.00000001"))
    assert truths(now, [product, "between", [511, 513]]) == "+"
