"""Ranges, bands and channels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import talib

from trade.base.catalogue import Params
from trade.indicators.columns import Columns, Float64, Kernel, delayed
from trade.indicators.registry.words import count, real
from trade.indicators.vendor.averages import ema, highest, lowest
from trade.indicators.windows import mean, mean_and_deviation

_MOM_BARS, _MOM_SMOOTH_BARS = 12, 6  # pandas-ta's defaults; a Play cannot change them


def _atr(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.ATR(columns["high"], columns["low"], columns["source"], count(params, "length"))}


def _natr(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": 100.0 * _atr(columns, params)["value"] / columns["source"]}


def _bbands(columns: Columns, params: Params) -> Mapping[str, Float64]:
    middle, deviation = mean_and_deviation(columns["source"], count(params, "length"))
    apart = real(params, "std") * deviation
    lower, upper = middle - apart, middle + apart
    width = upper - lower
    percent_b = (columns["source"] - lower) / width
    return {"middle": middle, "lower": lower, "upper": upper, "bandwidth": 100.0 * width / middle, "percent_b": percent_b}


def _true_range(columns: Columns) -> Float64:
    tr: Float64 = talib.TRANGE(columns["high"], columns["low"], columns["source"])
    return tr


def _kc(columns: Columns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    basis = ema(columns["source"], length)
    apart = real(params, "scalar") * ema(_true_range(columns), length)
    return {"basis": basis, "lower": basis - apart, "upper": basis + apart}


def _donchian(columns: Columns, params: Params) -> Mapping[str, Float64]:
    lower = lowest(columns["low"], count(params, "lower_length"))
    upper = highest(columns["high"], count(params, "upper_length"))
    return {"middle": 0.5 * (lower + upper), "lower": lower, "upper": upper}


def _squeeze(columns: Columns, params: Params) -> Mapping[str, Float64]:
    source, kc_length = columns["source"], count(params, "kc_length")
    middle, deviation = mean_and_deviation(source, count(params, "bb_length"))
    basis, ranges = mean(source, kc_length), mean(_true_range(columns), kc_length)
    bands, channel = real(params, "bb_std") * deviation, real(params, "kc_scalar") * ranges
    on = (middle - bands > basis - channel) & (middle + bands < basis + channel)
    off = (middle - bands < basis - channel) & (middle + bands > basis + channel)
    known = np.isfinite(bands) & np.isfinite(channel)  # pandas-ta says no_sqz while it does not know
    states = {name: np.where(known, state, np.nan) for name, state in (("on", on), ("off", off), ("no_sqz", ~on & ~off))}
    return {"sqz": mean(source - delayed(source, _MOM_BARS), _MOM_SMOOTH_BARS), **states}


VOLATILITY: Mapping[str, Kernel] = {
    "atr": _atr,
    "natr": _natr,
    "bbands": _bbands,
    "kc": _kc,
    "donchian": _donchian,
    "squeeze": _squeeze,
}
