"""Our figures against those of empyrical and scipy, where both define the same thing."""

import math

import numpy as np
import pytest
from made_results import made

from trade.analysis.summary import summarise

empyrical = pytest.importorskip("empyrical")
stats = pytest.importorskip("scipy.stats")

BARS = 4_000


@pytest.fixture(scope="module", params=[1, 2, 3])
def curve(request):
    rng = np.random.default_rng(request.param)
    return np.round(10_000 * np.cumprod(np.concatenate(([1.0], 1 + rng.standard_t(4, BARS) * 0.002))), 8)


@pytest.fixture(scope="module")
def returns(curve):
    return np.diff(curve) / curve[:-1]


@pytest.fixture(scope="module")
def summary(curve):
    return summarise(made(curve.tolist()))


def test_growth_per_year_agrees(summary, returns):
    assert summary.extras["cagr_pct"] == pytest.approx(100 * empyrical.annual_return(returns, annualization=365), rel=1e-9)


def test_sharpe_agrees_after_the_degrees_of_freedom(summary, returns):
    theirs = empyrical.sharpe_ratio(returns, annualization=365)  # divides by the sample deviation
    assert summary.metrics["sharpe"] == pytest.approx(theirs * math.sqrt(BARS / (BARS - 1)), rel=1e-9)


def test_volatility_agrees_after_the_degrees_of_freedom(summary, returns):
    theirs = empyrical.annual_volatility(returns, annualization=365)
    assert summary.extras["volatility_pct"] == pytest.approx(100 * theirs * math.sqrt((BARS - 1) / BARS), rel=1e-9)


def test_sortino_agrees(summary, returns):
    assert summary.metrics["sortino"] == pytest.approx(empyrical.sortino_ratio(returns, annualization=365), rel=1e-9)


def test_calmar_and_drawdown_agree(summary, returns):
    assert summary.metrics["max_drawdown_pct"] == pytest.approx(-100 * empyrical.max_drawdown(returns), rel=1e-9)
    assert summary.metrics["calmar"] == pytest.approx(empyrical.calmar_ratio(returns, annualization=365), rel=1e-9)


def test_omega_agrees(summary, returns):
    assert summary.metrics["omega_ratio"] == pytest.approx(empyrical.omega_ratio(returns), rel=1e-9)


def test_the_tail_agrees(summary, returns):
    assert summary.metrics["cvar_95_pct"] == pytest.approx(-100 * empyrical.conditional_value_at_risk(returns, 0.05), rel=1e-9)
    # empyrical interpolates between two returns, we take one that happened: the lower of the two
    assert summary.metrics["var_95_pct"] == pytest.approx(-100 * np.percentile(returns, 5, method="lower"), rel=1e-9)
    assert summary.metrics["var_95_pct"] >= -100 * empyrical.value_at_risk(returns, 0.05)


def test_the_shape_agrees(summary, returns):
    assert summary.metrics["skewness"] == pytest.approx(stats.skew(returns), rel=1e-9)
    assert summary.metrics["kurtosis"] == pytest.approx(stats.kurtosis(returns, fisher=False), rel=1e-9)
