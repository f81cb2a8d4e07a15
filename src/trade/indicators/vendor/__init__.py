"""The one door to pandas, pandas-ta and TA-Lib: an entry, its parameters and its input columns in, its output columns out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.catalogue import Entry, Output, Params
from trade.indicators.columns import Columns, Float64, Int64, Kernel, segments
from trade.indicators.conditions import undefined
from trade.indicators.vendor.averages import AVERAGES
from trade.indicators.vendor.momentum import MOMENTUM
from trade.indicators.vendor.trend import TREND
from trade.indicators.vendor.volatility import VOLATILITY
from trade.indicators.vendor.volume import VOLUME

_KERNELS: Mapping[str, Kernel] = {**AVERAGES, **MOMENTUM, **VOLATILITY, **TREND, **VOLUME}
_ROUNDING = 1e-9  # how far rounding may carry a value over the end of its closed range


def compute(entry: Entry, params: Params, columns: Mapping[str, Float64], ts_open_ms: Int64) -> dict[str, Float64]:
    """Return one float64 array of shape [n] per declared output, NaN where undefined.

    `params` are complete, `columns` hold the inputs of the entry ("source" for the chosen source). Where an input is missing the
    output is missing, and the indicator starts anew on the next bar that has all of them. Input too short for a value gives NaN.
    """
    out = {output.name: np.full(len(ts_open_ms), np.nan) for output in entry.outputs}
    first = entry.first_valid_bars(params)
    for rows, part in segments(entry, columns, ts_open_ms):
        if len(part) <= min(first.values()):
            continue
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # what is not finite becomes missing below
            computed = _KERNELS[entry.name](part, params)
            for output in entry.outputs:
                out[output.name][rows] = _settled(entry, output, params, part, computed[output.name])
    return out


def _settled(entry: Entry, output: Output, params: Params, columns: Columns, values: Float64) -> Float64:
    """Return the values with rounding over the ends of the closed range taken off, and missing where they are undefined."""
    if output.low is not None:
        values = np.where((values < output.low) & (values > output.low - _ROUNDING), output.low, values)
    if output.high is not None:
        values = np.where((values > output.high) & (values < output.high + _ROUNDING), output.high, values)
    finite = np.isfinite(values)
    if output.undefined_when is not None:
        finite &= ~undefined(entry, output.name, params, columns)
    return values if finite.all() else np.where(finite, values, np.nan)
