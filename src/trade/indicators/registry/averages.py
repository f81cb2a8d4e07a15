"""Moving averages and prices made of prices."""

from __future__ import annotations

import math

from trade.base.catalogue import Entry, Param, Params, ParamType
from trade.base.timeframe import Timeframe
from trade.indicators.registry.words import (
    NUMBA,
    NUMPY,
    PANDAS_TA,
    TA_LIB,
    TRADINGVIEW,
    TYPICAL,
    always,
    bars,
    count,
    ema_memory,
    factor,
    first,
    memory,
    price,
    settled,
    together,
    window,
)

_WINDOW = first(value=lambda p: count(p, "length") - 1)
_TRIMA = first(value=lambda p: 2 * (count(p, "length") // 2))
_TWICE = first(value=lambda p: 2 * (count(p, "length") - 1))
_THRICE = first(value=lambda p: 3 * (count(p, "length") - 1))
_ZLMA = first(value=lambda p: (count(p, "length") - 1) // 2 + count(p, "length") - 1)
_ONE_BAR = first(value=always(0))


def _kama_memory(params: Params) -> int:
    """Twice what a random walk takes (measured on random and real markets: up to 1.7 times), at most what the slowest weight takes."""
    slow, spread, length = 2 / 31, 2 / 3 - 2 / 31, count(params, "length")
    # Of a random walk the efficiency is 1/sqrt(length) on average, its square pi/2/length.
    usual = slow**2 + 2 * slow * spread / math.sqrt(length) + spread**2 * math.pi / 2 / length
    return min(2 * memory(min(usual, 1.0)), memory(slow**2))


AVERAGES = (
    Entry(
        name="ema",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=settled(_WINDOW, lambda p: ema_memory(count(p, "length"))),
        values_of=PANDAS_TA,
        tradingview="the same; its chart begins with length 9",
        computed_by=together(NUMBA, TA_LIB),
        doc="exponential moving average, weight 2/(length+1), seeded with the mean of its first window",
    ),
    Entry(
        name="sma",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        values_of=PANDAS_TA,
        tradingview="the same; its chart begins with length 9",
        computed_by=TA_LIB,
        doc="simple moving average",
    ),
    Entry(
        name="wma",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        values_of=PANDAS_TA,
        tradingview="the same; its chart begins with length 9",
        computed_by=TA_LIB,
        doc="linearly weighted moving average, the newest bar weighs most",
    ),
    Entry(
        name="dema",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_TWICE,
        settle_bars=settled(_TWICE, lambda p: ema_memory(count(p, "length"), chained=2)),
        values_of=PANDAS_TA,
        tradingview="the same; its chart begins with length 9",
        computed_by=TA_LIB,
        doc="double exponential moving average, 2·ema - ema(ema)",
    ),
    Entry(
        name="tema",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_THRICE,
        settle_bars=settled(_THRICE, lambda p: ema_memory(count(p, "length"), chained=3)),
        values_of=PANDAS_TA,
        tradingview="the same; its chart begins with length 9",
        computed_by=TA_LIB,
        doc="triple exponential moving average, 3·ema - 3·ema(ema) + ema(ema(ema))",
    ),
    Entry(
        name="zlma",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_ZLMA,
        settle_bars=settled(_ZLMA, lambda p: ema_memory(count(p, "length"))),
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`",
        computed_by=TA_LIB,
        doc="zero lag moving average: the ema of 2·source - source (length-1)//2 bars ago",
    ),
    Entry(
        name="kama",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=settled(_WINDOW, _kama_memory),
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`",
        computed_by=together(NUMBA, NUMPY, TA_LIB),
        doc="Kaufman's adaptive average between ema 2 and ema 30; a bar before TA-Lib's, slowest in a window without a move",
    ),
    Entry(
        name="trima",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_TRIMA,
        settle_bars=window(_TRIMA),
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`",
        computed_by=TA_LIB,
        doc="triangular moving average: the sma of an sma, both of length//2 + 1 bars (TA-Lib's own takes one bar less for even lengths)",
    ),
    Entry(
        name="alma",
        inputs=("source",),
        params=(
            bars("length", 9),
            factor("sigma", 6.0, low=0.1, doc="width of the bell: length / sigma bars"),
            factor("offset", 0.85, low=0.0, high=1.0, doc="where the bell stands: 0 the oldest bar of the window, 1 the newest"),
        ),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        values_of=TRADINGVIEW,
        tradingview="the same",
        computed_by=NUMPY,
        doc="Arnaud Legoux moving average, weights on a bell that stands near the newest bar (pandas-ta mirrors it)",
    ),
    Entry(
        name="linreg",
        inputs=("source",),
        params=(bars("length", 14),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        values_of=PANDAS_TA,
        tradingview="the same as `ta.linreg` with offset 0; its Least Squares Moving Average begins with length 25",
        computed_by=NUMBA,
        doc="end point of the least-squares line through the window",
    ),
    Entry(
        name="midprice",
        inputs=("high", "low"),
        params=(bars("length", 2, low=1),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`; the basis of its Donchian Channels is the same",
        computed_by=TA_LIB,
        doc="middle of the highest high and the lowest low",
    ),
    Entry(
        name="ohlc4",
        inputs=("open", "high", "low", "close"),
        params=(),
        outputs=price(),
        first_valid_bars=_ONE_BAR,
        settle_bars=window(_ONE_BAR),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=TA_LIB,
        doc="mean of open, high, low and close",
    ),
    Entry(
        name="vwap",
        inputs=("source", "volume"),
        close_means=TYPICAL,
        params=(Param("anchor", ParamType.CHOICE, "D", choices=("D", "W"), doc="the sums restart at 00:00 UTC each day, or each Monday"),),
        outputs=price(undefined_when="zero_volume"),
        first_valid_bars=_ONE_BAR,
        settle_bars=window(_ONE_BAR),
        settle_ms=lambda p: Timeframe(str(p["anchor"])).length_ms,
        values_of=PANDAS_TA,
        tradingview="the same, anchored to days or weeks of UTC",
        computed_by=NUMPY,
        doc="volume-weighted mean of the source since the anchor",
    ),
)
