import pytest
from made_results import entry_fill, funding_fill, made, quanta, trade

from trade.analysis.bridge import bridge
from trade.analysis.summary import summarise

TRADES = [trade(10, fees=1.5, funding=-0.25, slippage=0.4), trade(-4, fees=0.5, funding=0.75)]


def test_funding_is_counted_from_its_fills_by_direction():
    metrics = summarise(made(fills=[funding_fill(-0.25), funding_fill(0.75), entry_fill(-1.5), funding_fill(-0.5)])).metrics
    assert metrics["total_funding_paid_usdt"] == 0.75
    assert metrics["total_funding_received_usdt"] == 0.75
    assert metrics["net_funding_usdt"] == 0.0


def test_net_funding_is_received_less_paid():
    assert summarise(made(fills=[funding_fill(-0.75), funding_fill(0.25)])).metrics["net_funding_usdt"] == -0.5


def test_fees_and_slippage_are_sums_over_trades():
    summary = summarise(made([100], TRADES))
    assert summary.metrics["total_fees"] == 2.0
    assert summary.extras["slippage_usdt"] == 0.4


def test_the_bridge_leads_from_gross_to_net_in_integers():
    way = bridge(made([100, 106], TRADES))
    assert [step.name for step in way.steps] == ["gross", "slippage", "fees", "funding", "net"]
    assert [step.quanta for step in way.steps] == [quanta(v) for v in (7.9, -0.4, -2.0, 0.5, 6.0)]
    assert sum(step.quanta for step in way.steps[:-1]) == way.net.quanta
    assert way.gross.usdt == summarise(made([100, 106], TRADES)).extras["gross_before_costs_usdt"] == 7.9


def test_the_bridge_of_no_trades_is_all_zeros():
    assert [step.quanta for step in bridge(made([100, 100])).steps] == [0] * 5


def test_a_ledger_that_lost_a_quantum_has_no_bridge():
    with pytest.raises(ValueError, match="trades explain 600000000 quanta of a net of 600000001"):
        bridge(made([100, 106.00000001], TRADES))
