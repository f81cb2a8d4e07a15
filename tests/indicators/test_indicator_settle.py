"""TIME-7: a slice that starts `settle_bars` earlier agrees with the full history."""

import numpy as np
import pytest
from sample_columns import EVERY_CASE, STEP_MS, case_name, cut, random_walk, times

from trade.base.catalogue import Entry, Params
from trade.indicators import vendor

BARS = 4_000
MARKET = random_walk(BARS, seed=11)
WINDOWS_FROM = (2_000, 2_345, 2_900, 3_333)

# What is left of the seed, as a share of the spread of the output. An EMA keeps e^-4 of it after 3 lengths, one chained average
# less; windows keep nothing but the rounding of running sums.
EMA_SHARE = 0.03
WINDOW_SHARE = 1e-9
RECURSIVE = {
    *("ema", "dema", "tema", "zlma", "kama", "rsi", "stochrsi", "macd", "ppo", "trix", "tsi", "fisher"),
    *("atr", "natr", "kc", "adx", "supertrend", "psar", "dm", "kvo"),
}


@pytest.mark.parametrize(("entry", "params"), EVERY_CASE, ids=map(case_name, EVERY_CASE))
def test_settle_bars_are_enough_to_forget_the_start(entry: Entry, params: Params) -> None:
    whole = vendor.compute(entry, params, MARKET, times(BARS))
    share = EMA_SHARE if entry.name in RECURSIVE else WINDOW_SHARE
    settle = max(entry.settle_bars(params), entry.settle_ms(params) // STEP_MS if entry.settle_ms else 0)
    for start in WINDOWS_FROM:
        early = max(start - settle, 0)
        part = vendor.compute(entry, params, cut(MARKET, early), times(BARS)[early:])
        for name, values in part.items():
            full, late = whole[name][start:], values[start - early :]
            if entry.name == "obv":  # a running sum: only its changes mean something
                full, late = full - full[0], late - late[0]
            assert np.array_equal(np.isnan(full), np.isnan(late))
            assert np.nanmax(np.abs(full - late)) <= share * np.nanstd(whole[name]), f"{name} from bar {start}"
