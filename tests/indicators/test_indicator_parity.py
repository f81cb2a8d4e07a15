import numpy as np
import pytest
from pandas_ta_truth import pandas_ta_says
from sample_columns import EVERY_CASE, case_name, random_walk, times

from trade.base.catalogue import Entry, Params
from trade.indicators import vendor

MARKET = random_walk()


# pandas-ta drops `af` when `af0` is given; what we do then stands in test_psar.py.
_SAYABLE = [(e, p) for e, p in EVERY_CASE if e.name != "psar" or p["af0"] == p["af"]]


@pytest.mark.parametrize(("entry", "params"), _SAYABLE, ids=map(case_name, _SAYABLE))
def test_values_are_those_of_pandas_ta_from_the_first_valid_bar_on(entry: Entry, params: Params) -> None:
    ours = vendor.compute(entry, params, MARKET, times())
    theirs = pandas_ta_says(entry, params, MARKET, times())
    for name, first in entry.first_valid_bars(params).items():
        scale = np.nanmax(np.abs(theirs[name][first:]))
        np.testing.assert_allclose(ours[name][first:], theirs[name][first:], rtol=1e-9, atol=1e-11 * scale, err_msg=name)
