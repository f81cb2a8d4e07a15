"""Oscillators and sums of volume."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.indicators.columns import InputColumns, Kernel, writable
from trade.indicators.formulas.averages import ema
from trade.indicators.formulas.talib_alone import talib
from trade.indicators.pairs import pair_sums, quotients, weighted_ratios
from trade.indicators.registry.words import count
from trade.indicators.windows import padded


def _mfi(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    """Count a flow at an unchanged price to neither side, and so that of the first bar."""
    prices, length = columns["source"], count(params, "length")
    change = np.diff(prices, prepend=prices[:1])
    one, volume = np.ones(len(prices)), writable(columns["volume"])
    flows = (weighted_ratios(volume, np.where(counts, prices, 0.0), one) for counts in (change > 0.0, change != 0.0))
    rose, moved = (pair_sums(*flow, length) for flow in flows)
    return {"value": padded(quotients(100.0, *rose, *moved), len(columns))}


def _cmf(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    high, low, volume, length = columns["high"], columns["low"], writable(columns["volume"]), count(params, "length")
    flows = pair_sums(*weighted_ratios(volume, 2.0 * columns["source"] - (high + low), high - low), length)
    return {"value": padded(quotients(1.0, *flows, *pair_sums(volume, np.zeros(len(volume)), length)), len(columns))}


def _obv(columns: InputColumns, _params: Params) -> Mapping[str, Float64]:
    return {"value": talib.OBV(columns["source"], columns["volume"])}


def _kvo(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    sign = np.sign(np.diff(columns["source"], prepend=-np.inf))  # the first bar counts as a rise
    flow = sign * columns["volume"]
    kvo = ema(flow, count(params, "fast")) - ema(flow, count(params, "slow"))
    return {"kvo": kvo, "signal": ema(kvo, count(params, "signal"))}


VOLUME: Mapping[str, Kernel] = {"mfi": _mfi, "cmf": _cmf, "obv": _obv, "kvo": _kvo}
