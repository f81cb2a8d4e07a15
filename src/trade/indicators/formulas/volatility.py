"""Ranges, bands and channels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.indicators.columns import InputColumns, Kernel
from trade.indicators.formulas.averages import ema, highest, lowest, window_sums
from trade.indicators.formulas.talib_alone import talib
from trade.indicators.registry.words import count, real
from trade.indicators.windows import mean_total_spread, padded

_MOM_BARS, _MOM_SMOOTH_BARS = 12, 6  # pandas-ta's defaults; a Play cannot change them


def _atr(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.ATR(columns["high"], columns["low"], columns["source"], count(params, "length"))}


def _natr(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    return {"value": 100.0 * _atr(columns, params)["value"] / columns["source"]}


def _bbands(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    """Each band is one whole sum over the length, so that a close of a jump out of a still market is on its band, not beside it."""
    source, length = columns["source"], count(params, "length")
    middle, total, spread = mean_total_spread(source, length)
    factor, still = real(params, "std"), spread == 0.0
    apart = factor * np.sqrt(spread)
    lower, upper = (np.where(still, middle, (total + side * apart) / length) for side in (-1.0, 1.0))
    beside = length * source - total  # its square over the spread is one ratio: equal places in two windows are equal
    percent_b = 0.5 + np.copysign(np.sqrt(beside * beside / spread), beside) / (2.0 * factor)
    return {"middle": middle, "lower": lower, "upper": upper, "bandwidth": 200.0 * apart / total, "percent_b": percent_b}


def _true_range(columns: InputColumns) -> Float64:
    tr: Float64 = talib.TRANGE(columns["high"], columns["low"], columns["source"])
    return tr


def _kc(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    basis = ema(columns["source"], length)
    apart = real(params, "scalar") * ema(_true_range(columns), length)
    return {"basis": basis, "lower": basis - apart, "upper": basis + apart}


def _donchian(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    lower = lowest(columns["low"], count(params, "lower_length"))
    upper = highest(columns["high"], count(params, "upper_length"))
    return {"middle": 0.5 * (lower + upper), "lower": lower, "upper": upper}


def _squeeze(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    """Bands and channel are compared times both lengths, where all that can be whole is."""
    source, bb, kc = columns["source"], count(params, "bb_length"), count(params, "kc_length")
    _, total, spread = mean_total_spread(source, bb)
    ranges = _true_range(columns)
    ranges[0] = 0.0  # it has none; the first sum that holds it is blanked
    width = bb * real(params, "kc_scalar") * padded(window_sums(ranges, kc), len(source))
    width[:kc] = np.nan
    narrow = kc * real(params, "bb_std") * np.sqrt(spread)
    shift = kc * total - bb * padded(window_sums(source, kc), len(source))
    on = (shift - narrow > -width) & (shift + narrow < width)
    off = (shift - narrow < -width) & (shift + narrow > width)
    known = np.isfinite(narrow) & np.isfinite(width)  # pandas-ta says no_sqz while it does not know
    states = {name: np.where(known, state, np.nan) for name, state in (("on", on), ("off", off), ("no_sqz", ~on & ~off))}
    change = source[_MOM_BARS:] - source[:-_MOM_BARS]
    return {"sqz": padded(window_sums(change, _MOM_SMOOTH_BARS) / _MOM_SMOOTH_BARS, len(source)), **states}


VOLATILITY: Mapping[str, Kernel] = {
    "atr": _atr,
    "natr": _natr,
    "bbands": _bbands,
    "kc": _kc,
    "donchian": _donchian,
    "squeeze": _squeeze,
}
