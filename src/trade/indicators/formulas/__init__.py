"""The one door to TA-Lib: an entry, its parameters and its input columns in, its output columns out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.catalogue import Entry, Output, Params
from trade.indicators.columns import InputColumns, Kernel, segments
from trade.indicators.conditions import undefined
from trade.indicators.formulas.averages import AVERAGES
from trade.indicators.formulas.momentum import MOMENTUM
from trade.indicators.formulas.trend import TREND
from trade.indicators.formulas.volatility import VOLATILITY
from trade.indicators.formulas.volume import VOLUME

KERNELS: Mapping[str, Kernel] = {**AVERAGES, **MOMENTUM, **VOLATILITY, **TREND, **VOLUME}
_ROUNDING = 1e-9  # how far rounding may carry a value over the end of its closed range


def compute(entry: Entry, params: Params, columns: Mapping[str, Float64], ts_open_ms: Int64) -> dict[str, Float64]:
    """Return one float64 array of shape [n] per declared output, NaN where undefined.

    `params` are complete, `columns` hold the inputs of the entry ("source" for the chosen source). Where an input is missing the
    output is missing, and the indicator starts anew on the next bar that has all of them. Input too short for a value gives NaN.
    """
    bars = len(ts_open_ms)
    first = min(entry.first_valid_bars(params).values())
    out: dict[str, Float64] = {}
    for rows, part in segments(entry, columns, ts_open_ms):
        if len(part) <= first:
            continue
        computed = _computed(entry, params, part)
        if len(part) == bars:  # nothing is missing: the columns are taken as they are
            return computed
        for name, values in computed.items():
            out.setdefault(name, np.full(bars, np.nan))[rows] = values
    return out or {output.name: np.full(bars, np.nan) for output in entry.outputs}


def _computed(entry: Entry, params: Params, part: InputColumns) -> dict[str, Float64]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # what is not finite becomes missing
        computed = KERNELS[entry.name](part, params)
        return {output.name: _settled(entry, output, params, part, computed[output.name]) for output in entry.outputs}


def _settled(entry: Entry, output: Output, params: Params, columns: InputColumns, values: Float64) -> Float64:
    """Return the values with rounding over the ends of the closed range taken off, and missing where they are undefined."""
    if output.low is not None and (below := values < output.low).any():
        values = np.where(below & (values > output.low - _ROUNDING), output.low, values)
    if output.high is not None and (above := values > output.high).any():
        values = np.where(above & (values < output.high + _ROUNDING), output.high, values)
    missing = np.isinf(values)
    if output.undefined_when is not None:
        missing |= undefined(entry, output.name, params, columns)
    return np.where(missing, np.nan, values) if missing.any() else np.ascontiguousarray(values, np.float64)
