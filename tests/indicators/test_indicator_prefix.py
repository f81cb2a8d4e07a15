"""TIME-6: what is known at a bar does not depend on later bars, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_columns import EVERY_CASE, case_name, cut, flat, joined, random_walk, times

from trade.base.catalogue import Entry, Params
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS, defaults

BARS = 600
MARKET = joined(random_walk(250), flat(60), random_walk(290, seed=8, price=0.1234))


def assert_prefix(entry: Entry, params: Params, bars: int) -> None:
    whole = formulas.compute(entry, params, MARKET, times(BARS))
    part = formulas.compute(entry, params, cut(MARKET, 0, bars), times(bars))
    for name, values in part.items():
        assert np.array_equal(values, whole[name][:bars], equal_nan=True), f"{name} of the first {bars} bars"


@pytest.mark.parametrize(("entry", "params"), EVERY_CASE, ids=map(case_name, EVERY_CASE))
def test_a_truncated_history_gives_the_prefix(entry: Entry, params: Params) -> None:
    firsts = entry.first_valid_bars(params).values()
    for bars in {1, 2, *firsts, *(first + 1 for first in firsts), *(first + 2 for first in firsts), 249, 300, 599}:
        assert_prefix(entry, params, bars)


@settings(max_examples=60, deadline=None)
@given(entry=st.sampled_from(sorted(INDICATORS)), bars=st.integers(0, BARS))
def test_any_truncation_gives_the_prefix(entry: str, bars: int) -> None:
    assert_prefix(INDICATORS[entry], defaults(INDICATORS[entry]), bars)
