"""Ranges, bands and channels."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.catalogue import Entry, Extreme, Output, Params
from trade.indicators.registry.words import (
    NUMPY,
    TA_LIB,
    always,
    bars,
    count,
    ema_memory,
    factor,
    first,
    level,
    price,
    real,
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


_BBANDS = first(middle=_window, lower=_window, upper=_window, bandwidth=_window, percent_b=_window)
_DONCHIAN = first(middle=_donchian, lower=lambda p: count(p, "lower_length") - 1, upper=lambda p: count(p, "upper_length") - 1)
_SQUEEZE = first(sqz=always(_MOM_BARS + _MOM_SMOOTH_BARS - 1), on=_squeezed, off=_squeezed, no_sqz=_squeezed)

VOLATILITY = (
    Entry(
        name="atr",
        inputs=("high", "low", "source"),
        params=(bars("length", 14, low=1),),
        outputs=price(low=0),
        first_valid_bars=first(value=_true_range),
        settle_bars=lambda p: wilder_memory(count(p, "length")) + 1,
        computed_by=TA_LIB,
        doc="average true range, Wilder's average seeded with the mean of the first window",
    ),
    Entry(
        name="natr",
        inputs=("high", "low", "source"),
        params=(bars("length", 14, low=1),),
        outputs=value(low=0, undefined_when="zero_base"),
        first_valid_bars=first(value=_true_range),
        settle_bars=lambda p: wilder_memory(count(p, "length")) + 1,
        source_in_bar=True,
        computed_by=TA_LIB,
        doc="average true range in percent of the source",
    ),
    Entry(
        name="bbands",
        inputs=("source",),
        params=(bars("length", 5), factor("std", 2.0, doc="standard deviations from the middle to each band")),
        outputs=(
            level("middle"),
            level("lower"),
            level("upper"),
            Output("bandwidth", undefined_when="zero_base"),
            Output("percent_b", undefined_when="flat_window"),
        ),
        first_valid_bars=_BBANDS,
        settle_bars=window(_BBANDS),
        computed_by=NUMPY,
        doc="Bollinger bands, population deviation of each window alone (running sums lose digits); bandwidth in percent of the middle",
        extremes=_bbands_extremes,
    ),
    Entry(
        name="kc",
        inputs=("high", "low", "source"),
        params=(bars("length", 20), factor("scalar", 2.0, doc="average ranges from the basis to each band")),
        outputs=(level("basis"), level("lower"), level("upper")),
        first_valid_bars=first(basis=_window, lower=_true_range, upper=_true_range),
        settle_bars=lambda p: ema_memory(count(p, "length")) + 1,
        computed_by=TA_LIB,
        doc="Keltner channel: the ema of the source, and the ema of the true range around it",
    ),
    Entry(
        name="donchian",
        inputs=("high", "low"),
        params=(bars("lower_length", 20, low=1), bars("upper_length", 20, low=1)),
        outputs=(level("middle"), level("lower"), level("upper")),
        first_valid_bars=_DONCHIAN,
        settle_bars=window(_DONCHIAN),
        computed_by=TA_LIB,
        doc="lowest low, highest high, and their middle",
        extremes=_donchian_extremes,
    ),
    Entry(
        name="squeeze",
        inputs=("high", "low", "source"),
        params=(bars("bb_length", 20), factor("bb_std", 2.0), bars("kc_length", 20), factor("kc_scalar", 1.5)),
        outputs=(level("sqz"), whole("on", 0, 1), whole("off", 0, 1), whole("no_sqz", 0, 1)),
        first_valid_bars=_SQUEEZE,
        settle_bars=window(_SQUEEZE),
        computed_by=NUMPY,
        doc="on: Bollinger bands inside the Keltner channel of smas, off: outside, no_sqz: neither; sqz: 6-bar mean of the 12-bar change",
    ),
)
