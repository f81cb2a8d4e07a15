import pytest
from made_results import MONTH, START_MS, made

from trade.analysis.basis import read_result
from trade.analysis.calendar import MONTH as CALENDAR_MONTH
from trade.analysis.calendar import WEEK, period_returns
from trade.analysis.summary import summarise
from trade.base.timeframe import DAY_MS


def test_profit_is_the_difference_of_two_equities_to_the_last_quantum():
    metrics = summarise(made([10_000, 10_000.00000003])).metrics
    assert metrics["initial_equity"] == 10_000.0
    assert metrics["final_equity"] == 10_000.00000003
    assert metrics["net_profit"] == 3e-8


def test_return_is_percent_of_the_initial_equity():
    assert summarise(made([200, 250])).metrics["net_return_pct"] == 25.0


def test_alpha_is_return_over_buy_and_hold():
    metrics = summarise(made([200, 250], first_close_ticks=1_000, last_close_ticks=900)).metrics
    assert metrics["benchmark_return_pct"] == -10.0
    assert metrics["alpha_pct"] == 35.0


def test_two_years_that_double_twice_grow_a_hundred_percent_a_year():
    assert summarise(made([100] * 365 * 2 + [400])).extras["cagr_pct"] == pytest.approx(100)


def test_growth_uses_the_bars_per_year_of_the_exec_timeframe():
    assert summarise(made([100] * 52 + [110], timeframe="W")).extras["cagr_pct"] == pytest.approx(10)


def test_growth_of_a_lost_account_is_minus_a_hundred_percent():
    assert summarise(made([100, 50, 0], window=MONTH)).extras["cagr_pct"] == -100


def test_growth_beyond_what_a_double_holds_is_undefined():
    summary = summarise(made([100, 200], timeframe="1m", window=MONTH))
    assert summary.extras["cagr_pct"] is None
    assert summary.metrics["calmar"] is None


def test_growth_without_a_bar_is_undefined():
    assert summarise(made([100], window=MONTH)).extras["cagr_pct"] is None


def test_days_are_measured_from_close_to_close_and_midnight_closes_the_day_before():
    # 12h bars from Sunday 00:00: the first day closes at 110, the second at 99, the third (half) at 108.9
    extras = summarise(made([100, 105, 110, 120, 99, 108.9], timeframe="12h")).extras
    assert extras["best_day_pct"] == pytest.approx(10)
    assert extras["worst_day_pct"] == pytest.approx(-10)


def test_a_week_starts_on_monday():
    # the window starts on a Sunday: one day belongs to the old week, seven to the next, one to the last
    weeks = period_returns(read_result(made([100, 110, 1, 1, 1, 1, 1, 1, 121, 60.5])), WEEK)
    assert weeks.return_pct == pytest.approx([10, 10, -50])
    assert (weeks.ts_open_ms - START_MS).tolist() == [-6 * DAY_MS, DAY_MS, 8 * DAY_MS]


def test_a_month_is_a_calendar_month():
    extras = summarise(made([100] * 31 + [150] + [150] * 27 + [75])).extras
    assert extras["best_month_pct"] == 50.0
    assert extras["worst_month_pct"] == -50.0


def test_a_year_has_twelve_months():
    months = period_returns(read_result(made([100 + day for day in range(366)])), CALENDAR_MONTH)
    assert months.ts_open_ms.astype("datetime64[ms]").astype(str).tolist() == [f"2023-{month:02}-01T00:00:00.000" for month in range(1, 13)]


def test_bars_longer_than_a_day_have_no_days():
    extras = summarise(made([100, 110, 121], timeframe="W")).extras
    assert extras["best_day_pct"] is None
    assert extras["best_week_pct"] is not None


def test_a_run_without_a_bar_has_no_days():
    assert summarise(made([100])).extras["best_day_pct"] is None


def test_days_after_ruin_have_no_return():
    extras = summarise(made([100, 0, 0, 0])).extras
    assert extras["best_day_pct"] == extras["worst_day_pct"] == -100
