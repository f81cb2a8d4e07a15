import pytest
from made_results import made, trade

from trade.analysis.summary import summarise
from trade.base.records import LONG, SHORT, ExitReason

MIXED = [trade(30), trade(10), trade(-20), trade(0, side=SHORT), trade(-5, side=SHORT), trade(-15, side=SHORT), trade(50, side=SHORT)]


@pytest.fixture(scope="module")
def mixed():
    return summarise(made([1_000, 1_050], MIXED)).metrics


def test_wins_and_losses_are_by_net_and_a_zero_is_neither(mixed):
    assert (mixed["total_trades"], mixed["win_count"], mixed["loss_count"]) == (7, 3, 3)
    assert mixed["win_rate"] == pytest.approx(300 / 7)


def test_profit_and_loss_are_sums_of_net(mixed):
    assert (mixed["gross_profit"], mixed["gross_loss"]) == (90.0, 40.0)
    assert mixed["profit_factor"] == 2.25
    assert mixed["profit_factor_mode"] == "finite"


def test_averages_and_extremes_of_wins_and_losses(mixed):
    assert (mixed["avg_win_usdt"], mixed["largest_win_usdt"]) == (30.0, 50.0)
    assert (mixed["avg_loss_usdt"], mixed["largest_loss_usdt"]) == (pytest.approx(40 / 3), 20.0)
    assert mixed["payoff_ratio"] == pytest.approx(30 / (40 / 3))
    assert mixed["expectancy_usdt"] == pytest.approx(50 / 7)


def test_trade_return_is_net_on_entry_value():
    trades = [trade(10, entry_value_quanta=500 * 10**8), trade(-10)]
    assert summarise(made([100], trades)).metrics["avg_trade_return_pct"] == pytest.approx((2 - 1) / 2)


def test_sides_are_counted_apart(mixed):
    assert (mixed["long_trades"], mixed["short_trades"]) == (3, 4)
    assert (mixed["long_pnl"], mixed["short_pnl"]) == (20.0, 30.0)
    assert (mixed["long_win_rate"], mixed["short_win_rate"]) == (pytest.approx(200 / 3), 25.0)


def test_runs_of_wins_and_losses_end_at_a_zero(mixed):
    assert mixed["max_consecutive_wins"] == 2
    assert mixed["max_consecutive_losses"] == 2


def test_a_zero_between_losses_breaks_the_run():
    assert summarise(made([100], [trade(-1), trade(0), trade(-1)])).metrics["max_consecutive_losses"] == 1


def test_durations_are_base_bars_held():
    trades = [trade(5, bars_held=10), trade(-5, bars_held=20), trade(0, bars_held=60)]
    metrics = summarise(made([100], trades)).metrics
    assert metrics["avg_trade_duration_bars"] == 30.0
    assert metrics["avg_winning_trade_duration_bars"] == 10.0
    assert metrics["avg_losing_trade_duration_bars"] == 20.0


def test_excursions_are_percent_of_the_entry_price():
    trades = [trade(5, mae_ticks=10, mfe_ticks=50), trade(-5, entry_price_ticks=2_000, mae_ticks=60, mfe_ticks=0)]
    metrics = summarise(made([100], trades)).metrics
    assert metrics["mae_avg_pct"] == pytest.approx((1 + 3) / 2)
    assert metrics["mfe_avg_pct"] == pytest.approx((5 + 0) / 2)


def test_without_trades_sums_are_zero_and_averages_undefined():
    metrics = summarise(made([100, 100])).metrics
    for name in (
        "total_trades",
        "win_count",
        "loss_count",
        "long_trades",
        "short_trades",
        "max_consecutive_wins",
        "max_consecutive_losses",
    ):
        assert metrics[name] == 0
    for name in ("gross_profit", "gross_loss", "long_pnl", "short_pnl", "total_fees"):
        assert metrics[name] == 0.0
    for name in ("win_rate", "long_win_rate", "short_win_rate", "avg_trade_return_pct", "profit_factor", "payoff_ratio", "expectancy_usdt"):
        assert metrics[name] is None
    for name in (
        "avg_win_usdt",
        "avg_loss_usdt",
        "largest_win_usdt",
        "largest_loss_usdt",
        "avg_trade_duration_bars",
        "mae_avg_pct",
        "mfe_avg_pct",
    ):
        assert metrics[name] is None
    assert metrics["profit_factor_mode"] == "undefined"


def test_wins_without_losses_have_an_infinite_factor_and_no_number_for_it():
    metrics = summarise(made([100], [trade(0.00000001)])).metrics
    assert metrics["win_rate"] == 100.0
    assert metrics["profit_factor"] is None
    assert metrics["profit_factor_mode"] == "infinite"
    assert metrics["avg_loss_usdt"] is metrics["largest_loss_usdt"] is metrics["payoff_ratio"] is None


def test_losses_without_wins_have_a_factor_of_zero():
    metrics = summarise(made([100], [trade(-5)])).metrics
    assert metrics["profit_factor"] == 0.0
    assert metrics["profit_factor_mode"] == "finite"
    assert metrics["largest_win_usdt"] is None


def test_ambiguous_and_liquidated_trades_are_counted():
    trades = [trade(1, ambiguous=1), trade(1), trade(-5, exit_reason=int(ExitReason.LIQUIDATION)), trade(1, side=LONG)]
    extras = summarise(made([100], trades)).extras
    assert (extras["ambiguous_trades"], extras["ambiguous_share_pct"], extras["liquidations"]) == (1, 25.0, 1)
