import pytest
from made_results import made

from trade.analysis.summary import summarise
from trade.base.records import Rejection

HELD = {
    "position_lots": [0, 5, -5, 0],
    "notional_quanta": [0, 50, 150, 0],
    "used_margin_quanta": [0, 25, 50, 0],
    "maintenance_margin_quanta": [0, 1, 10, 0],
}


def test_exposure_is_notional_on_equity():
    metrics = summarise(made([100, 100, 50, 50], points=HELD)).metrics
    assert metrics["avg_leverage_used"] == pytest.approx((0.5 + 3 + 0) / 3)
    assert metrics["max_gross_exposure_pct"] == 300.0


def test_margin_is_watched_while_in_position():
    metrics = summarise(made([100, 100, 50, 50], points=HELD)).metrics
    assert metrics["min_margin_ratio"] == 1.0
    assert metrics["closest_liquidation_pct"] == pytest.approx(100 * (50 - 10) / 50)
    assert metrics["margin_calls"] == 0


def test_equity_below_the_used_margin_is_a_margin_call():
    metrics = summarise(made([100, 20, 49, 50], points=HELD)).metrics
    assert metrics["margin_calls"] == 2
    assert metrics["min_margin_ratio"] == pytest.approx(20 / 25)


def test_never_in_position_leaves_margin_figures_undefined_but_exposure_zero():
    metrics = summarise(made([100, 100])).metrics
    assert metrics["min_margin_ratio"] is metrics["closest_liquidation_pct"] is None
    assert (metrics["avg_leverage_used"], metrics["max_gross_exposure_pct"], metrics["margin_calls"]) == (0.0, 0.0, 0)


def test_a_position_without_used_margin_has_no_margin_ratio():
    metrics = summarise(made([100, 100], points={"position_lots": [0, 5], "notional_quanta": [0, 50]})).metrics
    assert metrics["min_margin_ratio"] is None
    assert metrics["closest_liquidation_pct"] == 100.0


def test_time_in_market_is_of_base_bars():
    summary = summarise(made([100, 100, 100], base_bars=2_880, bars_in_position=720))
    assert summary.metrics["total_bars"] == 2
    assert summary.metrics["bars_in_position"] == 720
    assert summary.metrics["time_in_market_pct"] == 25.0
    assert summary.extras["base_bars"] == 2_880


def test_rejections_are_counted_over_all_codes():
    rejections = {Rejection.BELOW_MINIMUM: 2, Rejection.INSUFFICIENT_MARGIN: 1}
    metrics = summarise(made(entry_attempts=12, rejections=rejections)).metrics
    assert (metrics["entry_attempts"], metrics["entry_rejections"], metrics["entry_rejection_rate"]) == (12, 3, 25.0)


def test_no_attempts_have_no_rejection_rate():
    assert summarise(made(entry_attempts=0)).metrics["entry_rejection_rate"] is None


def test_lowest_equity_is_the_lowest_base_close():
    assert summarise(made([100, 100], points={"low_equity_quanta": [100, 88]})).extras["lowest_equity_usdt"] == 88.0
