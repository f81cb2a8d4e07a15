"""Moving averages and prices made of prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import talib

from trade.base.catalogue import Params
from trade.base.timeframe import Timeframe
from trade.indicators.columns import Columns, Float64, Kernel, delayed
from trade.indicators.registry.words import count, real
from trade.indicators.vendor.pandas_ta import pandas_ta
from trade.indicators.windows import weighted_mean


def ema(values: Float64, length: int) -> Float64:
    """Return the EMA, seeded after a leading run of NaN; TA-Lib does not take a length of 1."""
    return _averaged(talib.EMA, values, length)


def sma(values: Float64, length: int) -> Float64:
    return _averaged(talib.SMA, values, length)


def _averaged(average: Callable[[Float64, int], Float64], values: Float64, length: int) -> Float64:
    return values.copy() if length == 1 else average(values, length)


def _moving(average: Callable[[Float64, int], Float64]) -> Kernel:
    def kernel(columns: Columns, params: Params) -> Mapping[str, Float64]:
        return {"value": _averaged(average, columns["source"], count(params, "length"))}

    return kernel


def _zlma(columns: Columns, params: Params) -> Mapping[str, Float64]:
    source, length = columns["source"], count(params, "length")
    return {"value": ema(2.0 * source - delayed(source, (length - 1) // 2), length)}


def _kama(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": pandas_ta("kama", columns, {"length": count(params, "length")})[0]}


def _trima(columns: Columns, params: Params) -> Mapping[str, Float64]:
    half = count(params, "length") // 2 + 1
    return {"value": sma(sma(columns["source"], half), half)}


def _alma(columns: Columns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    place = np.arange(length) - real(params, "offset") * (length - 1)  # from the oldest bar
    weights = np.exp(-np.square(place) / (2.0 * (length / real(params, "sigma")) ** 2))
    return {"value": weighted_mean(columns["source"], weights)}


def highest(values: Float64, length: int) -> Float64:
    return _averaged(talib.MAX, values, length)


def lowest(values: Float64, length: int) -> Float64:
    return _averaged(talib.MIN, values, length)


def _midprice(columns: Columns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    return {"value": 0.5 * (lowest(columns["low"], length) + highest(columns["high"], length))}


def _ohlc4(columns: Columns, _params: Params) -> Mapping[str, Float64]:
    return {"value": talib.AVGPRICE(columns["open"], columns["high"], columns["low"], columns["close"])}


def _vwap(columns: Columns, params: Params) -> Mapping[str, Float64]:
    anchors = Timeframe(str(params["anchor"])).floor(columns.ts_open_ms)
    volume = columns["volume"]
    paid = columns["source"] * volume
    edges = [0, *(np.flatnonzero(np.diff(anchors)) + 1).tolist(), len(columns)]
    out = np.empty(len(columns))
    for start, stop in pairwise(edges):
        out[start:stop] = np.cumsum(paid[start:stop]) / np.cumsum(volume[start:stop])
    return {"value": out}


AVERAGES: Mapping[str, Kernel] = {
    "ema": _moving(talib.EMA),
    "sma": _moving(talib.SMA),
    "wma": _moving(talib.WMA),
    "dema": _moving(talib.DEMA),
    "tema": _moving(talib.TEMA),
    "zlma": _zlma,
    "kama": _kama,
    "trima": _trima,
    "alma": _alma,
    "linreg": _moving(talib.LINEARREG),
    "midprice": _midprice,
    "ohlc4": _ohlc4,
    "vwap": _vwap,
}
