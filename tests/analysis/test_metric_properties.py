import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import made, trade

from trade.analysis.metric import Unit
from trade.analysis.registry import EXTRAS, METRICS
from trade.analysis.summary import summarise
from trade.base.records import LONG, SHORT

cents = st.integers(1, 10**7).map(lambda n: n / 100)
curves = st.lists(cents, min_size=1, max_size=60)
trades = st.lists(st.builds(trade, st.integers(-500, 500), side=st.sampled_from([LONG, SHORT]), mae_ticks=st.integers(0, 900)), max_size=20)
modest = settings(max_examples=60, deadline=None)


@modest
@given(curves, trades)
def test_every_value_is_a_plain_finite_number_of_its_unit_or_absent(curve, made_trades):
    summary = summarise(made(curve, made_trades))
    for metric in METRICS + EXTRAS:
        value = (summary.metrics | summary.extras)[metric.name]
        if metric.unit is Unit.WORD:
            assert type(value) is str
        elif metric.unit is Unit.COUNT:
            assert type(value) is int
        elif value is not None:
            assert type(value) in (int, float)
            assert math.isfinite(value)


@modest
@given(curves, trades)
def test_shares_stay_between_nothing_and_all(curve, made_trades):
    metrics = summarise(made(curve, made_trades)).metrics
    for name in ("win_rate", "long_win_rate", "short_win_rate", "max_drawdown_pct", "time_in_market_pct"):
        assert metrics[name] is None or 0 <= metrics[name] <= 100
    assert metrics["ulcer_index"] <= metrics["max_drawdown_pct"] * (1 + 1e-12)
    assert metrics["max_drawdown_duration_bars"] <= metrics["total_bars"] == len(curve) - 1
    if metrics["var_95_pct"] is not None:
        assert metrics["var_95_pct"] <= metrics["cvar_95_pct"] + 1e-9 <= 100 + 1e-6
    if metrics["kurtosis"] is not None:
        assert metrics["kurtosis"] >= 1 + metrics["skewness"] ** 2 - 1e-6  # Pearson


@modest
@given(trades)
def test_parts_add_up_to_the_whole(made_trades):
    metrics = summarise(made([100], made_trades)).metrics
    total = sum(row["net_quanta"] for row in made_trades) / 10**8
    assert metrics["gross_profit"] - metrics["gross_loss"] == total
    assert metrics["long_pnl"] + metrics["short_pnl"] == total
    assert metrics["long_trades"] + metrics["short_trades"] == metrics["total_trades"] == len(made_trades)
    assert metrics["win_count"] + metrics["loss_count"] <= metrics["total_trades"]


@modest
@given(curves, st.integers(2, 50))
def test_the_size_of_the_account_does_not_change_its_ratios(curve, factor):
    once, scaled = (summarise(made([value * times for value in curve])).metrics for times in (1, factor))
    for metric in METRICS:
        if metric.unit in (Unit.RATIO, Unit.PCT, Unit.EXEC_BARS):
            assert scaled[metric.name] == (None if once[metric.name] is None else pytest.approx(once[metric.name], rel=1e-6, abs=1e-6))
    assert scaled["final_equity"] == pytest.approx(once["final_equity"] * factor)


@modest
@given(trades)
def test_mirrored_trades_swap_the_sides_and_nothing_else(made_trades):
    mirrored = [{**row, "side": -row["side"]} for row in made_trades]
    ours, theirs = (dict(summarise(made([100, 101], rows)).metrics) for rows in (made_trades, mirrored))
    for name in [name for name in ours if name.startswith("long_")]:
        other = name.replace("long_", "short_")
        ours[name], ours[other] = ours[other], ours[name]
    assert ours == theirs


@modest
@given(curves)
def test_the_compiled_walk_agrees_with_the_obvious_one(curve):
    metrics = summarise(made(curve)).metrics
    peak, run, longest, squares = curve[0], 0, 0, 0.0
    for value in curve:
        run = 0 if value >= peak else run + 1
        peak, longest = max(peak, value), max(longest, run)
        squares += (100 * (1 - value / peak)) ** 2
    assert metrics["max_drawdown_duration_bars"] == longest
    assert metrics["ulcer_index"] == pytest.approx(math.sqrt(squares / len(curve)), abs=1e-9)
