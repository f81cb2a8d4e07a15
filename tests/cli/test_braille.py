"""The equity curve as a line of braille: each sign two columns of four dots, the highest value on top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.cli.braille import drawn


def dots(lines: tuple[str, ...]) -> set[tuple[int, int]]:
    """Return the dots that are set as (column, row from the top), read back from the signs."""
    bits = {0x01: (0, 0), 0x02: (0, 1), 0x04: (0, 2), 0x40: (0, 3), 0x08: (1, 0), 0x10: (1, 1), 0x20: (1, 2), 0x80: (1, 3)}
    return {
        (2 * at + across, 4 * row + down)
        for row, line in enumerate(lines)
        for at, sign in enumerate(line)
        for bit, (across, down) in bits.items()
        if (ord(sign) - 0x2800) & bit
    }


def test_four_rising_values_are_a_line_from_the_lower_left_to_the_upper_right() -> None:
    lines = drawn([0, 1, 2, 3], 2, 1)
    assert dots(lines) == {(0, 3), (1, 3), (1, 2), (2, 2), (2, 1), (3, 1), (3, 0)}


def test_a_still_line_is_one_row_of_dots() -> None:
    assert {row for _, row in dots(drawn([5] * 40, 10, 2))} == {7} or {row for _, row in dots(drawn([5] * 40, 10, 2))} == {0}


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=300), st.integers(1, 40), st.integers(1, 6))
def test_every_column_has_a_dot_and_both_extremes_are_drawn(values: list[int], width: int, height: int) -> None:
    lines = drawn(np.array(values), width, height)
    assert len(lines) == height
    found = dots(lines)
    assert {column for column, _ in found} == set(range(min(2 * width, len(values))))
    if max(values) != min(values):
        assert {row for _, row in found} >= {0, 4 * height - 1}


@pytest.mark.parametrize("spike", [0, 57, 99])
def test_one_value_that_stands_out_is_seen(spike: int) -> None:
    values = np.zeros(100, np.int64)
    values[spike] = -1000
    assert any(row == 7 for _, row in dots(drawn(values, 5, 2)))


def test_a_column_reaches_to_its_neighbour_before_it_and_to_no_other() -> None:
    steps = drawn([0, 0, 3, 3, 3, 0], 3, 1)
    assert dots(steps) == {(0, 3), (1, 3), *((2, row) for row in range(4)), (3, 0), (4, 0), *((5, row) for row in range(4))}
    shares = drawn([0, 1, 3, 3, 2, 0], 1, 1)  # three values a column: the second reaches from its own lowest to its highest
    assert dots(shares) == {(column, row) for column in range(2) for row in range(4)}
    ends = drawn([3, 0, 1, 1, 1, 1], 1, 1)  # the first ends at 1: the second is a dot, whatever the first held before
    assert dots(ends) == {*((0, row) for row in range(4)), (1, 2)}
