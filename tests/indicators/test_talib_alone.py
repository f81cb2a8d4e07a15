"""TA-Lib without its package: who wants the package as well, in whatever order, gets all of it and the same numbers."""

from __future__ import annotations

import subprocess
import sys

import pytest

OURS = "from trade.indicators.formulas.averages import ema"
THEIRS = "import talib, pandas"
CHECK = """
import sys, numpy
values = numpy.cumsum(numpy.random.default_rng(3).normal(size=80))
assert numpy.array_equal(talib.EMA(values, 5), ema(values, 5), equal_nan=True)
series = talib.EMA(pandas.Series(values), 5)
assert isinstance(series, pandas.Series)
assert numpy.array_equal(series.to_numpy(), ema(values, 5), equal_nan=True)
"""


@pytest.mark.parametrize("first", [OURS, THEIRS])
def test_whoever_imports_talib_first_both_get_the_same_numbers(first: str) -> None:
    script = "\n".join([first, OURS, THEIRS, CHECK])
    subprocess.run([sys.executable, "-c", script], check=True)
