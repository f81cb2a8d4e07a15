"""Oscillators of price."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.indicators.columns import InputColumns, Kernel, delayed, writable
from trade.indicators.formulas.averages import ema, highest, lowest, window_sums
from trade.indicators.formulas.talib_alone import talib
from trade.indicators.pairs import pair_sums, quotients, weighted_ratios
from trade.indicators.recursions import fisher, strength
from trade.indicators.registry.words import count
from trade.indicators.windows import distance_from_mean, not_above, padded, totals

_UO_WEIGHTS = (4.0, 2.0, 1.0)


def _rsi(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    return {"value": _strength(columns["source"], count(params, "length"))}


def _strength(source: Float64, length: int) -> Float64:
    values: Float64 = strength(writable(source), length)
    return values


def _roc(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    older = delayed(columns["source"], count(params, "length"))
    return {"value": 100.0 * (columns["source"] - older) / older}


def _mom(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.MOM(columns["source"], count(params, "length"))}


def _cmo(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    change, length = np.diff(columns["source"]), count(params, "length")
    rises, falls = window_sums(np.maximum(change, 0.0), length), window_sums(np.maximum(-change, 0.0), length)
    return {"value": padded(100.0 * (rises - falls) / (rises + falls), len(columns))}


def _cci(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    """200 n (n tp - total) / (3 sum of |n tp - total|) is the textbook's (tp - mean) / (0.015 mean deviation), whole on both sides."""
    length = count(params, "length")
    newest, distances = distance_from_mean(columns["source"], length)
    return {"value": padded(200.0 * newest / (3.0 * distances), len(columns))}


def _willr(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    top = highest(columns["high"], length)
    return {"value": 100.0 * (columns["source"] - top) / (top - lowest(columns["low"], length))}


def _percent_rank(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    """Count as Pine's `ta.percentrank` does: of the values before, those less than or equal to the present one."""
    length = count(params, "length")
    return {"value": padded(100.0 * not_above(columns["source"], length) / length, len(columns))}


def _uo(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    high, low, source = columns["high"], columns["low"], columns["source"]
    bottom, top = low.copy(), high.copy()
    np.minimum(low[1:], source[:-1], out=bottom[1:])
    np.maximum(high[1:], source[:-1], out=top[1:])
    slow = count(params, "slow")
    pressure, ranges = (_of_each(values, params, slow) for values in (source - bottom, top - bottom))
    shares = weighted_ratios(np.tile(_UO_WEIGHTS, len(pressure) // 3), pressure, ranges)
    high, low = (np.ascontiguousarray(sums[::3]) for sums in pair_sums(*shares, 3))
    return {"value": padded(quotients(100.0, high, low, *_constant(7.0, len(high))), len(columns))}


def _of_each(values: Float64, params: Params, slow: int) -> Float64:
    """Return the sums of the fast, medium and slow window of each bar behind one another, from the first bar that has all three."""
    lengths = [count(params, name) for name in ("fast", "medium", "slow")]
    return np.stack([window_sums(values, length)[slow - length :] for length in lengths], axis=1).ravel()


def _stoch(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "k")
    top, bottom = highest(columns["high"], length), lowest(columns["low"], length)
    return _smoothed(columns["source"], top, bottom, length - 1, count(params, "smooth_k"), count(params, "d"))


def _stochrsi(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    rsi, length = _strength(columns["source"], count(params, "rsi_length")), count(params, "length")
    first = count(params, "rsi_length") + length - 1
    return _smoothed(rsi, highest(rsi, length), lowest(rsi, length), first, count(params, "k"), count(params, "d"))


def _smoothed(values: Float64, top: Float64, bottom: Float64, first: int, k: int, d: int) -> Mapping[str, Float64]:
    """Return where the values stand in a range, in percent: averaged over k bars, and that over d. Without a range it counts as 0."""
    above, ranges = values[first:] - bottom[first:], top[first:] - bottom[first:]
    k_sums = pair_sums(*weighted_ratios(np.full(len(above), 100.0), above, ranges), k)
    d_sums = pair_sums(*k_sums, d)
    parts = {"k": (k_sums, k), "d": (d_sums, k * d)}
    return {name: padded(quotients(1.0, *sums, *_constant(n, len(sums[0]))), len(values)) for name, (sums, n) in parts.items()}


def _constant(value: float, bars: int) -> tuple[Float64, Float64]:
    """Return a number as pairs."""
    return np.full(bars, float(value)), np.zeros(bars)


def _macd(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    macd = ema(columns["source"], count(params, "fast")) - ema(columns["source"], count(params, "slow"))
    signal = ema(macd, count(params, "signal"))
    return {"macd": macd, "signal": signal, "histogram": macd - signal}


def _ppo(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    source, fast, slow = columns["source"], count(params, "fast"), count(params, "slow")
    total, now = window_sums(source, slow), source[slow - 1 :]
    # Both means times fast * slow, less the newest value: what is alike is gone before anything can be rounded.
    apart = slow * (window_sums(source, fast)[slow - fast :] - fast * now) - fast * (total - slow * now)
    ppo = padded(100.0 * apart / (fast * total), len(columns))
    signal = _ema_behind_holes(ppo, count(params, "signal"))
    return {"ppo": ppo, "histogram": ppo - signal, "signal": signal}


def _ema_behind_holes(values: Float64, length: int) -> Float64:
    """Return the EMA of values that may be missing; it begins anew behind each hole."""
    known = np.concatenate(([False], np.isfinite(values), [False]))
    out = np.full(len(values), np.nan)
    edges = np.flatnonzero(np.diff(known))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= length:
            out[start:stop] = ema(values[start:stop], length)
    return out


def _trix(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length, signal = count(params, "length"), count(params, "signal")
    average = ema(ema(ema(columns["source"], length), length), length)
    older = delayed(average, 1)
    trix = 100.0 * (average - older) / older
    first = 3 * (length - 1) + 1
    return {"trix": trix, "signal": padded(totals(trix[first:], signal) / signal, len(columns))}


def _tsi(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    change = columns["source"] - delayed(columns["source"], 1)
    fast, slow = count(params, "fast"), count(params, "slow")
    net, path = ema(ema(change, slow), fast), ema(ema(np.abs(change), slow), fast)
    tsi = quotients(100.0, net, np.zeros(len(net)), path, np.zeros(len(net)))
    stopped = np.isnan(tsi) & (np.maximum.accumulate(np.nan_to_num(path)) > 0.0)
    tsi[stopped] = 0.0  # moved once, then so quiet that the averages left the range of doubles; the condition blanks these bars
    return {"tsi": tsi, "signal": ema(tsi, count(params, "signal"))}


def _fisher(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    middle = columns["high"] + columns["low"]  # twice it: a place in a range has no unit
    bottom = lowest(middle, length)
    ranges = highest(middle, length) - bottom
    values = fisher((middle - bottom) / np.where(ranges > 0.0, ranges, 1.0) - 0.5, length - 1)
    return {"fisher": values, "signal": delayed(values, 1)}


MOMENTUM: Mapping[str, Kernel] = {
    "rsi": _rsi,
    "roc": _roc,
    "mom": _mom,
    "cmo": _cmo,
    "cci": _cci,
    "willr": _willr,
    "percent_rank": _percent_rank,
    "uo": _uo,
    "stoch": _stoch,
    "stochrsi": _stochrsi,
    "macd": _macd,
    "ppo": _ppo,
    "trix": _trix,
    "tsi": _tsi,
    "fisher": _fisher,
}
