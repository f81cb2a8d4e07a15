from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trade.base.instrument import Grid

TICKS = ("0.1", "0.01", "0.5", "2.5", "1", "10", "0.0001", "0.00005", "0.0000001", "0.025", "100")
STEPS = ("0.001", "1", "0.01", "100", "0.00001", "1000")
GRIDS = st.builds(lambda tick, step: Grid(Decimal(tick), Decimal(step)), st.sampled_from(TICKS), st.sampled_from(STEPS))
COUNTS = st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=5)


@given(grid=GRIDS, counts=COUNTS)
def test_a_price_is_the_double_that_parsing_its_decimal_text_gives(grid: Grid, counts: list[int]) -> None:
    ticks = np.array(counts, np.int64)
    assert grid.to_prices(ticks).tolist() == [float(str(grid.price(n))) for n in counts]
    assert grid.to_ticks(grid.to_prices(ticks)).tolist() == counts
    assert not grid.off_grid(grid.to_prices(ticks)).any()


@given(grid=GRIDS, counts=COUNTS)
def test_a_quantity_is_the_double_that_parsing_its_decimal_text_gives(grid: Grid, counts: list[int]) -> None:
    assert grid.to_quantities(np.array(counts, np.int64)).tolist() == [float(str(grid.quantity(n))) for n in counts]


@given(grid=GRIDS)
def test_a_tick_of_a_lot_is_a_whole_number_of_quanta_that_are_never_coarser_than_1e_8(grid: Grid) -> None:
    assert Fraction(grid.tick_lot_quanta, grid.quanta_per_unit) == Fraction(grid.tick_size) * Fraction(grid.qty_step)
    assert grid.quanta_per_unit >= 10**8
    assert set(str(grid.quanta_per_unit)[1:]) == {"0"}


def test_quanta_get_finer_only_where_a_tick_of_a_lot_needs_it() -> None:
    assert Grid(Decimal("0.1"), Decimal("0.001")).quanta_per_unit == 10**8
    assert Grid(Decimal("0.0000001"), Decimal(1)).quanta_per_unit == 10**8
    assert Grid(Decimal("0.0000001"), Decimal("0.01")).quanta_per_unit == 10**9
    assert Grid(Decimal("0.00005"), Decimal("0.00001")).quanta_per_unit == 10**10
    assert Grid(Decimal("0.00005"), Decimal("0.00001")).tick_lot_quanta == 5


def test_money_goes_to_quanta_half_to_even_and_back_exactly() -> None:
    grid = Grid(Decimal("0.1"), Decimal("0.001"))
    assert grid.quanta(Decimal("10.00000001")) == 1_000_000_001
    assert [grid.quanta(Decimal(text)) for text in ("0.000000005", "0.000000015", "-0.000000025")] == [0, 2, -2]
    assert grid.money(grid.quanta(Decimal("-1234.56789012"))) == Decimal("-1234.56789012")


def test_prices_beside_the_grid_are_seen_and_republished_noise_is_not() -> None:
    grid = Grid(Decimal("0.1"), Decimal("0.001"))
    prices = np.array([30000.1, 30000.15, 30000.1 * (1 + 1e-12), 0.04])
    assert grid.off_grid(prices).tolist() == [False, True, False, True]
