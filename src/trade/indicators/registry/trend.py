"""Direction and its strength."""

from __future__ import annotations

import math

from trade.base.catalogue import Entry, Output, Params, Side
from trade.indicators.registry.words import (
    NUMBA,
    NUMPY,
    PANDAS_TA,
    TA_LIB,
    TRADINGVIEW,
    also,
    always,
    bars,
    count,
    factor,
    first,
    level,
    real,
    settled,
    together,
    whole,
    wilder_memory,
    window,
)


def _length(params: Params) -> int:
    return count(params, "length")


def _average(params: Params) -> int:
    return _length(params) - 1


_ADX = first(adx=lambda p: 2 * _length(p) - 1, dmp=_length, dmn=_length, adxr=lambda p: 3 * _length(p) - 2)
_AROON = first(osc=_length, up=_length, down=_length)
_DM = first(dmp=_average, dmn=_average)
_SUPERTREND = first(trend=_average, direction=_average, long=_average, short=_average)
_SUPERTREND_SWITCH = "'{id}.trend' is there on every bar, and '{id}.direction' tells the side"
_PSAR_SWITCH = "'{id}.reversal' is 1 on the bar of each change"
_VORTEX = first(vip=_length, vim=_length)


def _psar_memory(params: Params) -> int:
    """Bars to a reversal that two histories share, or in which they meet on the way to one extreme; measured, with much to spare."""
    start, step, most = (real(params, name) for name in ("af0", "af", "max_af"))
    return 100 + round(max(8 / math.sqrt(start * step), 25 / most))


TREND = (
    Entry(
        name="adx",
        inputs=("high", "low", "source"),
        params=(bars("length", 14),),
        outputs=(
            Output("adx", low=0, high=100, undefined_when="no_direction"),
            also(Output("dmp", low=0, high=100), "plus_di", "di_plus", "pdi"),
            also(Output("dmn", low=0, high=100), "minus_di", "di_minus", "mdi"),
            Output("adxr", low=0, high=100, undefined_when="no_direction"),
        ),
        first_valid_bars=_ADX,
        settle_bars=settled(_ADX, lambda p: wilder_memory(_length(p), chained=2)),
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="the same once settled, seeded otherwise; adxr is not part of Pine's `ta`",
        computed_by=NUMBA,
        doc="average directional index, its two directional indicators, and adxr, the mean of adx now and length - 1 bars ago",
    ),
    Entry(
        name="aroon",
        inputs=("high", "low"),
        params=(bars("length", 14),),
        outputs=(Output("osc", low=-100, high=100), Output("up", low=0, high=100), Output("down", low=0, high=100)),
        first_valid_bars=_AROON,
        settle_bars=window(_AROON),
        values_of=PANDAS_TA,
        tradingview="the same; of equal extremes ours takes the latest",
        computed_by=TA_LIB,
        doc="how recent the highest high (up) and the lowest low (down) of length + 1 bars are, and up - down",
    ),
    Entry(
        name="supertrend",
        inputs=("high", "low", "source"),
        params=(bars("length", 7), factor("multiplier", 3.0, doc="average true ranges from (high + low)/2 to each band")),
        outputs=(
            also(level("trend"), "supertrend", "line", "band"),
            whole("direction", -1, 1),
            level("long", side=Side("the trend is up", _SUPERTREND_SWITCH)),
            level("short", side=Side("the trend is down", _SUPERTREND_SWITCH)),
        ),
        first_valid_bars=_SUPERTREND,
        settle_bars=settled(_SUPERTREND, lambda p: wilder_memory(_length(p)) + round(15 * real(p, "multiplier") ** 2)),
        values_of=TRADINGVIEW,
        tradingview="the same values and switches; its default length is 10, and its direction has the other sign, -1 for up",
        computed_by=NUMBA,
        doc="trailing band of average true ranges: `direction` is 1 up, -1 down; `long` holds the trend while up, `short` while down",
    ),
    Entry(
        name="psar",
        inputs=("high", "low", "source"),
        params=(
            factor("af0", 0.02, low=0.0001, high=1.0, doc="acceleration after each reversal"),
            factor("af", 0.02, low=0.0001, high=1.0, doc="added at each new extreme"),
            factor("max_af", 0.2, low=0.0001, high=1.0, doc="acceleration stops growing here"),
        ),
        outputs=(
            level("long", side=Side("the trend is up", _PSAR_SWITCH)),
            level("short", side=Side("the trend is down", _PSAR_SWITCH)),
            Output("af", low=0, high=1),
            whole("reversal", 0, 1),
        ),
        first_valid_bars=first(long=always(1), short=always(1), af=always(1), reversal=always(1)),
        settle_bars=_psar_memory,
        values_of=TRADINGVIEW,
        tradingview="the same: `ta.sar(af0, af, max_af)`",
        computed_by=NUMBA,
        doc="parabolic stop and reverse, `long` while below the market, `short` while above; the first two closes decide the first side",
    ),
    Entry(
        name="vortex",
        inputs=("high", "low", "source"),
        params=(bars("length", 14),),
        outputs=(
            also(Output("vip", low=0, undefined_when="zero_range"), "plus", "vi_plus"),
            also(Output("vim", low=0, undefined_when="zero_range"), "minus", "vi_minus"),
        ),
        first_valid_bars=_VORTEX,
        settle_bars=window(_VORTEX),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=together(NUMPY, TA_LIB),
        doc="sums of upward and downward movement over the sum of true ranges",
    ),
    Entry(
        name="dm",
        inputs=("high", "low"),
        params=(bars("length", 14),),
        outputs=(also(level("dmp", low=0), "plus_dm", "dm_plus", "pdm"), also(level("dmn", low=0), "minus_dm", "dm_minus", "mdm")),
        first_valid_bars=_DM,
        settle_bars=settled(_DM, lambda p: wilder_memory(_length(p))),
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`, whose DMI shows the indicators of `adx`",
        computed_by=TA_LIB,
        doc="directional movement up and down, Wilder's sums (length times the average)",
    ),
)
