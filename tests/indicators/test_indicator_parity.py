import numpy as np
import pytest
from pandas_ta_truth import pandas_ta_says
from sample_columns import EVERY_CASE, case_name, random_walk, times, with_usual_source

from trade.base.catalogue import Entry, Params
from trade.indicators import formulas

MARKET = random_walk()


# The others are TradingView's: test_tradingview.py.
OF_PANDAS_TA = [(entry, params) for entry, params in EVERY_CASE if entry.values_of == "pandas-ta"]


@pytest.mark.parametrize(("entry", "params"), OF_PANDAS_TA, ids=map(case_name, OF_PANDAS_TA))
def test_values_are_those_of_pandas_ta_from_the_first_valid_bar_on(entry: Entry, params: Params) -> None:
    ours = formulas.compute(entry, params, with_usual_source(entry, MARKET), times())
    theirs = pandas_ta_says(entry, params, MARKET, times())
    for name, first in entry.first_valid_bars(params).items():
        scale = np.nanmax(np.abs(theirs[name][first:]))
        np.testing.assert_allclose(ours[name][first:], theirs[name][first:], rtol=1e-9, atol=1e-11 * scale, err_msg=name)
