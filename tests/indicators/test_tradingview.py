"""`psar`, `supertrend` and `alma` are TradingView's, bar by bar: against the code that Pine's manual publishes, and by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from pine import pine_alma, pine_sar, pine_supertrend
from pine_builtins import charts
from sample_columns import Columns, Float64, joined, random_walk, times, with_usual_source
from slow_twins import TWINS

from trade.base.catalogue import Params
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS, defaults

BARS = 3_000


def of_few_ticks(seed: int) -> Columns:
    """Whole prices of which many are equal: closes on bands, lows on stops, moves of nothing."""
    rng = np.random.default_rng(seed)
    close = 1_200.0 + 12.0 * np.cumsum(rng.integers(-1, 2, BARS))
    open_ = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(open_, close) + 12.0 * rng.integers(0, 2, BARS)
    low = np.minimum(open_, close) - 12.0 * rng.integers(0, 2, BARS)
    return {"high": high, "low": low, "source": close, "close": close}


MARKETS = {
    "walk": random_walk(BARS, seed=1),
    "other walk": random_walk(BARS, seed=2, price=0.1234),
    "few ticks": of_few_ticks(3),
    "quiet, then wild": joined(random_walk(BARS // 2, seed=4), {k: v[::50] for k, v in random_walk(25 * BARS, seed=5).items()}),
}
EVERY_MARKET = pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)


def columns(name: str, market: Columns, params: Params) -> dict[str, Float64]:
    return formulas.compute(INDICATORS[name], params, market, times(len(market["source"])))


def rows(market: Columns) -> tuple[list[float], list[float], list[float]]:
    return market["high"].tolist(), market["low"].tolist(), market["close"].tolist()


def tape(*bars: tuple[float, float, float]) -> dict[str, Float64]:
    """Bars as high, low, close."""
    high, low, close = (np.array(values, np.float64) for values in zip(*bars, strict=True))
    return {"high": high, "low": low, "source": close, "close": close}


@EVERY_MARKET
@pytest.mark.parametrize("params", [(0.02, 0.02, 0.2), (0.03, 0.05, 0.11), (1.0, 0.5, 0.2), (0.0001, 0.01, 0.3)])
def test_every_stop_is_that_of_pine(market: Columns, params: tuple[float, float, float]) -> None:
    ours = columns("psar", market, dict(zip(("af0", "af", "max_af"), params, strict=True)))
    result, is_below, acceleration = (np.array(values) for values in pine_sar(*rows(market), *params))
    np.testing.assert_array_equal(ours["long"], np.where(is_below, result, np.nan))
    np.testing.assert_array_equal(ours["short"], np.where(is_below, np.nan, result))
    np.testing.assert_array_equal(ours["af"], acceleration)
    np.testing.assert_array_equal(ours["reversal"][2:], np.diff(is_below.astype(int))[1:] != 0)


@EVERY_MARKET
@pytest.mark.parametrize("params", [(7, 3.0), (10, 3.0), (2, 0.5), (14, 100.0), (50, 1.3)])
def test_every_band_and_switch_is_that_of_pine(market: Columns, params: tuple[int, float]) -> None:
    length, multiplier = params
    ours = columns("supertrend", market, {"length": length, "multiplier": multiplier})
    line, direction = (np.array(values, np.float64) for values in pine_supertrend(*rows(market), multiplier, length))
    known = slice(length - 1, None)
    np.testing.assert_array_equal(ours["direction"][known], -direction[known])
    np.testing.assert_allclose(ours["trend"][known], line[known], rtol=1e-11)
    np.testing.assert_array_equal(ours["long"], np.where(ours["direction"] == 1.0, ours["trend"], np.nan))
    np.testing.assert_array_equal(ours["short"], np.where(ours["direction"] == -1.0, ours["trend"], np.nan))


@EVERY_MARKET
@pytest.mark.parametrize("params", [(9, 0.85, 6.0), (2, 0.85, 6.0), (30, 0.0, 3.0), (21, 1.0, 12.5)])
def test_every_alma_is_that_of_pine(market: Columns, params: tuple[int, float, float]) -> None:
    length, offset, sigma = params
    ours = columns("alma", market, {"length": length, "offset": offset, "sigma": sigma})["value"]
    np.testing.assert_allclose(ours, pine_alma(rows(market)[2], *params), rtol=1e-12)


def test_alma_weighs_the_newest_bars_most_and_equal_bars_not_at_all() -> None:
    jump = columns("alma", tape(*[(1, 1, 1)] * 9, (2, 2, 2)), {"length": 9, "offset": 0.85, "sigma": 6.0})["value"]
    assert jump[8] == 1.0
    # The bell stands at 6.8 of 0..8 and is 1.5 bars wide: e^(-0.32) of e^(-10.28) + ... + e^(-0.32) = 3.1336
    assert jump[9] == pytest.approx(1.0 + 0.7261490370736909 / sum(np.exp(-np.square(np.arange(9) - 6.8) / 4.5)))
    still = columns("alma", tape(*[(0.1, 0.1, 0.1)] * 20), {"length": 9, "offset": 0.85, "sigma": 6.0})["value"]
    assert set(still[8:]) == {0.1}


def test_the_second_close_decides_the_first_side_of_a_stop() -> None:
    up, level = tape((10, 9, 9.5), (11, 9.2, 9.6)), tape((10, 9, 9.5), (11, 9.2, 9.5))
    usual = {"af0": 0.02, "af": 0.02, "max_af": 0.2}
    assert columns("psar", up, usual)["long"][1] == 9.0  # 9 + 0.02 * (11 - 9) = 9.04, held at the low before
    # Not above is below: from 10 to the low of 9.2 the stop is 9.984, the high of 11 reaches it: reversed to the lower of 9.2 and 9.2,
    # held at the low of 9 before.
    falling = columns("psar", level, usual)
    assert (falling["long"][1], falling["reversal"][1]) == (9.0, 1.0)


def test_a_reversal_is_tested_before_the_stop_is_held_behind_the_last_two_bars() -> None:
    # The stop moves to 9 + 0.5 * (11 - 9) = 10, above the low of 9.5; held at the low of 9 two bars before it would not be reached.
    bars = tape((10, 9, 9.5), (11, 10.2, 10.8), (10.8, 9.5, 10))
    out = columns("psar", bars, {"af0": 0.5, "af": 0.02, "max_af": 0.5})
    assert out["long"][1] == 9.0
    assert out["reversal"].tolist()[1:] == [0.0, 1.0]
    assert out["short"][2] == 11.0  # the extreme


def test_a_supertrend_begins_above_and_turns_with_the_first_close_through_its_band() -> None:
    # Ranges of 2 each; average 2. Bar 1 is the first: 10 + 2 = 12 above. Bar 2 closes at 12.5 above its band, 13 held at 12.
    bars = tape((11, 9, 10), (11, 9, 10), (13, 11, 12.5), (13.5, 11.5, 12))
    out = columns("supertrend", bars, {"length": 2, "multiplier": 1.0})
    assert out["direction"].tolist()[1:] == [-1.0, 1.0, 1.0]
    # Average (2 + 3)/2 = 2.5: lower 12 - 2.5 = 9.5. Then (2.5 + 2)/2 = 2.25: 12.5 - 2.25 = 10.25 closes in.
    np.testing.assert_array_equal(out["long"], [np.nan, np.nan, 9.5, 10.25])
    np.testing.assert_array_equal(out["short"], [np.nan, 12.0, np.nan, np.nan])


def test_both_bands_of_a_supertrend_only_close_in_while_the_other_is_shown() -> None:
    """Up on bars 2 to 5; the upper band of bar 5 stands where bar 4's closer one was, and the line comes down to it on bar 6."""
    lows = [9.0, 9.0, 14.0, 13.0, 12.5, 13.5, 8.0]
    bars = tape(*[(low + 2.0, low, low + 1.0) for low in lows])
    ours = columns("supertrend", bars, {"length": 2, "multiplier": 0.5})
    line, direction = pine_supertrend(*rows(bars), 0.5, 2)
    assert -ours["direction"][1:] == pytest.approx(direction[1:])
    assert ours["trend"][1:] == pytest.approx(line[1:])
    assert set(direction) == {-1, 1}


def test_where_both_bands_stand_on_one_price_the_line_was_the_upper_one_as_in_pine() -> None:
    bars = tape((10, 9, 9), (6, 6, 6), (7, 3, 7), (12, 12, 12), (11, 8, 9))
    out = columns("supertrend", bars, {"length": 2, "multiplier": 1.0})
    assert out["trend"].tolist()[1:] == [8.0, 8.0, 8.0, 13.5]
    assert out["direction"].tolist()[1:] == [-1.0, -1.0, 1.0, -1.0]  # 9 is above the lower band of 8, not above the upper of 13.5


@pytest.mark.parametrize(("name", "factor"), list(product(("psar", "supertrend", "alma"), (3.0, 1024.0))))
def test_a_market_in_another_unit_turns_on_the_same_bars(name: str, factor: float) -> None:
    entry, market = INDICATORS[name], of_few_ticks(8)
    params = {param.name: param.default for param in entry.params}
    scaled = {column: values * factor for column, values in market.items()}
    here, there = columns(name, market, params), columns(name, scaled, params)
    for output in entry.outputs:
        np.testing.assert_array_equal(np.isnan(here[output.name]), np.isnan(there[output.name]))


WALK = with_usual_source(INDICATORS["cci"], random_walk(BARS, seed=6))  # a source of hlc3
CHARTS = charts(WALK, WALK["source"])
OTHER_LENGTHS = {
    "bbands": "20",
    "supertrend": "10",
    "cci": "20",
    "trix": "18",
    "stoch": "smooth_k is 1",
    "roc": "9",
    "cmo": "9",
    "linreg": "25",
}


@pytest.mark.parametrize("name", CHARTS)
def test_what_the_page_calls_the_same_is_the_same_once_settled(name: str) -> None:
    entry = INDICATORS[name]
    ours = formulas.compute(entry, defaults(entry), with_usual_source(entry, WALK), times(BARS))
    late = slice(BARS // 2, None)
    for output, values in CHARTS[name].items():
        np.testing.assert_allclose(ours[output][late], values[late], rtol=1e-7, atol=1e-9 * np.nanstd(values), err_msg=output)


def test_what_is_the_same_on_tradingview_was_compared() -> None:
    """Whoever says "the same" brings the chart in `pine_builtins.py`."""
    same = {name for name, entry in INDICATORS.items() if entry.tradingview.startswith("the same")}
    assert same - set(CHARTS) - set(TWINS) == {"ohlc4", "vwap", "aroon", "obv"}


@pytest.mark.parametrize(
    ("name", "says"), [*OTHER_LENGTHS.items(), ("ppo", "smas"), ("kvo", "Klinger"), ("fisher", "no range"), ("squeeze", "usual script")]
)
def test_another_convention_is_said(name: str, says: str) -> None:
    assert says in INDICATORS[name].tradingview
