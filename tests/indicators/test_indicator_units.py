"""RULE-7: in another unit of price every indicator says the same; prices of prices are in that unit, everything else does not move."""

from __future__ import annotations

import numpy as np
import pytest
from sample_columns import EVERY_CASE, Columns, case_name, joined, random_walk, times

from trade.base.catalogue import Entry, Params
from trade.indicators import formulas

BARS = 700


def whole_market(seed: int) -> Columns:
    """A market of few ticks, in whole price units: flat stretches, equal moves and ties, then one of many ticks."""
    rng = np.random.default_rng(seed)
    close = 1_200 + 12 * np.cumsum(rng.integers(-1, 2, BARS // 2) * (rng.random(BARS // 2) < 0.4))
    high, low = close + 12 * rng.integers(0, 2, BARS // 2), close - 12 * rng.integers(0, 2, BARS // 2)
    open_ = np.clip(np.concatenate((close[:1], close[:-1])), low, high)
    coarse = {"open": open_, "high": high, "low": low, "close": close, "source": close, "volume": rng.integers(1, 9, BARS // 2)}
    fine = {name: values if name == "volume" else np.rint(values * 1_200) for name, values in random_walk(BARS // 2, seed).items()}
    return joined({name: values.astype(np.float64) for name, values in coarse.items()}, fine)


@pytest.mark.parametrize("factor", [3, 7, 1_000])
@pytest.mark.parametrize(("entry", "params"), EVERY_CASE, ids=map(case_name, EVERY_CASE))
def test_prices_times_a_factor_give_prices_times_that_factor(entry: Entry, params: Params, factor: int) -> None:
    market = whole_market(seed=11)
    scaled = {name: values if name == "volume" else factor * values for name, values in market.items()}
    here = formulas.compute(entry, params, market, times(BARS))
    there = formulas.compute(entry, params, scaled, times(BARS))
    for output in entry.outputs:
        expected = here[output.name] * (factor if output.in_source_unit else 1)
        scale = np.nanmax(np.abs(expected), initial=1.0)
        np.testing.assert_allclose(there[output.name], expected, rtol=1e-9, atol=1e-9 * scale, err_msg=output.name)
