"""The equity curve: written once per point or once per fill, read as if every column had been written everywhere."""

import numpy as np

from trade.base.curve import STANDING, EquityCurve


def curve() -> EquityCurve:
    """Flat, then long 2 lots bought for 200 with cash 1,000, then flat with what was won."""
    standings = np.zeros(3, STANDING)
    standings["first_point"] = [0, 1, 3]
    standings["cash_quanta"] = [1_000, 1_000, 1_030]
    standings["used_margin_quanta"] = [0, 20, 0]
    standings["position_lots"] = [0, 2, 0]
    standings["entry_value_quanta"] = [0, 200, 0]
    standings["mmr_e12"] = [0, 5 * 10**9, 0]
    standings["maintenance_base_quanta"] = [0, 3, 0]
    equity = np.array([1_000, 990, 1_020, 1_030, 1_030])
    return EquityCurve(np.arange(5) * 60_000, equity, equity, standings)


def test_what_a_fill_changes_stands_until_the_next_one() -> None:
    points = curve()
    assert points.cash_quanta.tolist() == [1_000, 1_000, 1_000, 1_030, 1_030]
    assert points.used_margin_quanta.tolist() == [0, 20, 20, 0, 0]
    assert points.position_lots.tolist() == [0, 2, 2, 0, 0]


def test_a_position_is_worth_its_entry_value_and_the_profit_in_equity() -> None:
    assert curve().notional_quanta.tolist() == [0, 190, 220, 0, 0]
    assert curve().maintenance_margin_quanta.tolist() == [0, 4, 4, 0, 0]  # 190 and 220 × 0.5 % are 0.95 and 1.1, each 1


def test_a_short_position_is_worth_less_when_equity_grew() -> None:
    points = curve()
    points.standings["position_lots"] *= -1
    assert points.notional_quanta.tolist() == [0, 210, 180, 0, 0]


def test_rows_hold_every_column() -> None:
    points = curve()
    rows = points.records()
    assert len(rows) == len(points) == 5
    assert all((rows[name] == points[name]).all() for name in rows.dtype.names)
