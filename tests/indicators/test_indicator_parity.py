"""Values are those of whoever the entry names: pandas-ta, or a slow twin of our own."""

import sys
from pathlib import Path

import numpy as np
import pytest
from pandas_ta_truth import pandas_ta_says
from sample_columns import EVERY_CASE, case_name, random_walk, times, with_usual_source
from slow_twins import TWINS

from trade.base.catalogue import Entry, Params
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS
from trade.indicators.registry.words import PANDAS_TA

sys.path.append(str(Path(__file__).parents[1] / "reference"))
from exact_indicators import FORMULAS

MARKET = random_walk()
OF_PANDAS_TA = [(entry, params) for entry, params in EVERY_CASE if entry.values_of == PANDAS_TA]
OF_TWINS = [(entry, params) for entry, params in EVERY_CASE if entry.name in TWINS]


@pytest.mark.parametrize(("entry", "params"), OF_PANDAS_TA, ids=map(case_name, OF_PANDAS_TA))
def test_values_are_those_of_pandas_ta_from_the_first_valid_bar_on(entry: Entry, params: Params) -> None:
    ours = formulas.compute(entry, params, with_usual_source(entry, MARKET), times())
    theirs = pandas_ta_says(entry, params, MARKET, times())
    for name, first in entry.first_valid_bars(params).items():
        scale = np.nanmax(np.abs(theirs[name][first:]))
        np.testing.assert_allclose(ours[name][first:], theirs[name][first:], rtol=1e-9, atol=1e-11 * scale, err_msg=name)


@pytest.mark.parametrize(("entry", "params"), OF_TWINS, ids=map(case_name, OF_TWINS))
def test_values_are_those_of_the_slow_twin_from_the_first_valid_bar_on(entry: Entry, params: Params) -> None:
    market = with_usual_source(entry, MARKET)
    ours, twin = formulas.compute(entry, params, market, times()), TWINS[entry.name](market, params)
    for name, first in entry.first_valid_bars(params).items():
        np.testing.assert_allclose(ours[name][first:], twin[name][first:], rtol=1e-9, err_msg=name)


def test_what_pandas_ta_does_not_say_has_a_truth_of_its_own() -> None:
    """A formula in fractions in `tests/reference/exact_indicators.py`, or a twin in `slow_twins.py`."""
    others = {name for name, entry in INDICATORS.items() if entry.values_of != PANDAS_TA}
    assert others - set(FORMULAS) - set(TWINS) == set()
