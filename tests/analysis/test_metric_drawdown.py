import pytest
from made_results import USDT, made

from trade.analysis.summary import summarise


def test_drawdown_is_the_one_of_the_loop_not_of_exec_closes():
    metrics = summarise(made([100, 90, 110], max_drawdown_quanta=12 * USDT, max_drawdown_frac=0.125)).metrics
    assert metrics["max_drawdown_abs"] == 12.0
    assert metrics["max_drawdown_pct"] == 12.5
    assert metrics["recovery_factor"] == pytest.approx(10 / 12)


def test_duration_counts_bars_strictly_below_the_peak():
    # below for 1, back at the peak, flat at it, below for 3, still below at the end for 2
    assert summarise(made([100, 99, 100, 100, 98, 97, 99, 101, 100, 100])).metrics["max_drawdown_duration_bars"] == 3


def test_a_drawdown_that_never_ends_counts_to_the_end():
    assert summarise(made([100, 99, 98, 97, 98])).metrics["max_drawdown_duration_bars"] == 4


def test_an_account_that_only_rises_was_never_below_its_peak():
    metrics = summarise(made([100, 100, 101, 102])).metrics
    assert metrics["max_drawdown_pct"] == 0.0
    assert metrics["max_drawdown_duration_bars"] == 0
    assert metrics["ulcer_index"] == 0.0
    assert metrics["recovery_factor"] is None
    assert metrics["calmar"] is None


def test_ulcer_is_the_root_mean_square_of_drawdown_percent():
    # 0, 0, -10 %, -20 %
    assert summarise(made([100, 100, 90, 80])).metrics["ulcer_index"] == pytest.approx(((10**2 + 20**2) / 4) ** 0.5)
