"""Two emas in one pass are those of their formula, byte by byte."""

import numpy as np
import pytest
from sample_columns import random_walk, times

from trade.indicators import formulas
from trade.indicators.recursions import two_emas
from trade.indicators.registry.averages import AVERAGES

EMA = next(entry for entry in AVERAGES if entry.name == "ema")
CLOSE = np.rint(12_000 * random_walk()["close"])


def alone(values: np.ndarray, length: int) -> bytes:
    return formulas.compute(EMA, {"length": length, "source": "close"}, {"source": values}, times()[: len(values)])["value"].tobytes()


@pytest.mark.parametrize(
    ("first", "first_length", "second", "second_length"),
    [
        (CLOSE, 9, CLOSE, 21),
        (CLOSE, 21, CLOSE, 9),
        (CLOSE, 1, CLOSE, 2),
        (CLOSE[40:], 5, CLOSE, 200),
        (CLOSE[:100], 30, CLOSE, 7),
        (CLOSE[:9], 9, CLOSE[3:], 10),
    ],
)
def test_two_emas_in_one_pass_are_each_the_ema_alone(first: np.ndarray, first_length: int, second: np.ndarray, second_length: int) -> None:
    one, two = two_emas(first.copy(), first_length, second.copy(), second_length)
    assert one.tobytes() == alone(first, first_length)
    assert two.tobytes() == alone(second, second_length)
