import math

import pytest
from made_results import MONTH, START_MS, made

from trade.analysis.summary import Summary, summarise
from trade.base.history import Window
from trade.base.timeframe import DAY_MS

UP_DOWN = [100, 110, 99]  # +10 %, -10 %
UP_UP_DOWN = [100, 120, 144, 129.6]  # +20 %, +20 %, -10 %
ANNUALISED = ("sharpe", "sortino", "sharpe_daily", "sortino_daily", "calmar")


def told(equity: list[float], **changes: object) -> Summary:
    """What is told of a curve in a window of which annualised figures are."""
    return summarise(made(equity, **{"window": MONTH, **changes}))


def test_sharpe_is_mean_over_population_deviation_per_year():
    # mean 0.1, deviation sqrt((0.01 + 0.01 + 0.04) / 3)
    assert told(UP_UP_DOWN).metrics["sharpe"] == pytest.approx(0.1 / math.sqrt(0.02) * math.sqrt(365))


def test_sortino_divides_by_the_root_mean_square_of_losses_over_all_bars():
    assert told(UP_UP_DOWN).metrics["sortino"] == pytest.approx(0.1 / math.sqrt(0.01 / 3) * math.sqrt(365))


def test_annualisation_follows_the_exec_timeframe():
    daily, hourly = (told(UP_UP_DOWN, timeframe=name).metrics["sharpe"] for name in ("D", "1h"))
    assert hourly == pytest.approx(daily * math.sqrt(24))


def test_calmar_is_growth_over_drawdown():
    metrics = told([100] * 364 + [50, 110]).metrics
    assert metrics["calmar"] == pytest.approx(0.1 / 0.5)


def test_omega_is_gains_over_losses():
    assert told(UP_UP_DOWN).metrics["omega_ratio"] == pytest.approx(4)
    assert told(UP_DOWN).metrics["sharpe"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "equity", [[100], [100, 101], [100, 100, 100], [100, 110, 121, 133.1, 146.41]], ids=["one point", "one bar", "flat", "steady"]
)
def test_returns_that_do_not_vary_have_no_sharpe_and_no_shape(equity):
    metrics = told(equity).metrics
    assert metrics["sharpe"] is metrics["skewness"] is metrics["kurtosis"] is None


def test_what_rounding_leaves_of_many_equal_returns_is_not_taken_for_spread():
    # a third more every day, exactly
    metrics = told([3.0**14 * (4 / 3) ** day for day in range(15)]).metrics
    assert metrics["sharpe"] is metrics["skewness"] is None


def test_no_losses_leave_sortino_and_omega_undefined():
    metrics = told([100, 110, 130]).metrics
    assert metrics["sortino"] is None
    assert metrics["omega_ratio"] is None
    assert metrics["sharpe"] is not None


def test_skewness_and_kurtosis_are_population_moments():
    # off the mean by 0.1, 0.1, -0.2
    metrics = told(UP_UP_DOWN).metrics
    assert metrics["skewness"] == pytest.approx((0.001 + 0.001 - 0.008) / 3 / 0.02**1.5)
    assert metrics["kurtosis"] == pytest.approx((0.0001 + 0.0001 + 0.0016) / 3 / 0.02**2)


def test_value_at_risk_is_the_least_of_the_worst_twentieth_as_a_positive_loss():
    equity = [100.0]
    for change in [1.0] * 38 + [0.9, 0.8]:
        equity.append(equity[-1] * change)
    metrics = told(equity).metrics
    assert metrics["var_95_pct"] == pytest.approx(10)
    assert metrics["cvar_95_pct"] == pytest.approx(15)


def test_few_returns_have_at_least_one_worst():
    metrics = told(UP_DOWN).metrics
    assert metrics["var_95_pct"] == metrics["cvar_95_pct"] == pytest.approx(10)


def test_value_at_risk_of_gains_only_is_negative_not_turned_into_a_loss():
    assert told([100, 110, 132]).metrics["var_95_pct"] == pytest.approx(-10)


def test_returns_end_where_equity_is_used_up():
    # -50 %, -100 %; what follows has nothing to return on
    metrics = told([100, 50, 0, 0, 0]).metrics
    assert metrics["var_95_pct"] == 100.0
    assert metrics["sharpe"] == pytest.approx(-0.75 / 0.25 * math.sqrt(365))


def test_a_run_without_a_bar_has_no_tail():
    metrics = told([100]).metrics
    assert metrics["var_95_pct"] is metrics["cvar_95_pct"] is None
    assert told([100]).extras["volatility_pct"] is None


def test_volatility_needs_two_returns():
    assert told([100, 110]).extras["volatility_pct"] is None
    assert told(UP_DOWN).extras["volatility_pct"] == pytest.approx(10 * math.sqrt(365))


def test_a_window_under_thirty_days_says_nothing_of_a_year():
    short = Window(START_MS, START_MS + 30 * DAY_MS - 1)
    for window, known in ((MONTH, True), (short, False)):
        summary = told(UP_UP_DOWN, window=window)
        assert [summary.metrics[name] is not None for name in ANNUALISED] == [known] * 5
        assert [summary.extras[name] is not None for name in ("cagr_pct", "volatility_pct")] == [known] * 2


def test_what_is_not_annualised_is_told_of_any_window():
    metrics = summarise(made(UP_UP_DOWN)).metrics
    assert None not in (metrics["omega_ratio"], metrics["skewness"], metrics["var_95_pct"], metrics["net_return_pct"])


def test_daily_ratios_are_of_utc_day_closes():
    hours = [150.0] * 12 + [90.0] * 12 + [110.0] * 24 + [99.0] * 24  # what happens inside a day does not count
    days = [100, 90, 110, 99]
    hourly, daily = (told(curve, timeframe=name).metrics for curve, name in (([100.0, *hours], "1h"), (days, "D")))
    for name in ("sharpe", "sortino"):
        assert hourly[f"{name}_daily"] == pytest.approx(daily[name])
        assert hourly[f"{name}_daily"] != pytest.approx(hourly[name])


def test_daily_ratios_of_daily_bars_are_those_per_bar():
    metrics = told(UP_UP_DOWN).metrics
    assert (metrics["sharpe_daily"], metrics["sortino_daily"]) == (pytest.approx(metrics["sharpe"]), pytest.approx(metrics["sortino"]))


@pytest.mark.parametrize("equity", [[100], [100, 100, 100], [100, 110, 121, 133.1, 146.41]], ids=["one point", "flat", "steady"])
def test_days_that_do_not_vary_have_no_daily_sharpe(equity):
    assert told(equity).metrics["sharpe_daily"] is None
    assert told(equity).metrics["sortino_daily"] is None


def test_bars_longer_than_a_day_have_no_daily_ratios():
    assert told(UP_UP_DOWN, timeframe="W").metrics["sharpe_daily"] is None
