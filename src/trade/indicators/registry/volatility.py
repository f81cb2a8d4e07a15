"""Ranges, bands and channels."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.catalogue import Entry, Extreme, Output, Params
from trade.indicators.registry.words import (
    NUMPY,
    PANDAS_TA,
    TA_LIB,
    also,
    always,
    bars,
    count,
    ema_memory,
    factor,
    first,
    level,
    price,
    real,
    settled,
    together,
    value,
    whole,
    wilder_memory,
    window,
)

_MOM_BARS, _MOM_SMOOTH_BARS = 12, 6  # what pandas-ta takes when a Play does not say, and a Play cannot


def _window(params: Params) -> int:
    return count(params, "length") - 1


def _true_range(params: Params) -> int:
    return count(params, "length")  # the first true range needs an earlier close


def _donchian(params: Params) -> int:
    return max(count(params, "lower_length"), count(params, "upper_length")) - 1


def _donchian_extremes(params: Params) -> Mapping[str, Extreme]:
    return {
        "lower": Extreme("low", count(params, "lower_length"), highest=False),
        "upper": Extreme("high", count(params, "upper_length"), highest=True),
    }


def _bbands_extremes(params: Params) -> Mapping[str, Extreme]:
    """Return the bands where they hold their window: of n values none is farther from the mean than sqrt(n - 1) deviations."""
    length = count(params, "length")
    if real(params, "std") ** 2 < length - 1:
        return {}
    return {name: Extreme("source", length, highest=name == "upper", reached=False) for name in ("lower", "upper")}


def _squeezed(params: Params) -> int:
    return max(count(params, "bb_length") - 1, count(params, "kc_length"))


_ATR = first(value=_true_range)
_KC = first(basis=_window, lower=_true_range, upper=_true_range)
_BBANDS = first(middle=_window, lower=_window, upper=_window, bandwidth=_window, percent_b=_window)
_DONCHIAN = first(middle=_donchian, lower=lambda p: count(p, "lower_length") - 1, upper=lambda p: count(p, "upper_length") - 1)
_SQUEEZE = first(sqz=always(_MOM_BARS + _MOM_SMOOTH_BARS - 1), on=_squeezed, off=_squeezed, no_sqz=_squeezed)

VOLATILITY = (
    Entry(
        name="atr",
        inputs=("high", "low", "source"),
        params=(bars("length", 14, low=1),),
        outputs=price(low=0),
        first_valid_bars=_ATR,
        settle_bars=settled(_ATR, lambda p: wilder_memory(count(p, "length"))),
        values_of=PANDAS_TA,
        tradingview="the same once settled; it starts one bar earlier, with the range of bar 0 as its true range",
        computed_by=TA_LIB,
        doc="average true range, Wilder's average seeded with the mean of the first window",
    ),
    Entry(
        name="natr",
        inputs=("high", "low", "source"),
        params=(bars("length", 14, low=1),),
        outputs=value(low=0, undefined_when="zero_base"),
        first_valid_bars=_ATR,
        settle_bars=settled(_ATR, lambda p: wilder_memory(count(p, "length"))),
        source_in_bar=True,
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`; `100 * ta.atr(n) / close` is the same once settled",
        computed_by=TA_LIB,
        doc="average true range in percent of the source",
    ),
    Entry(
        name="bbands",
        inputs=("source",),
        params=(bars("length", 5), factor("std", 2.0, doc="standard deviations from the middle to each band")),
        outputs=(
            also(level("middle"), "mid", "basis", "bbm"),
            also(level("lower"), "bbl"),
            also(level("upper"), "bbu"),
            also(Output("bandwidth", undefined_when="zero_base"), "width", "bbw", "bbb"),
            also(Output("percent_b", undefined_when="flat_window"), "pct_b", "pctb", "bbp"),
        ),
        first_valid_bars=_BBANDS,
        settle_bars=window(_BBANDS),
        values_of=PANDAS_TA,
        tradingview="the same bands and percent_b; its default length is 20; bandwidth is in percent here",
        computed_by=NUMPY,
        doc="Bollinger bands, population deviation of each window alone (running sums lose digits); bandwidth in percent of the middle",
        extremes=_bbands_extremes,
    ),
    Entry(
        name="kc",
        inputs=("high", "low", "source"),
        params=(bars("length", 20), factor("scalar", 2.0, doc="average ranges from the basis to each band")),
        outputs=(also(level("basis"), "middle", "mid"), level("lower"), level("upper")),
        first_valid_bars=_KC,
        settle_bars=settled(_KC, lambda p: ema_memory(count(p, "length"))),
        values_of=PANDAS_TA,
        tradingview="the same as `ta.kc`; its Keltner Channels chart takes a Wilder average of 10 true ranges unless told otherwise",
        computed_by=TA_LIB,
        doc="Keltner channel: the ema of the source, and the ema of the true range around it",
    ),
    Entry(
        name="donchian",
        inputs=("high", "low"),
        params=(bars("lower_length", 20, low=1), bars("upper_length", 20, low=1)),
        outputs=(also(level("middle"), "mid", "basis"), level("lower"), level("upper")),
        first_valid_bars=_DONCHIAN,
        settle_bars=window(_DONCHIAN),
        values_of=PANDAS_TA,
        tradingview="the same",
        computed_by=TA_LIB,
        doc="lowest low, highest high, and their middle",
        extremes=_donchian_extremes,
    ),
    Entry(
        name="squeeze",
        inputs=("high", "low", "source"),
        params=(bars("bb_length", 20), factor("bb_std", 2.0), bars("kc_length", 20), factor("kc_scalar", 1.5)),
        outputs=(
            level("sqz"),
            also(whole("on", 0, 1), "sqz_on", "squeeze_on", "is_on"),
            also(whole("off", 0, 1), "sqz_off", "squeeze_off", "is_off"),
            also(whole("no_sqz", 0, 1), "sqz_no", "sqz_none", "no_squeeze", "neither"),
        ),
        first_valid_bars=_SQUEEZE,
        settle_bars=window(_SQUEEZE),
        values_of=PANDAS_TA,
        tradingview="not part of Pine's `ta`; its usual script regresses the distance from the middle, ours smooths a change",
        computed_by=together(NUMPY, TA_LIB),
        doc="on: Bollinger bands inside the Keltner channel of smas, off: outside, no_sqz: neither; sqz: 6-bar mean of the 12-bar change",
    ),
)
