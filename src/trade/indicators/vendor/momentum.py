"""Oscillators of price."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import talib

from trade.base.catalogue import Params
from trade.indicators.columns import Columns, Float64, Kernel, delayed
from trade.indicators.registry.words import count
from trade.indicators.vendor.averages import ema
from trade.indicators.vendor.pandas_ta import pandas_ta


def _counts(params: Params, *names: str) -> Mapping[str, int]:
    return {name: count(params, name) for name in names}


def _rsi(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.RSI(columns["source"], count(params, "length"))}


def _roc(columns: Columns, params: Params) -> Mapping[str, Float64]:
    older = delayed(columns["source"], count(params, "length"))
    return {"value": 100.0 * (columns["source"] - older) / older}


def _mom(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.MOM(columns["source"], count(params, "length"))}


def _cmo(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": pandas_ta("cmo", columns, {"length": count(params, "length")})[0]}


def _cci(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.CCI(columns["source"], columns["source"], columns["source"], count(params, "length"))}


def _willr(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": talib.WILLR(columns["high"], columns["low"], columns["source"], count(params, "length"))}


def _uo(columns: Columns, params: Params) -> Mapping[str, Float64]:
    lengths = _counts(params, "fast", "medium", "slow")
    return {"value": pandas_ta("uo", columns, lengths)[0]}


def _stoch(columns: Columns, params: Params) -> Mapping[str, Float64]:
    lengths = _counts(params, "k", "d", "smooth_k")
    k, d = pandas_ta("stoch", columns, lengths)
    return {"k": k, "d": d}


def _stochrsi(columns: Columns, params: Params) -> Mapping[str, Float64]:
    lengths = _counts(params, "length", "rsi_length", "k", "d")
    k, d = pandas_ta("stochrsi", columns, lengths)
    return {"k": k, "d": d}


def _macd(columns: Columns, params: Params) -> Mapping[str, Float64]:
    macd = ema(columns["source"], count(params, "fast")) - ema(columns["source"], count(params, "slow"))
    signal = ema(macd, count(params, "signal"))
    return {"macd": macd, "signal": signal, "histogram": macd - signal}


def _ppo(columns: Columns, params: Params) -> Mapping[str, Float64]:
    lengths = _counts(params, "fast", "slow", "signal")
    ppo, histogram, signal = pandas_ta("ppo", columns, lengths)
    return {"ppo": ppo, "histogram": histogram, "signal": signal}


def _trix(columns: Columns, params: Params) -> Mapping[str, Float64]:
    lengths = _counts(params, "length", "signal")
    trix, signal = pandas_ta("trix", columns, lengths)
    return {"trix": trix, "signal": signal}


def _tsi(columns: Columns, params: Params) -> Mapping[str, Float64]:
    change = columns["source"] - delayed(columns["source"], 1)
    fast, slow = count(params, "fast"), count(params, "slow")
    net, path = ema(ema(change, slow), fast), ema(ema(np.abs(change), slow), fast)
    tsi = 100.0 * net / path
    stopped = np.isnan(tsi) & (np.maximum.accumulate(np.nan_to_num(path)) > 0.0)
    tsi[stopped] = 0.0  # moved once, then so quiet that the averages left the range of doubles; the condition blanks these bars
    return {"tsi": tsi, "signal": ema(tsi, count(params, "signal"))}


def _fisher(columns: Columns, params: Params) -> Mapping[str, Float64]:
    fisher, signal = pandas_ta("fisher", columns, {"length": count(params, "length")})
    return {"fisher": fisher, "signal": signal}


MOMENTUM: Mapping[str, Kernel] = {
    "rsi": _rsi,
    "roc": _roc,
    "mom": _mom,
    "cmo": _cmo,
    "cci": _cci,
    "willr": _willr,
    "uo": _uo,
    "stoch": _stoch,
    "stochrsi": _stochrsi,
    "macd": _macd,
    "ppo": _ppo,
    "trix": _trix,
    "tsi": _tsi,
    "fisher": _fisher,
}
