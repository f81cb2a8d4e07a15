"""Integer money: each product rounded once, half to even, up to the largest amount that int64 carries (MONEY-1)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tapes import record, spec

from trade.base.rates import times_rate as times_rates
from trade.base.records import RATE_ONE
from trade.sim.money import LIMIT_QUANTA, divide_half_even, over_leverage, times_leverage, times_rate, times_ratio
from trade.sim.prices import slipped

FEW = settings(max_examples=300, deadline=None, derandomize=True, database=None)
amounts = st.integers(-LIMIT_QUANTA, LIMIT_QUANTA)
rates = st.integers(0, RATE_ONE)


@FEW
@given(amounts, rates)
@example(LIMIT_QUANTA, RATE_ONE)
@example(-LIMIT_QUANTA, RATE_ONE - 1)
@example(LIMIT_QUANTA - 1, 999_999_999_999)
def test_a_product_with_a_rate_is_rounded_once_half_to_even(amount: int, rate_e12: int) -> None:
    assert times_rate(amount, rate_e12) == round(Fraction(amount * rate_e12, RATE_ONE))


@FEW
@given(st.lists(st.tuples(amounts, rates), max_size=5))
@example([(LIMIT_QUANTA, RATE_ONE), (-LIMIT_QUANTA, RATE_ONE - 1), (1, RATE_ONE // 2), (3, RATE_ONE // 2)])
def test_columns_are_rounded_as_single_amounts_are(rows: list[tuple[int, int]]) -> None:
    columns = np.array(rows, np.int64).reshape(-1, 2)
    assert times_rates(columns[:, 0], columns[:, 1]).tolist() == [times_rate(amount, rate) for amount, rate in rows]


@pytest.mark.parametrize(("amount", "rounded"), [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)])
def test_half_a_quantum_goes_to_the_even_one(amount: int, rounded: int) -> None:
    assert times_rate(amount, RATE_ONE // 2) == rounded


@FEW
@given(st.integers(0, LIMIT_QUANTA), st.integers(1, 10**12))
def test_division_rounds_half_to_even(amount: int, divisor: int) -> None:
    assert divide_half_even(amount, divisor) == round(Fraction(amount, divisor))


@FEW
@given(st.integers(0, LIMIT_QUANTA), rates, st.integers(RATE_ONE // 2, 2 * RATE_ONE))
@example(LIMIT_QUANTA, RATE_ONE, RATE_ONE)
@example(LIMIT_QUANTA // 2, RATE_ONE - 1, RATE_ONE // 2 + 1)
@example(LIMIT_QUANTA, RATE_ONE - 1, 2 * RATE_ONE - 1)
def test_a_ratio_of_rates_is_exact_too(amount: int, numerator: int, divisor: int) -> None:
    exact = Fraction(amount * numerator, divisor)
    if exact <= LIMIT_QUANTA:
        assert times_ratio(amount, numerator, divisor) == round(exact)


@FEW
@given(st.integers(0, LIMIT_QUANTA), st.integers(100, 10_000))
@example(LIMIT_QUANTA, 100)
def test_a_margin_is_the_value_over_the_leverage(value: int, leverage_e2: int) -> None:
    assert over_leverage(value, leverage_e2) == round(Fraction(value * 100, leverage_e2))


@FEW
@given(st.integers(0, LIMIT_QUANTA // 100), st.integers(100, 10_000))
def test_a_notional_is_the_margin_times_the_leverage_rounded_down(margin: int, leverage_e2: int) -> None:
    assert times_leverage(margin, leverage_e2) == margin * leverage_e2 // 100


@FEW
@given(st.integers(1, 10**9), st.integers(0, 10**9), st.sampled_from([1, -1]))
def test_fill_1_slippage_never_helps_and_is_less_than_a_tick_more_than_asked(price: int, slippage_e9: int, bought: int) -> None:
    moved = int(slipped(record(spec(slippage_e9=slippage_e9)), price, bought))
    asked = Fraction(price * slippage_e9, 10**9)
    assert moved >= 1
    against = bought * (moved - price)
    assert against >= 0
    assert asked <= against < asked + 1 or moved == 1


def test_the_limit_leaves_room_for_the_sum_of_two() -> None:
    assert np.iinfo(np.int64).max > 2 * LIMIT_QUANTA
