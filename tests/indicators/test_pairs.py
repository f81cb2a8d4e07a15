"""Sums of ratios and of products in pairs, against fractions: rounded once, and no rest of what has left a window."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.indicators.pairs import pair_sums, quotients, weighted_ratios

RATIOS = st.lists(st.tuples(st.integers(-1000, 1000), st.integers(1, 1000)), min_size=1, max_size=40)


def mean_of_ratios(ratios: list[tuple[int, int]], length: int) -> list[float]:
    over, under = (np.array(part, np.float64) for part in zip(*ratios, strict=True))
    sums = pair_sums(*weighted_ratios(np.full(len(over), 100.0), over, under), length)
    count = len(sums[0])
    return quotients(1.0, *sums, np.full(count, float(length)), np.zeros(count)).tolist()


@settings(max_examples=300)
@given(ratios=RATIOS, length=st.integers(1, 12))
def test_a_mean_of_ratios_is_the_true_one_rounded_once(ratios: list[tuple[int, int]], length: int) -> None:
    true = [Fraction(100 * over, under) for over, under in ratios]
    windows = [true[start : start + length] for start in range(len(true) - length + 1)]
    assert mean_of_ratios(ratios, length) == [float(sum(window) / length) for window in windows]


def test_three_thirds_are_one() -> None:
    assert mean_of_ratios([(1, 3)] * 5, 3) == [100 / 3] * 3
    assert mean_of_ratios([(1, 3), (2, 3), (1, 2)], 3) == [50.0]


def test_terms_that_cancel_leave_nothing() -> None:
    assert mean_of_ratios([(1, 3), (1, 7), (-10, 21), (1, 3), (1, 7), (-10, 21)], 3) == [0.0] * 4


def test_a_ratio_over_nothing_counts_as_0_and_one_of_nothing_is_missing() -> None:
    high, low = weighted_ratios(np.ones(2), np.array([1.0, 1.0]), np.array([0.0, 2.0]))
    assert (high.tolist(), low.tolist()) == ([0.0, 0.5], [0.0, 0.0])
    assert np.isnan(quotients(1.0, np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))).all()


def test_what_has_left_a_window_leaves_no_rest() -> None:
    values = np.array([1e300, 1e300, 0.0, 0.0, 0.0, 0.1])
    high, low = pair_sums(values, np.zeros(6), 2)
    assert (high + low).tolist() == [2e300, 1e300, 0.0, 0.0, 0.1]


def test_windows_longer_than_the_market_have_no_sum() -> None:
    assert [len(part) for part in pair_sums(np.ones(3), np.zeros(3), 4)] == [0, 0]
