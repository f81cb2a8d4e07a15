"""Pine's built-in functions and the charts made of them, written down slowly: what docs/indicators.md calls "the same"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pine import pine_rma, pine_tr
from sample_columns import Columns, Float64

Row = Sequence[float] | Float64


def rolling(of: Callable[[Float64], float], source: Row, length: int) -> Float64:
    values = np.asarray(source, np.float64)
    return np.concatenate((np.full(length - 1, np.nan), [of(window) for window in sliding_window_view(values, length)]))


def sma(source: Row, length: int) -> Float64:
    return rolling(np.mean, source, length)  # type: ignore[arg-type]


def total(source: Row, length: int) -> Float64:
    return rolling(np.sum, source, length)  # type: ignore[arg-type]


def highest(source: Row, length: int) -> Float64:
    return rolling(np.max, source, length)


def lowest(source: Row, length: int) -> Float64:
    return rolling(np.min, source, length)


def stdev(source: Row, length: int) -> Float64:
    return rolling(np.std, source, length)  # type: ignore[arg-type]


def wma(source: Row, length: int) -> Float64:
    weights = np.arange(1.0, length + 1.0)
    return rolling(lambda window: float(window @ weights / weights.sum()), source, length)


def linreg(source: Row, length: int) -> Float64:
    return rolling(lambda window: float(np.polyval(np.polyfit(np.arange(length), window, 1), length - 1)), source, length)


def dev(source: Row, length: int) -> Float64:
    return rolling(lambda window: float(np.abs(window - window.mean()).mean()), source, length)


def smoothed(source: Row, length: int, alpha: float) -> Float64:
    """Seeded with the mean of the first window behind a leading `na`."""
    values = np.asarray(source, np.float64)
    start = int(np.flatnonzero(~np.isnan(values))[0])
    out = np.full(len(values), np.nan)
    out[start + length - 1] = values[start : start + length].mean()
    for bar in range(start + length, len(values)):
        out[bar] = alpha * values[bar] + (1.0 - alpha) * out[bar - 1]
    return out


def ema(source: Row, length: int) -> Float64:
    return smoothed(source, length, 2.0 / (length + 1))


def rma(source: Row, length: int) -> Float64:
    return smoothed(source, length, 1.0 / length)


def before(source: Row, bars: int) -> Float64:
    return np.concatenate((np.full(bars, np.nan), np.asarray(source, np.float64)[:-bars]))


def change(source: Row, bars: int = 1) -> Float64:
    return np.asarray(source, np.float64) - before(source, bars)


def tr(bar: Columns) -> Float64:
    return np.array(pine_tr(bar["high"].tolist(), bar["low"].tolist(), bar["close"].tolist()))


def atr(bar: Columns, length: int) -> Float64:
    return np.array(pine_rma(tr(bar).tolist(), length))


def rsi(source: Row, length: int) -> Float64:
    moved = change(source)
    up, down = rma(np.maximum(moved, 0.0), length), rma(np.maximum(-moved, 0.0), length)
    return 100.0 - 100.0 / (1.0 + up / down)


def dmi(bar: Columns, length: int) -> dict[str, Float64]:
    up, down = change(bar["high"]), -change(bar["low"])
    plus, minus = np.where((up > down) & (up > 0.0), up, 0.0), np.where((down > up) & (down > 0.0), down, 0.0)
    true_range = rma(tr(bar), length)
    plus, minus = 100.0 * rma(plus, length) / true_range, 100.0 * rma(minus, length) / true_range
    return {"adx": 100.0 * rma(np.abs(plus - minus) / (plus + minus), length), "dmp": plus, "dmn": minus}


def kc(bar: Columns, length: int, mult: float) -> dict[str, Float64]:
    basis, ranges = ema(bar["close"], length), ema(tr(bar), length)
    return {"basis": basis, "lower": basis - mult * ranges, "upper": basis + mult * ranges}


def bb(source: Row, length: int, mult: float) -> dict[str, Float64]:
    middle, apart = sma(source, length), mult * stdev(source, length)
    return {"middle": middle, "lower": middle - apart, "upper": middle + apart, "percent_b": (source - middle + apart) / (2.0 * apart)}


def stoch(source: Float64, high: Float64, low: Float64, length: int) -> Float64:
    return 100.0 * (source - lowest(low, length)) / (highest(high, length) - lowest(low, length))


def macd(source: Row) -> dict[str, Float64]:
    line = ema(source, 12) - ema(source, 26)
    signal = ema(line, 9)
    return {"macd": line, "signal": signal, "histogram": line - signal}


def tsi(source: Row) -> Float64:
    return 100.0 * ema(ema(change(source), 25), 13) / ema(ema(np.abs(change(source)), 25), 13)


def uo(bar: Columns) -> Float64:
    last = before(bar["close"], 1)
    high, low = np.maximum(bar["high"], last), np.minimum(bar["low"], last)
    short, middle, long = (total(bar["close"] - low, n) / total(high - low, n) for n in (7, 14, 28))
    return 100.0 * (4.0 * short + 2.0 * middle + long) / 7.0


def mfi(source: Float64, volume: Float64, length: int) -> Float64:
    up = total(volume * np.where(change(source) <= 0.0, 0.0, source), length)
    down = total(volume * np.where(change(source) >= 0.0, 0.0, source), length)
    return 100.0 * up / (up + down)


def cmo(source: Row, length: int) -> Float64:
    moved = change(source)
    up, down = total(np.where(moved >= 0.0, moved, 0.0), length), total(np.where(moved >= 0.0, 0.0, -moved), length)
    return 100.0 * (up - down) / (up + down)


def cmf(bar: Columns, length: int) -> Float64:
    high, low, close, volume = bar["high"], bar["low"], bar["close"], bar["volume"]
    return total((2.0 * close - low - high) / (high - low) * volume, length) / total(volume, length)


def fisher(bar: Columns, length: int) -> Float64:
    middle = 0.5 * (bar["high"] + bar["low"])
    top, bottom = highest(middle, length), lowest(middle, length)
    out, held, last = np.full(len(middle), np.nan), 0.0, 0.0
    for i in range(length - 1, len(middle)):
        held = 0.66 * ((middle[i] - bottom[i]) / (top[i] - bottom[i]) - 0.5) + 0.67 * held
        held = 0.999 if held > 0.99 else -0.999 if held < -0.99 else held
        last = 0.5 * np.log((1.0 + held) / (1.0 - held)) + 0.5 * last
        out[i] = last
    return out


def percentrank(source: Float64, length: int) -> Float64:
    return rolling(lambda window: float(100.0 * np.mean(window[:-1] <= window[-1])), source, length + 1)


def charts(bar: Columns, hlc3: Float64) -> Mapping[str, Mapping[str, Float64]]:
    """Return what TradingView shows with OUR default parameters, by indicator and output."""
    high, low, close, volume = bar["high"], bar["low"], bar["close"], bar["volume"]
    e1, r14 = ema(close, 10), rsi(close, 14)
    e2 = ema(e1, 10)
    stoch_k, rsi_k = sma(stoch(close, high, low, 14), 3), sma(stoch(r14, r14, r14, 14), 3)
    up_move, down_move = total(np.abs(high - before(low, 1)), 14), total(np.abs(low - before(high, 1)), 14)
    kvo = ema(np.where(change(hlc3) >= 0.0, volume, -volume), 34) - ema(np.where(change(hlc3) >= 0.0, volume, -volume), 55)
    return {
        "ema": {"value": e1},
        "sma": {"value": sma(close, 10)},
        "wma": {"value": wma(close, 10)},
        "dema": {"value": 2.0 * e1 - e2},
        "tema": {"value": 3.0 * e1 - 3.0 * e2 + ema(e2, 10)},
        "linreg": {"value": linreg(close, 14)},
        "midprice": {"value": 0.5 * (highest(high, 2) + lowest(low, 2))},
        "rsi": {"value": r14},
        "roc": {"value": 100.0 * change(close, 10) / before(close, 10)},
        "mom": {"value": change(close, 10)},
        "cmo": {"value": cmo(close, 14)},
        "cci": {"value": (hlc3 - sma(hlc3, 14)) / (0.015 * dev(hlc3, 14))},
        "willr": {"value": 100.0 * (close - highest(high, 14)) / (highest(high, 14) - lowest(low, 14))},
        "percent_rank": {"value": percentrank(close, 100)},
        "uo": {"value": uo(bar)},
        "stoch": {"k": stoch_k, "d": sma(stoch_k, 3)},
        "stochrsi": {"k": rsi_k, "d": sma(rsi_k, 3)},
        "macd": macd(close),
        "tsi": {"tsi": tsi(close), "signal": ema(tsi(close), 13)},
        "fisher": {"fisher": fisher(bar, 9), "signal": before(fisher(bar, 9), 1)},
        "atr": {"value": atr(bar, 14)},
        "natr": {"value": 100.0 * atr(bar, 14) / close},
        "bbands": bb(close, 5, 2.0),
        "kc": kc(bar, 20, 2.0),
        "donchian": {"middle": 0.5 * (highest(high, 20) + lowest(low, 20)), "lower": lowest(low, 20), "upper": highest(high, 20)},
        "adx": dmi(bar, 14),
        "vortex": {"vip": up_move / total(tr(bar), 14), "vim": down_move / total(tr(bar), 14)},
        "mfi": {"value": mfi(hlc3, volume, 14)},
        "cmf": {"value": cmf(bar, 20)},
        "kvo": {"kvo": kvo, "signal": ema(kvo, 13)},
    }
