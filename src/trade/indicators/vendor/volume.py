"""Oscillators and sums of volume."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import talib

from trade.base.catalogue import Params
from trade.indicators.columns import Columns, Float64, Kernel
from trade.indicators.registry.words import count
from trade.indicators.vendor.averages import ema
from trade.indicators.vendor.pandas_ta import pandas_ta


def _mfi(columns: Columns, params: Params) -> Mapping[str, Float64]:
    typical = Columns({**columns.named, "high": columns["source"], "low": columns["source"]}, columns.ts_open_ms)
    return {"value": pandas_ta("mfi", typical, {"length": count(params, "length")})[0]}


def _cmf(columns: Columns, params: Params) -> Mapping[str, Float64]:
    return {"value": pandas_ta("cmf", columns, {"length": count(params, "length")})[0]}


def _obv(columns: Columns, _params: Params) -> Mapping[str, Float64]:
    return {"value": talib.OBV(columns["source"], columns["volume"])}


def _kvo(columns: Columns, params: Params) -> Mapping[str, Float64]:
    sign = np.sign(np.diff(columns["source"], prepend=-np.inf))  # the first bar counts as a rise
    flow = sign * columns["volume"]
    kvo = ema(flow, count(params, "fast")) - ema(flow, count(params, "slow"))
    return {"kvo": kvo, "signal": ema(kvo, count(params, "signal"))}


VOLUME: Mapping[str, Kernel] = {"mfi": _mfi, "cmf": _cmf, "obv": _obv, "kvo": _kvo}
