"""Moving averages and prices made of prices."""

from __future__ import annotations

from trade.base.catalogue import Entry, Param, Params, ParamType
from trade.base.timeframe import Timeframe
from trade.indicators.registry.words import NUMBA, NUMPY, TA_LIB, always, bars, count, ema_memory, factor, first, price, window

_WINDOW = first(value=lambda p: count(p, "length") - 1)
_TRIMA = first(value=lambda p: 2 * (count(p, "length") // 2))
_ONE_BAR = first(value=always(0))


def _zlma_lag(params: Params) -> int:
    return (count(params, "length") - 1) // 2


AVERAGES = (
    Entry(
        name="ema",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=lambda p: ema_memory(count(p, "length")),
        computed_by=TA_LIB,
        doc="exponential moving average, weight 2/(length+1), seeded with the mean of its first window",
    ),
    Entry(
        name="sma",
        inputs=("source",),
        params=(bars("length", 10, low=1),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
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
        computed_by=TA_LIB,
        doc="linearly weighted moving average, the newest bar weighs most",
    ),
    Entry(
        name="dema",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=first(value=lambda p: 2 * (count(p, "length") - 1)),
        settle_bars=lambda p: 2 * ema_memory(count(p, "length")),
        computed_by=TA_LIB,
        doc="double exponential moving average, 2·ema - ema(ema)",
    ),
    Entry(
        name="tema",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=first(value=lambda p: 3 * (count(p, "length") - 1)),
        settle_bars=lambda p: 3 * ema_memory(count(p, "length")),
        computed_by=TA_LIB,
        doc="triple exponential moving average, 3·ema - 3·ema(ema) + ema(ema(ema))",
    ),
    Entry(
        name="zlma",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=first(value=lambda p: _zlma_lag(p) + count(p, "length") - 1),
        settle_bars=lambda p: _zlma_lag(p) + ema_memory(count(p, "length")),
        computed_by=TA_LIB,
        doc="zero lag moving average: the ema of 2·source - source (length-1)//2 bars ago",
    ),
    Entry(
        name="kama",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=lambda p: 20 * count(p, "length"),
        computed_by=NUMBA,
        doc="Kaufman's adaptive average between ema 2 and ema 30; a bar before TA-Lib's, slowest in a window without a move",
    ),
    Entry(
        name="trima",
        inputs=("source",),
        params=(bars("length", 10),),
        outputs=price(),
        first_valid_bars=_TRIMA,
        settle_bars=window(_TRIMA),
        computed_by=TA_LIB,
        doc="triangular moving average: the sma of an sma, both of length//2 + 1 bars (TA-Lib's own takes one bar less for even lengths)",
    ),
    Entry(
        name="alma",
        inputs=("source",),
        params=(
            bars("length", 9),
            factor("sigma", 6.0, low=0.1, doc="width of the bell: length / sigma bars"),
            factor("offset", 0.85, low=0.0, high=1.0, doc="where the bell stands: 0 the newest bar of the window, 1 the oldest"),
        ),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
        computed_by=NUMPY,
        doc="Arnaud Legoux moving average, as pandas-ta: `offset` counts from the newest bar, so TradingView's 0.85 is 0.15 here",
    ),
    Entry(
        name="linreg",
        inputs=("source",),
        params=(bars("length", 14),),
        outputs=price(),
        first_valid_bars=_WINDOW,
        settle_bars=window(_WINDOW),
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
        computed_by=TA_LIB,
        doc="mean of open, high, low and close",
    ),
    Entry(
        name="vwap",
        inputs=("high", "low", "source", "volume"),
        params=(Param("anchor", ParamType.CHOICE, "D", choices=("D", "W"), doc="the sums restart at 00:00 UTC each day, or each Monday"),),
        outputs=price(undefined_when="zero_volume"),
        first_valid_bars=_ONE_BAR,
        settle_bars=window(_ONE_BAR),
        settle_ms=lambda p: Timeframe(str(p["anchor"])).length_ms,
        computed_by=NUMPY,
        doc="volume-weighted mean of (high + low + source)/3 since the anchor",
    ),
)
