"""Direction and its strength."""

from __future__ import annotations

from trade.base.catalogue import Entry, Output, Params
from trade.indicators.registry.words import (
    NUMBA,
    NUMPY,
    PANDAS_TA,
    TA_LIB,
    always,
    bars,
    count,
    factor,
    first,
    level,
    real,
    whole,
    wilder_memory,
    window,
)


def _length(params: Params) -> int:
    return count(params, "length")


_AROON = first(osc=_length, up=_length, down=_length)
_VORTEX = first(vip=_length, vim=_length)

TREND = (
    Entry(
        name="adx",
        inputs=("high", "low", "source"),
        params=(bars("length", 14),),
        outputs=(
            Output("adx", low=0, high=100, undefined_when="no_direction"),
            Output("dmp", low=0, high=100),
            Output("dmn", low=0, high=100),
            Output("adxr", low=0, high=100, undefined_when="no_direction"),
        ),
        first_valid_bars=first(adx=lambda p: 2 * _length(p) - 1, dmp=_length, dmn=_length, adxr=lambda p: 3 * _length(p) - 2),
        settle_bars=lambda p: 2 * wilder_memory(_length(p)) + _length(p),
        source_in_bar=True,
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
        computed_by=TA_LIB,
        doc="how recent the highest high (up) and the lowest low (down) of length + 1 bars are, and up - down",
    ),
    Entry(
        name="supertrend",
        inputs=("high", "low", "source"),
        params=(bars("length", 7), factor("multiplier", 3.0, doc="average true ranges from (high + low)/2 to each band")),
        outputs=(level("trend"), whole("direction", -1, 1), level("long", total=False), level("short", total=False)),
        first_valid_bars=first(trend=_length, direction=_length, long=_length, short=_length),
        settle_bars=lambda p: 20 * _length(p),
        computed_by=PANDAS_TA,
        doc="trailing band of average true ranges: direction 1 or -1, `long` holds the trend while up, `short` while down",
    ),
    Entry(
        name="psar",
        inputs=("high", "low", "source"),
        params=(
            factor("af0", 0.02, low=0.0001, high=1.0, doc="acceleration after each reversal"),
            factor("af", 0.02, low=0.0001, high=1.0, doc="added at each new extreme"),
            factor("max_af", 0.2, low=0.0001, high=1.0, doc="acceleration stops growing here"),
        ),
        outputs=(level("long", total=False), level("short", total=False), Output("af", low=0, high=1), whole("reversal", 0, 1)),
        first_valid_bars=first(long=always(1), short=always(1), af=always(0), reversal=always(0)),
        settle_bars=lambda p: 50 + round(3 / real(p, "af0")),
        computed_by=NUMBA,
        doc="parabolic stop and reverse seeded as pandas-ta; where `af0` and `af` differ both count (pandas-ta drops `af`)",
    ),
    Entry(
        name="vortex",
        inputs=("high", "low", "source"),
        params=(bars("length", 14),),
        outputs=(Output("vip", low=0, undefined_when="zero_range"), Output("vim", low=0, undefined_when="zero_range")),
        first_valid_bars=_VORTEX,
        settle_bars=window(_VORTEX),
        computed_by=NUMPY,
        doc="sums of upward and downward movement over the sum of true ranges",
    ),
    Entry(
        name="dm",
        inputs=("high", "low"),
        params=(bars("length", 14),),
        outputs=(level("dmp", low=0), level("dmn", low=0)),
        first_valid_bars=first(dmp=lambda p: _length(p) - 1, dmn=lambda p: _length(p) - 1),
        settle_bars=lambda p: wilder_memory(_length(p)) + 1,
        computed_by=TA_LIB,
        doc="directional movement up and down, Wilder's sums (length times the average)",
    ),
)
