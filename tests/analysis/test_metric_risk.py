import math

import pytest
from made_results import made

from trade.analysis.summary import summarise

UP_DOWN = [100, 110, 99]  # +10 %, -10 %
UP_UP_DOWN = [100, 120, 144, 129.6]  # +20 %, +20 %, -10 %


def test_sharpe_is_mean_over_population_deviation_per_year():
    # mean 0.1, deviation sqrt((0.01 + 0.01 + 0.04) / 3)
    assert summarise(made(UP_UP_DOWN)).metrics["sharpe"] == pytest.approx(0.1 / math.sqrt(0.02) * math.sqrt(365))


def test_sortino_divides_by_the_root_mean_square_of_losses_over_all_bars():
    assert summarise(made(UP_UP_DOWN)).metrics["sortino"] == pytest.approx(0.1 / math.sqrt(0.01 / 3) * math.sqrt(365))


def test_annualisation_follows_the_exec_timeframe():
    daily, hourly = (summarise(made(UP_UP_DOWN, timeframe=name)).metrics["sharpe"] for name in ("D", "1h"))
    assert hourly == pytest.approx(daily * math.sqrt(24))


def test_calmar_is_growth_over_drawdown():
    metrics = summarise(made([100] * 364 + [50, 110])).metrics
    assert metrics["calmar"] == pytest.approx(0.1 / 0.5)


def test_omega_is_gains_over_losses():
    assert summarise(made(UP_UP_DOWN)).metrics["omega_ratio"] == pytest.approx(4)
    assert summarise(made(UP_DOWN)).metrics["sharpe"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "equity", [[100], [100, 101], [100, 100, 100], [100, 110, 121, 133.1, 146.41]], ids=["one point", "one bar", "flat", "steady"]
)
def test_returns_that_do_not_vary_have_no_sharpe_and_no_shape(equity):
    metrics = summarise(made(equity)).metrics
    assert metrics["sharpe"] is metrics["skewness"] is metrics["kurtosis"] is None


def test_what_rounding_leaves_of_many_equal_returns_is_not_taken_for_spread():
    # a third more every day, exactly
    metrics = summarise(made([3.0**14 * (4 / 3) ** day for day in range(15)])).metrics
    assert metrics["sharpe"] is metrics["skewness"] is None


def test_no_losses_leave_sortino_and_omega_undefined():
    metrics = summarise(made([100, 110, 130])).metrics
    assert metrics["sortino"] is None
    assert metrics["omega_ratio"] is None
    assert metrics["sharpe"] is not None


def test_skewness_and_kurtosis_are_population_moments():
    # off the mean by 0.1, 0.1, -0.2
    metrics = summarise(made(UP_UP_DOWN)).metrics
    assert metrics["skewness"] == pytest.approx((0.001 + 0.001 - 0.008) / 3 / 0.02**1.5)
    assert metrics["kurtosis"] == pytest.approx((0.0001 + 0.0001 + 0.0016) / 3 / 0.02**2)


def test_value_at_risk_is_the_least_of_the_worst_twentieth_as_a_positive_loss():
    equity = [100.0]
    for change in [1.0] * 38 + [0.9, 0.8]:
        equity.append(equity[-1] * change)
    metrics = summarise(made(equity)).metrics
    assert metrics["var_95_pct"] == pytest.approx(10)
    assert metrics["cvar_95_pct"] == pytest.approx(15)


def test_few_returns_have_at_least_one_worst():
    metrics = summarise(made(UP_DOWN)).metrics
    assert metrics["var_95_pct"] == metrics["cvar_95_pct"] == pytest.approx(10)


def test_value_at_risk_of_gains_only_is_negative_not_turned_into_a_loss():
    assert summarise(made([100, 110, 132])).metrics["var_95_pct"] == pytest.approx(-10)


def test_returns_end_where_equity_is_used_up():
    # -50 %, -100 %; what follows has nothing to return on
    metrics = summarise(made([100, 50, 0, 0, 0])).metrics
    assert metrics["var_95_pct"] == 100.0
    assert metrics["sharpe"] == pytest.approx(-0.75 / 0.25 * math.sqrt(365))


def test_a_run_without_a_bar_has_no_tail():
    metrics = summarise(made([100])).metrics
    assert metrics["var_95_pct"] is metrics["cvar_95_pct"] is None
    assert summarise(made([100])).extras["volatility_pct"] is None


def test_volatility_needs_two_returns():
    assert summarise(made([100, 110])).extras["volatility_pct"] is None
    assert summarise(made(UP_DOWN)).extras["volatility_pct"] == pytest.approx(10 * math.sqrt(365))
