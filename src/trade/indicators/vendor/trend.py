"""Direction and its strength."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import talib

from trade.base.catalogue import Params
from trade.indicators.columns import Columns, Float64, Kernel, delayed, writable
from trade.indicators.psar import parabolic
from trade.indicators.recursions import directions
from trade.indicators.registry.words import count, real
from trade.indicators.vendor.averages import window_sums
from trade.indicators.vendor.pandas_ta import pandas_ta
from trade.indicators.windows import padded


def _adx(columns: Columns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    high, low, close = (writable(columns[name]) for name in ("high", "low", "source"))
    adx, dmp, dmn = directions(high, low, close, length)
    return {"adx": adx, "dmp": dmp, "dmn": dmn, "adxr": 0.5 * (adx + delayed(adx, length - 1))}


def _aroon(columns: Columns, params: Params) -> Mapping[str, Float64]:
    """TA-Lib multiplies bars by a rounded 100 / length: the bars are taken back, and divided once."""
    length = count(params, "length")
    down, up = (np.rint(part * length / 100.0) for part in talib.AROON(columns["high"], columns["low"], length))
    return {"osc": 100.0 * (up - down) / length, "up": 100.0 * up / length, "down": 100.0 * down / length}


def _supertrend(columns: Columns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    trend, direction, long, short = pandas_ta("supertrend", columns, {"length": length, "multiplier": real(params, "multiplier")})
    trend[:length] = direction[:length] = np.nan  # pandas-ta starts both at bar 0 with a trend of 0 and direction 1
    return {"trend": trend, "direction": direction, "long": long, "short": short}


def _psar(columns: Columns, params: Params) -> Mapping[str, Float64]:
    # A read-only array would compile the kernel once more.
    high, low, close = (np.require(columns[name], np.float64, ["C", "W"]) for name in ("high", "low", "source"))
    stop, af, reversal = parabolic(high, low, close[0], real(params, "af0"), real(params, "af"), real(params, "max_af"))
    return {"long": np.where(stop < close, stop, np.nan), "short": np.where(stop >= close, stop, np.nan), "af": af, "reversal": reversal}


def _vortex(columns: Columns, params: Params) -> Mapping[str, Float64]:
    high, low, length = columns["high"], columns["low"], count(params, "length")
    moves = (np.abs(high[1:] - low[:-1]), np.abs(low[1:] - high[:-1]))
    path = window_sums(talib.TRANGE(high, low, columns["source"])[1:], length)
    vip, vim = (padded(window_sums(move, length) / path, len(columns)) for move in moves)
    return {"vip": vip, "vim": vim}


def _dm(columns: Columns, params: Params) -> Mapping[str, Float64]:
    high, low, length = columns["high"], columns["low"], count(params, "length")
    return {"dmp": talib.PLUS_DM(high, low, length), "dmn": talib.MINUS_DM(high, low, length)}


TREND: Mapping[str, Kernel] = {
    "adx": _adx,
    "aroon": _aroon,
    "supertrend": _supertrend,
    "psar": _psar,
    "vortex": _vortex,
    "dm": _dm,
}
