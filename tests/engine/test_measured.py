"""What orders are measured by becomes whole ticks: stops nearer, all else farther, and nothing where nothing is known."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.arrays import Float64, Int64
from trade.base.instrument import Grid
from trade.base.measures import Measure
from trade.base.records import LONG, SHORT
from trade.base.timeframe import Timeframe
from trade.base.units import PriceUnit
from trade.dsl.columns import Clock, ColumnRef, Rows
from trade.dsl.tree import Column
from trade.engine.measured import Ruler

REF = ColumnRef("atr", "value", Timeframe("15m"))
ATR = Column(REF, 0, Clock.EXEC, minus_one_is_missing=False, text="atr")
TS = np.arange(5, dtype=np.int64) * 900_000


class Feed:
    """One column on the exec clock, its first value known at the first instant."""

    def __init__(self, values: list[float], power: int) -> None:
        self.values, self.of_power, self.unit = np.array(values), power, PriceUnit.of_tick(Decimal("0.5"))

    def instants(self, clock: Clock) -> Int64:
        return TS

    def column(self, ref: ColumnRef) -> Float64:
        return self.values

    def finite_from(self, ref: ColumnRef) -> int:
        return len(self.values)

    def power(self, ref: ColumnRef) -> int:
        return self.of_power

    def rows(self, ref: ColumnRef, clock: Clock) -> Rows:
        return range(len(self.values))


def ruler(values: list[float], multiple: float | None, power: int = 1, farthest: int = 10**6) -> Ruler:
    return Ruler(Feed(values, power), Grid(Decimal("0.5"), Decimal(1)), farthest, dict.fromkeys(Measure, (ATR, multiple)))


def at(one: Ruler, side: int) -> tuple[int, int, int]:
    offset, stop, target = one.at_decisions(TS[:1], np.array([side]))
    return int(offset[0]), int(stop[0]), int(target[0])


def test_a_distance_of_a_stop_is_rounded_down_and_every_other_up() -> None:
    assert at(ruler([30.0] * 5, 2), LONG) == (5, 5, 5)  # 30 twelfths of a tick are 2.5 ticks
    assert at(ruler([31.0] * 5, 2), LONG) == (6, 5, 6)
    assert at(ruler([31.0] * 5, 2), SHORT) == (6, 5, 6)


def test_a_level_is_rounded_the_way_the_profit_lies() -> None:
    assert at(ruler([31.0] * 5, None), LONG) == (3, 3, 3)
    assert at(ruler([31.0] * 5, None), SHORT) == (2, 2, 2)


def test_a_column_that_is_in_plain_numbers_is_divided_by_the_tick() -> None:
    assert at(ruler([2.6] * 5, 1, power=0), LONG) == (6, 5, 6)


def test_a_product_that_is_a_whole_tick_but_for_its_last_bits_is_that_tick() -> None:
    tenth = 12 * 0.1
    assert at(ruler([tenth] * 5, 30), LONG) == (3, 3, 3)  # 0.1 × 30 is not 3 in doubles


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -13.0])
def test_what_is_not_known_or_below_nothing_is_no_price(value: float) -> None:
    assert at(ruler([value] * 5, 1), LONG) == (-1, -1, -1)


def test_no_distance_is_more_than_the_farthest_price() -> None:
    assert at(ruler([1e300] * 5, 1, farthest=777), LONG) == (777, 777, 777)


def test_a_side_that_has_no_column_measures_nothing() -> None:
    one = ruler([24.0] * 5, 1)
    only_long = Ruler(one.columns, one.grid, one.farthest_ticks, {Measure.STOP_LONG: (ATR, 1.0)})
    assert only_long.at_decisions(TS[:3], np.array([LONG, SHORT, 0])).stop_ticks.tolist() == [2, -1, -1]


def test_a_trail_is_what_was_known_at_each_instant() -> None:
    one = ruler([12.0, 24.0, float("nan"), 48.0, 60.0], 1)
    assert one.trails(np.array([-1, 0, 900_000, 1_800_000, 2_700_000])).tolist() == [-1, 1, 2, -1, 4]


@given(st.integers(0, 10**9), st.decimals(min_value="0.001", max_value="100", places=3))
def test_whole_prices_times_a_decimal_are_rounded_as_fractions_are(twelfths: int, multiple: Decimal) -> None:
    exact = Fraction(twelfths, 12) * Fraction(multiple)
    found = at(ruler([float(twelfths)] * 5, float(multiple), farthest=10**15), LONG)
    assert found == (ceil(exact), floor(exact), ceil(exact))
