"""Direction and its strength."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trade.base.arrays import Float64
from trade.base.catalogue import Params
from trade.indicators.columns import InputColumns, Kernel, delayed, writable
from trade.indicators.formulas.averages import window_sums
from trade.indicators.formulas.talib_alone import talib
from trade.indicators.psar import parabolic
from trade.indicators.recursions import directions
from trade.indicators.registry.words import count, real
from trade.indicators.supertrend import trailing_band
from trade.indicators.windows import padded


def _adx(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    length = count(params, "length")
    adx, dmp, dmn = directions(*_bars(columns), length)
    return {"adx": adx, "dmp": dmp, "dmn": dmn, "adxr": 0.5 * (adx + delayed(adx, length - 1))}


def _aroon(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    """TA-Lib multiplies bars by a rounded 100 / length: the bars are taken back, and divided once."""
    length = count(params, "length")
    down, up = (np.rint(part * length / 100.0) for part in talib.AROON(columns["high"], columns["low"], length))
    return {"osc": 100.0 * (up - down) / length, "up": 100.0 * up / length, "down": 100.0 * down / length}


def _supertrend(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    line, direction = trailing_band(*_bars(columns), count(params, "length"), real(params, "multiplier"))
    up, down = np.where(direction > 0.0, line, np.nan), np.where(direction < 0.0, line, np.nan)
    return {"trend": line, "direction": direction, "long": up, "short": down}


def _psar(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    stop, below, af, reversal = parabolic(*_bars(columns), real(params, "af0"), real(params, "af"), real(params, "max_af"))
    up, down = np.where(below == 1.0, stop, np.nan), np.where(below == 0.0, stop, np.nan)
    return {"long": up, "short": down, "af": af, "reversal": reversal}


def _bars(columns: InputColumns) -> tuple[Float64, Float64, Float64]:
    """Return high, low and source for a kernel of ours."""
    high, low, close = (writable(columns[name]) for name in ("high", "low", "source"))
    return high, low, close


def _vortex(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
    high, low, length = columns["high"], columns["low"], count(params, "length")
    moves = (np.abs(high[1:] - low[:-1]), np.abs(low[1:] - high[:-1]))
    path = window_sums(talib.TRANGE(high, low, columns["source"])[1:], length)
    vip, vim = (padded(window_sums(move, length) / path, len(columns)) for move in moves)
    return {"vip": vip, "vim": vim}


def _dm(columns: InputColumns, params: Params) -> Mapping[str, Float64]:
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
