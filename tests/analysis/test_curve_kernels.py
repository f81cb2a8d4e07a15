from dataclasses import asdict, replace

import numpy as np
import pytest
from curves import curve_of
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import made

from trade.analysis import curve
from trade.base.records import EQUITY


def test_each_kernel_has_one_signature_whatever_the_records_look_like():
    rows = made([100, 110, 99]).equity.records()
    for records in (rows, np.repeat(rows, 2)[::2]):
        assert curve.read_curve(curve_of(records)).moves == pytest.approx([0.1, -0.1])
    assert len(curve._walk.signatures) == 1
    assert len(curve._moments.signatures) == 1


def test_equal_returns_have_no_variance_however_many_they_are():
    mean, variance, *_ = curve._moments(np.full(100_000, 0.1), 100_000, float(np.full(100_000, 0.1).cumsum()[-1]))
    assert mean == pytest.approx(0.1, rel=1e-15)
    assert variance < 1e-32  # the plain sum of so many is off by 2e-13


def test_a_curve_has_at_least_the_initial_equity():
    with pytest.raises(ValueError, match="at least the initial equity"):
        curve.read_curve(curve_of(np.zeros(0, EQUITY)))


def test_reading_leaves_the_records_as_they_were():
    points = made([100, 110, 99]).equity
    before = points.records()
    curve.read_curve(points)
    assert (points.records() == before).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([9_000, 9_500, 10_000, 10_100, -50]), min_size=1, max_size=8),
    st.integers(1, 5),
    st.lists(st.integers(0, 900), min_size=40, max_size=40),
    st.sampled_from([0, 9_700]),
)
def test_points_that_stand_alike_are_read_as_each_alone(levels, length, falls, used):
    equity = np.repeat([10_000, *levels], length)
    flat = np.arange(len(equity)) < len(equity) - length  # the last level is held
    held = {
        "position_lots": np.where(flat, 0, 5),
        "notional_quanta": np.where(flat, 0, 4_000),
        "used_margin_quanta": np.full(len(equity), used),
    }
    alone = made(list(equity), points=held).equity
    lows = np.array([*falls, *[0] * 40][: len(equity)], np.int64)
    alone = replace(alone, low_equity_quanta=alone.equity_quanta - 10**8 * lows)
    together = replace(alone, standings=alone.standings[~flat | (np.arange(len(equity)) == 0)])
    assert _comparable(curve.read_curve(together)) == _comparable(curve.read_curve(alone))


def _comparable(figures):
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(figures).items()}
