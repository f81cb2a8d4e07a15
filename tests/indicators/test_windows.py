"""Window sums, means and deviations depend on their window alone, and are exact of whole numbers."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from trade.indicators.windows import distance_from_mean, mean_total_spread, not_above, padded, quotient, ramps, summable, totals

LENGTHS = st.integers(1, 20)
WHOLE = st.lists(st.integers(-(2**36), 2**36), min_size=0, max_size=60)


def test_sums_by_hand() -> None:
    np.testing.assert_array_equal(totals(np.array([1.0, 3.0, 5.0, 5.0]), 2), [4.0, 8.0, 10.0])
    np.testing.assert_array_equal(ramps(np.array([1.0, 3.0, 5.0, 5.0]), 2), [7.0, 13.0, 15.0])


def test_a_mean_a_total_and_a_spread_by_hand() -> None:
    means, sums, spreads = mean_total_spread(np.array([1.0, 3.0, 5.0, 5.0]), 2)
    np.testing.assert_array_equal(means, [np.nan, 2.0, 4.0, 5.0])
    np.testing.assert_array_equal(sums, [np.nan, 4.0, 8.0, 10.0])
    np.testing.assert_array_equal(spreads, [np.nan, 4.0, 4.0, 0.0])  # length² times the variance


def test_distances_from_the_mean_by_hand() -> None:
    newest, together = distance_from_mean(np.array([1.0, 2.0, 6.0]), 3)  # mean 3: 3 away, and 2 + 1 + 3 in all
    assert (newest.tolist(), together.tolist()) == ([9.0 * 3.0], [3.0 * 6.0])


@settings(max_examples=200)
@given(values=WHOLE, length=LENGTHS)
def test_sums_of_whole_numbers_are_exact_in_doubles_and_in_integers(values: list[int], length: int) -> None:
    windows = [values[start : start + length] for start in range(len(values) - length + 1)]
    for array in (np.array(values, np.float64), np.array(values, np.int64)):
        assert totals(array, length).tolist() == [sum(window) for window in windows]
        assert ramps(array, length).tolist() == [sum(place * v for place, v in enumerate(window, 1)) for window in windows]
        assert totals(array, length).dtype == array.dtype


@settings(max_examples=50)
@given(st.lists(st.floats(0.001, 1e6), min_size=0, max_size=60), LENGTHS)
def test_they_are_those_of_every_window_on_its_own(values: list[float], length: int) -> None:
    array = np.array(values)
    means, sums, spreads = mean_total_spread(array, length)
    assert len(means) == len(array)
    assert np.isnan(means[: length - 1]).all()
    if len(array) >= length:
        windows = sliding_window_view(array, length)
        np.testing.assert_allclose(means[length - 1 :], windows.mean(axis=1), rtol=1e-12)
        np.testing.assert_allclose(np.sqrt(spreads[length - 1 :]) / length, windows.std(axis=1), rtol=1e-6, atol=1e-9 * array.max())
        np.testing.assert_allclose(sums[length - 1 :], windows.sum(axis=1), rtol=1e-12)
        np.testing.assert_allclose(totals(array, length), windows.sum(axis=1), rtol=1e-12)


def test_what_has_left_a_window_leaves_no_rest() -> None:
    values = np.concatenate((np.full(50, 1e15 / 3.0), np.full(50, 0.1)))
    assert len(set(totals(values, 7)[50:].tolist())) <= 7  # one rounding per place of the window in its block
    np.testing.assert_allclose(totals(values, 7)[50:], 0.7, rtol=1e-15)


def test_blocks_do_not_show() -> None:
    values = np.random.default_rng(1).normal(30_000.0, 50.0, 20_000)
    for whole, tail in zip(mean_total_spread(values, 21), mean_total_spread(values[777:], 21), strict=True):
        np.testing.assert_array_equal(whole[777 + 20 :], tail[20:])


def test_equal_values_have_their_own_mean_and_no_deviation() -> None:
    means, _, spreads = mean_total_spread(np.full(100, 0.1), 7)
    assert set(means[6:]) == {0.1}
    assert set(spreads[6:]) == {0.0}


def test_whole_numbers_become_integers_where_doubles_would_round_their_sums() -> None:
    whole = np.array([4e9 * 12.0, 1.0, 2.0])
    assert summable(whole, 10**5) is whole
    assert summable(whole, 10**8).dtype == np.int64
    assert summable(whole + 0.5, 10**8).dtype == np.float64
    assert summable(whole, 10**10).dtype == np.float64  # nor do integers hold these


def test_a_quotient_of_large_integers_is_next_to_the_true_one_and_exact_where_it_is_whole() -> None:
    price, length = 4 * 10**9 * 12 - 1, 10_000
    weights = length * (length + 1) // 2
    still = quotient(ramps(np.full(length, price, np.int64), length), weights, length)
    assert still[-1] == price
    just_above = quotient(np.array([price * weights + 1]), weights, 1)[0]
    assert abs(Fraction(just_above) - (price + Fraction(1, weights))) <= Fraction(np.spacing(float(price)))


def test_padding_puts_values_at_the_end() -> None:
    np.testing.assert_array_equal(padded(np.array([1.0]), 3), [np.nan, np.nan, 1.0])


def test_counts_of_what_is_not_above_by_hand() -> None:
    assert not_above(np.array([2.0, 1.0, 2.0, 3.0, 0.0]), 2).tolist() == [2, 2, 0]  # an equal one is not above


def test_counts_of_what_is_not_above_go_on_through_every_block() -> None:
    values = np.random.default_rng(1).integers(0, 50, 20_000).astype(np.float64)
    windows = sliding_window_view(values, 38)
    np.testing.assert_array_equal(not_above(values, 37), (windows[:, :-1] <= windows[:, -1:]).sum(axis=1))
