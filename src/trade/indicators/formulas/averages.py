"""Moving averages and prices made of prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.base.timeframe import Timeframe
from trade.indicators.columns import InputColumns, Kernel, delayed, writable
from trade.indicators.formulas.talib_alone import talib
from trade.indicators.recursions import adaptive, line_ends
from trade.indicators.registry.words import count, real
from trade.indicators.windows import padded, quotient, ramps, summable, totals, weighted_mean

_FASTEST, _SLOWEST = 2.0 / 3.0, 2.0 / 31.0  # weights of the emas that kama adapts between


def ema(values: Float64, length: int) -> Float64:
    """Return the EMA, seeded after a leading run of NaN; TA-Lib does not take a length of 1."""
    return _averaged(talib.EMA, values, length)


def _averaged(average: Callable[[Float64, int], Float64], values: Float64, length: int) -> Float64:
    return values.copy() if length == 1 else average(values, length)


def _moving(average: Callable[[Float64, int], Float64]) -> Kernel:
    def kernel(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
        return {"value": _averaged(average, columns["source"], count(params, "length"))}

    return kernel


def _zlma(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    source, length = columns["source"], count(params, "length")
    return {"value": ema(2.0 * source - delayed(source, (length - 1) // 2), length)}


def _wma(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    source, length = columns["source"], count(params, "length")
    values = summable(source, length * (length + 1))
    if values is source:  # TA-Lib's running sums are exact
        return {"value": _averaged(talib.WMA, source, length)}
    return {"value": quotient(ramps(values, length), length * (length + 1) // 2, len(source))}


def _kama(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    source, length = columns["source"], count(params, "length")
    path = window_sums(np.abs(np.diff(source)), length)
    way = np.abs(source[length:] - source[:-length])
    share = np.where(path > 0.0, way / path, 0.0)  # a window without a move adapts slowest
    weights = np.square(share * (_FASTEST - _SLOWEST) + _SLOWEST)
    return {"value": adaptive(writable(source), padded(weights, len(source)), length - 1)}


def _trima(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    source, half = columns["source"], count(params, "length") // 2 + 1
    values = summable(source, half * half)
    if values is source:  # TA-Lib's running sums are exact
        return {"value": talib.SUM(talib.SUM(source, half), half) / (half * half)}
    return {"value": quotient(totals(totals(values, half), half), half * half, len(source))}


def _linreg(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    source, length = columns["source"], count(params, "length")
    values = summable(source, 4 * length * (length + 1))
    if values is source:
        return {"value": line_ends(writable(source), length)}
    ends = 3 * ramps(values, length) - (length + 1) * totals(values, length)
    return {"value": quotient(ends, length * (length + 1) // 2, len(source))}


def _alma(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    place = np.arange(length) - real(params, "offset") * (length - 1)  # from the oldest bar
    weights = np.exp(-np.square(place) / (2.0 * (length / real(params, "sigma")) ** 2))
    return {"value": weighted_mean(columns["source"], weights)}


def window_sums(values: Float64, length: int) -> Float64:
    """Return the sum of each whole window of `length`, shape [n - length + 1]: whole numbers exactly, and no rest of what has left it."""
    if length > 1 and len(values) >= length and (values == np.rint(values)).all():
        out: Float64 = talib.SUM(values, length)[length - 1 :]  # running sums of whole numbers are exact
        return out
    return totals(values, length)


def highest(values: Float64, length: int) -> Float64:
    return _averaged(talib.MAX, values, length)


def lowest(values: Float64, length: int) -> Float64:
    return _averaged(talib.MIN, values, length)


def _midprice(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    return {"value": 0.5 * (lowest(columns["low"], length) + highest(columns["high"], length))}


def _ohlc4(columns: InputColumns, _params: Params) -> Mapping[str, Float64]:
    return {"value": talib.AVGPRICE(columns["open"], columns["high"], columns["low"], columns["close"])}


def _vwap(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    anchors = Timeframe(str(params["anchor"])).floor(columns.ts_open_ms)
    prices, volume = columns["source"], columns["volume"]
    edges = [0, *(np.flatnonzero(np.diff(anchors)) + 1).tolist(), len(columns)]
    out = np.empty(len(columns))
    for start, stop in pairwise(edges):
        part, traded = prices[start:stop], volume[start:stop]
        out[start:stop] = part[0] + np.cumsum((part - part[0]) * traded) / np.cumsum(traded)  # of equal prices it is that price
    return {"value": out}


AVERAGES: Mapping[str, Kernel] = {
    "ema": _moving(talib.EMA),
    "sma": _moving(talib.SMA),
    "wma": _wma,
    "dema": _moving(talib.DEMA),
    "tema": _moving(talib.TEMA),
    "zlma": _zlma,
    "kama": _kama,
    "trima": _trima,
    "alma": _alma,
    "linreg": _linreg,
    "midprice": _midprice,
    "ohlc4": _ohlc4,
    "vwap": _vwap,
}
