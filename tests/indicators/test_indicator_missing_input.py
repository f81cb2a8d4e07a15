"""A source that is another feature starts late, and may have holes: the indicator starts anew behind each."""

import numpy as np
import pytest
from sample_columns import cut, random_walk, times

from trade.base.catalogue import Entry
from trade.indicators import formulas
from trade.indicators.conditions import may_be_missing
from trade.indicators.registry import INDICATORS, defaults

BARS = 900
MARKET = random_walk(BARS)
OF_A_SOURCE = {name: entry for name, entry in INDICATORS.items() if "source" in entry.inputs}
ENTRIES = pytest.mark.parametrize("entry", OF_A_SOURCE.values(), ids=OF_A_SOURCE)


def with_holes(*bars: int) -> dict[str, np.ndarray]:
    source = MARKET["source"].copy()
    source[:37] = np.nan
    source[list(bars)] = np.nan
    return {**MARKET, "source": source}


@ENTRIES
def test_a_late_source_gives_what_the_tail_alone_gives(entry: Entry) -> None:
    params = defaults(entry)
    whole = formulas.compute(entry, params, with_holes(), times(BARS))
    tail = formulas.compute(entry, params, cut(MARKET, 37), times(BARS)[37:])
    for name, values in whole.items():
        assert np.isnan(values[:37]).all()
        assert np.array_equal(values[37:], tail[name], equal_nan=True)


@ENTRIES
def test_a_hole_in_the_source_starts_the_indicator_anew(entry: Entry) -> None:
    params = defaults(entry)
    whole = formulas.compute(entry, params, with_holes(400), times(BARS))
    tail = formulas.compute(entry, params, cut(MARKET, 401), times(BARS)[401:])
    for name, values in whole.items():
        assert np.isnan(values[400])
        assert np.array_equal(values[401:], tail[name], equal_nan=True)


@ENTRIES
def test_the_bars_behind_a_hole_are_excused_until_the_first_value(entry: Entry) -> None:
    params, market = defaults(entry), with_holes(400, 402)
    columns = formulas.compute(entry, params, market, times(BARS))
    for output in entry.outputs:
        if output.total:
            excused = may_be_missing(entry, output.name, params, market, times(BARS))
            np.testing.assert_array_equal(np.isnan(columns[output.name]), excused, err_msg=output.name)


@ENTRIES
def test_a_source_without_any_value_gives_none(entry: Entry) -> None:
    columns = formulas.compute(entry, defaults(entry), {**MARKET, "source": np.full(BARS, np.nan)}, times(BARS))
    assert all(np.isnan(values).all() for values in columns.values())
