"""Window means and deviations depend on their window alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from trade.indicators.windows import mean, mean_and_deviation


def test_a_mean_and_deviation_by_hand() -> None:
    means, deviations = mean_and_deviation(np.array([1.0, 3.0, 5.0, 5.0]), 2)
    np.testing.assert_array_equal(means, [np.nan, 2.0, 4.0, 5.0])
    np.testing.assert_array_equal(deviations, [np.nan, 1.0, 1.0, 0.0])


@settings(max_examples=50)
@given(
    st.lists(st.floats(0.001, 1e6), min_size=0, max_size=60),
    st.integers(1, 20),
)
def test_they_are_those_of_every_window_on_its_own(values: list[float], length: int) -> None:
    array = np.array(values)
    means, deviations = mean_and_deviation(array, length)
    assert len(means) == len(array)
    assert np.isnan(means[: length - 1]).all()
    if len(array) >= length:
        windows = sliding_window_view(array, length)
        np.testing.assert_allclose(means[length - 1 :], windows.mean(axis=1), rtol=1e-12)
        np.testing.assert_allclose(deviations[length - 1 :], windows.std(axis=1), rtol=1e-6, atol=1e-9)
        np.testing.assert_array_equal(mean(array, length), means)


def test_blocks_do_not_show() -> None:
    values = np.random.default_rng(1).normal(30_000.0, 50.0, 20_000)
    for whole, tail in zip(mean_and_deviation(values, 21), mean_and_deviation(values[777:], 21), strict=True):
        np.testing.assert_array_equal(whole[777 + 20 :], tail[20:])


def test_equal_values_have_their_own_mean_and_no_deviation() -> None:
    means, deviations = mean_and_deviation(np.full(100, 0.1), 7)
    assert set(means[6:]) == {0.1}
    assert set(deviations[6:]) == {0.0}
