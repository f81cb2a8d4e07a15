import numpy as np
import pytest
from curves import curve_of
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
