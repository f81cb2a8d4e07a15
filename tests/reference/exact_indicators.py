"""Indicators by their textbook formula in fractions: nothing is rounded, so what is equal is equal. Slow and obvious.

A market is columns of whole numbers. A series has None where there is no value. Square roots that are no fraction are taken to 60 digits,
far finer than any difference they are compared by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from trade.base.catalogue import Params
from trade.base.timeframe import DAY_MS
from trade.indicators.registry.words import count, real

Number = int | Fraction
Series = Sequence[Number | None]
Market = Mapping[str, Sequence[int]]
Out = dict[str, Series]

_DIGITS = 10**60
_MOM_BARS, _MOM_SMOOTH_BARS = 12, 6


def exact(name: str, params: Params, market: Market) -> Out:
    """Return the outputs of an indicator; one that has no formula here is a KeyError."""
    return FORMULAS[name](market, params)


def windowed(series: Series, length: int, take: Callable[[Sequence[Number]], Number | None]) -> Series:
    """Return what a formula makes of each window that has all its values."""
    return [
        None if i < length - 1 or None in (part := series[i - length + 1 : i + 1]) else take(part)  # type: ignore[arg-type]
        for i in range(len(series))
    ]


def ratio(over: Number, under: Number) -> Fraction | None:
    return None if under == 0 else Fraction(over) / under


def joint(take: Callable[..., Number | None], *series: Series) -> Series:
    """Return what a formula makes of the values of each bar that has them all."""
    return [None if None in values else take(*values) for values in zip(*series, strict=True)]


def before(series: Series, lag: int) -> Series:
    return [*([None] * min(lag, len(series))), *series[: max(len(series) - lag, 0)]]


def root(value: Number) -> Fraction:
    """Return the square root, exact where it is a fraction."""
    value = Fraction(value)
    over, under = isqrt(value.numerator), isqrt(value.denominator)
    if over * over == value.numerator and under * under == value.denominator:
        return Fraction(over, under)
    return Fraction(isqrt(value.numerator * _DIGITS * _DIGITS // value.denominator), _DIGITS)


def mean(part: Sequence[Number]) -> Fraction:
    return Fraction(sum(part), len(part))


def sma(series: Series, length: int) -> Series:
    return windowed(series, length, mean)


def ema(series: Series, length: int, weight: Fraction | None = None) -> Series:
    """Return the average seeded with the mean of its first window; Wilder's is that of weight 1/length."""
    weight = Fraction(2, length + 1) if weight is None else weight
    out: list[Number | None] = []
    seen: list[Number] = []
    for value in series:
        if value is None:
            out.append(None)
            continue
        seen.append(value)
        if len(seen) < length:
            out.append(None)
        elif len(seen) == length:
            out.append(mean(seen))
        else:
            out.append(out[-1] + weight * (value - out[-1]))  # type: ignore[operator]
    return out


def wilder(series: Series, length: int) -> Series:
    return ema(series, length, Fraction(1, length))


def change(series: Series) -> Series:
    return joint(lambda now, old: now - old, series, before(series, 1))


def rises(series: Series) -> Series:
    return joint(lambda moved: max(moved, 0), change(series))


def falls(series: Series) -> Series:
    return joint(lambda moved: max(-moved, 0), change(series))


def true_range(market: Market, *, first: bool = False) -> Series:
    """Return the true range; the first bar, which has no earlier close, has its own range or None."""
    ranges: list[Number | None] = [market["high"][0] - market["low"][0] if first else None]
    for i in range(1, len(market["close"])):
        old = market["close"][i - 1]
        ranges.append(max(market["high"][i], old) - min(market["low"][i], old))
    return ranges


def typical(market: Market) -> Series:
    return [Fraction(h + low + c, 3) for h, low, c in zip(market["high"], market["low"], market["close"], strict=True)]


def highest(series: Series, length: int) -> Series:
    return windowed(series, length, max)


def lowest(series: Series, length: int) -> Series:
    return windowed(series, length, min)


def place(values: Series, top: Series, bottom: Series) -> Series:
    """Return where the values stand in a range, in percent."""
    return joint(lambda value, high, low: ratio(100 * (value - low), high - low), values, top, bottom)


def _value(make: Callable[[Market, int], Series]) -> Callable[[Market, Params], Out]:
    return lambda market, params: {"value": make(market, count(params, "length"))}


def _wma(market: Market, length: int) -> Series:
    weights = length * (length + 1) // 2
    return windowed(market["close"], length, lambda part: Fraction(sum(i * value for i, value in enumerate(part, 1)), weights))


def _trima(market: Market, length: int) -> Series:
    return sma(sma(market["close"], length // 2 + 1), length // 2 + 1)


def _linreg(market: Market, length: int) -> Series:
    middle = Fraction(length - 1, 2)
    spread = sum((i - middle) ** 2 for i in range(length))

    def end(part: Sequence[Number]) -> Fraction:
        slope = sum((i - middle) * value for i, value in enumerate(part)) / spread
        return mean(part) + slope * middle

    return windowed(market["close"], length, end)


def _dema(market: Market, length: int) -> Series:
    once = ema(market["close"], length)
    return joint(lambda a, b: 2 * a - b, once, ema(once, length))


def _tema(market: Market, length: int) -> Series:
    once = ema(market["close"], length)
    twice = ema(once, length)
    return joint(lambda a, b, c: 3 * a - 3 * b + c, once, twice, ema(twice, length))


def _zlma(market: Market, length: int) -> Series:
    close = market["close"]
    return ema(joint(lambda now, old: 2 * now - old, close, before(close, (length - 1) // 2)), length)


def _kama(market: Market, length: int) -> Series:
    close, fast, slow = market["close"], Fraction(2, 3), Fraction(2, 31)
    out: list[Number | None] = [None] * (length - 1) + list(close[length - 1 : length])
    for i in range(length, len(close)):
        path = sum(abs(close[k] - close[k - 1]) for k in range(i - length + 1, i + 1))
        share = Fraction(abs(close[i] - close[i - length]), path) if path else Fraction(0)
        out.append(out[-1] + (share * (fast - slow) + slow) ** 2 * (close[i] - out[-1]))  # type: ignore[operator]
    return out


def _midprice(market: Market, length: int) -> Series:
    return joint(lambda a, b: Fraction(a + b, 2), highest(market["high"], length), lowest(market["low"], length))


def _ohlc4(market: Market, _params: Params) -> Out:
    return {"value": joint(lambda *parts: Fraction(sum(parts), 4), *(market[name] for name in ("open", "high", "low", "close")))}


def _vwap(market: Market, _params: Params) -> Out:
    out: list[Number | None] = []
    paid, traded, day = Fraction(0), 0, -1
    for ts, price, volume in zip(market["ts_open_ms"], typical(market), market["volume"], strict=True):
        if ts // DAY_MS != day:
            paid, traded, day = Fraction(0), 0, ts // DAY_MS
        paid, traded = paid + price * volume, traded + volume  # type: ignore[operator]
        out.append(ratio(paid, traded))
    return {"value": out}


def _rsi(market: Market, length: int) -> Series:
    rose, fell = wilder(rises(market["close"]), length), wilder(falls(market["close"]), length)
    return joint(lambda up, down: ratio(100 * up, up + down), rose, fell)


def _roc(market: Market, length: int) -> Series:
    close = market["close"]
    return joint(lambda now, old: ratio(100 * (now - old), old), close, before(close, length))


def _mom(market: Market, length: int) -> Series:
    return joint(lambda now, old: now - old, market["close"], before(market["close"], length))


def _cmo(market: Market, length: int) -> Series:
    rose, fell = (windowed(part, length, sum) for part in (rises(market["close"]), falls(market["close"])))
    return joint(lambda up, down: ratio(100 * (up - down), up + down), rose, fell)


def _cci(market: Market, length: int) -> Series:
    def index(part: Sequence[Number]) -> Fraction | None:
        middle = mean(part)
        return ratio(part[-1] - middle, Fraction(15, 1000) * mean([abs(value - middle) for value in part]))

    return windowed(typical(market), length, index)


def _willr(market: Market, length: int) -> Series:
    top, bottom = highest(market["high"], length), lowest(market["low"], length)
    return joint(lambda close, high, low: ratio(100 * (close - high), high - low), market["close"], top, bottom)


def _percent_rank(market: Market, length: int) -> Series:
    return windowed(market["close"], length + 1, lambda part: Fraction(100 * sum(old <= part[-1] for old in part[:-1]), length))


def _uo(market: Market, params: Params) -> Out:
    ranges = true_range(market, first=True)
    old = [market["low"][0], *market["close"][:-1]]
    pressure = [close - min(low, last) for close, low, last in zip(market["close"], market["low"], old, strict=True)]
    shares = [
        joint(ratio, windowed(pressure, count(params, name), sum), windowed(ranges, count(params, name), sum))
        for name in ("fast", "medium", "slow")
    ]
    return {"value": joint(lambda a, b, c: 100 * (4 * a + 2 * b + c) / 7, *shares)}


def _stoch(market: Market, params: Params) -> Out:
    length = count(params, "k")
    k = sma(place(market["close"], highest(market["high"], length), lowest(market["low"], length)), count(params, "smooth_k"))
    return {"k": k, "d": sma(k, count(params, "d"))}


def _stochrsi(market: Market, params: Params) -> Out:
    rsi, length = _rsi(market, count(params, "rsi_length")), count(params, "length")
    k = sma(place(rsi, highest(rsi, length), lowest(rsi, length)), count(params, "k"))
    return {"k": k, "d": sma(k, count(params, "d"))}


def _macd(market: Market, params: Params) -> Out:
    fast, slow = (ema(market["close"], count(params, name)) for name in ("fast", "slow"))
    macd = joint(lambda a, b: a - b, fast, slow)
    signal = ema(macd, count(params, "signal"))
    return {"macd": macd, "signal": signal, "histogram": joint(lambda a, b: a - b, macd, signal)}


def _ppo(market: Market, params: Params) -> Out:
    fast, slow = (sma(market["close"], count(params, name)) for name in ("fast", "slow"))
    ppo = joint(lambda a, b: ratio(100 * (a - b), b), fast, slow)
    signal = ema(ppo, count(params, "signal"))
    return {"ppo": ppo, "signal": signal, "histogram": joint(lambda a, b: a - b, ppo, signal)}


def _trix(market: Market, params: Params) -> Out:
    average: Series = market["close"]
    for _ in range(3):
        average = ema(average, count(params, "length"))
    trix = joint(lambda now, old: ratio(100 * (now - old), old), average, before(average, 1))
    return {"trix": trix, "signal": sma(trix, count(params, "signal"))}


def _tsi(market: Market, params: Params) -> Out:
    moved = change(market["close"])
    fast, slow = count(params, "fast"), count(params, "slow")
    net, path = (ema(ema(part, slow), fast) for part in (moved, joint(abs, moved)))
    tsi = joint(lambda a, b: ratio(100 * a, b), net, path)
    return {"tsi": tsi, "signal": ema(tsi, count(params, "signal"))}


def _atr(market: Market, length: int) -> Series:
    return wilder(true_range(market), length)


def _natr(market: Market, length: int) -> Series:
    return joint(lambda atr, close: Fraction(100 * atr) / close, _atr(market, length), market["close"])


def _bbands(market: Market, params: Params) -> Out:
    close, length, factor = market["close"], count(params, "length"), Fraction(real(params, "std"))
    middle = sma(close, length)
    apart = joint(lambda square: factor * root(square), windowed(close, length, _variance))
    lower, upper = joint(lambda m, a: m - a, middle, apart), joint(lambda m, a: m + a, middle, apart)
    percent_b = joint(lambda c, low, up: ratio(c - low, up - low), close, lower, upper)
    bandwidth = joint(lambda m, a: 200 * a / m, middle, apart)
    return {"middle": middle, "lower": lower, "upper": upper, "bandwidth": bandwidth, "percent_b": percent_b}


def _variance(part: Sequence[Number]) -> Fraction:
    middle = mean(part)
    return mean([(value - middle) ** 2 for value in part])


def _kc(market: Market, params: Params) -> Out:
    length, factor = count(params, "length"), Fraction(real(params, "scalar"))
    basis, ranges = ema(market["close"], length), ema(true_range(market), length)
    return {
        "basis": basis,
        "lower": joint(lambda m, r: m - factor * r, basis, ranges),
        "upper": joint(lambda m, r: m + factor * r, basis, ranges),
    }


def _donchian(market: Market, params: Params) -> Out:
    lower, upper = lowest(market["low"], count(params, "lower_length")), highest(market["high"], count(params, "upper_length"))
    return {"middle": joint(lambda a, b: Fraction(a + b, 2), lower, upper), "lower": lower, "upper": upper}


def _squeeze(market: Market, params: Params) -> Out:
    close, bb, kc = market["close"], count(params, "bb_length"), count(params, "kc_length")
    middle, basis, ranges = sma(close, bb), sma(close, kc), sma(true_range(market), kc)
    bands = joint(lambda square: Fraction(real(params, "bb_std")) * root(square), windowed(close, bb, _variance))
    channel = joint(lambda r: Fraction(real(params, "kc_scalar")) * r, ranges)
    on = joint(lambda m, a, b, c: int(m - a > b - c and m + a < b + c), middle, bands, basis, channel)
    off = joint(lambda m, a, b, c: int(m - a < b - c and m + a > b + c), middle, bands, basis, channel)
    moved = joint(lambda now, old: now - old, close, before(close, _MOM_BARS))
    return {"sqz": sma(moved, _MOM_SMOOTH_BARS), "on": on, "off": off, "no_sqz": joint(lambda a, b: 1 - a - b, on, off)}


def directed(market: Market) -> tuple[Series, Series]:
    """Return the movement up and down of each bar: the larger of both, and neither of two equal ones."""
    up, down = change(market["high"]), joint(lambda moved: -moved, change(market["low"]))
    return joint(lambda a, b: a if a > b and a > 0 else 0, up, down), joint(lambda a, b: b if b > a and b > 0 else 0, up, down)


def wilder_sum(series: Series, length: int) -> Series:
    """Return Wilder's sum as TA-Lib seeds it: with the first length - 1 values."""
    out: list[Number | None] = [None] * (length - 1)
    total = Fraction(sum(value for value in series[1:length] if value is not None))
    out.append(total)
    for value in series[length:]:
        total = total - total / length + (value or 0)
        out.append(total)
    return out[: len(series)]


def _dm(market: Market, params: Params) -> Out:
    dmp, dmn = (wilder_sum(part, count(params, "length")) for part in directed(market))
    return {"dmp": dmp, "dmn": dmn}


def _adx(market: Market, params: Params) -> Out:
    length = count(params, "length")
    up, down, ranges = (wilder_sum(part, length) for part in (*directed(market), true_range(market)))
    dmp, dmn = (
        [None if i < length else 100 * a / b if b else Fraction(0) for i, (a, b) in enumerate(zip(part, ranges, strict=True))]  # type: ignore[operator]
        for part in (up, down)
    )
    adx: list[Number | None] = []
    total, moved = Fraction(0), False
    for i, (a, b) in enumerate(zip(dmp, dmn, strict=True)):
        index = 100 * abs(a - b) / (a + b) if a is not None and b is not None and a + b else None
        moved = moved or index is not None
        if i < 2 * length:
            total += index or 0
            average = total / length
        elif index is not None:
            average = (average * (length - 1) + index) / length
        adx.append(average if moved and i >= 2 * length - 1 else None)
    return {"adx": adx, "dmp": dmp, "dmn": dmn, "adxr": joint(lambda now, old: (now + old) / 2, adx, before(adx, length - 1))}


def _aroon(market: Market, params: Params) -> Out:
    """Return how many bars ago the extreme was, the latest of equal ones."""
    length = count(params, "length")

    def since(part: Sequence[Number], extreme: Number) -> Fraction:
        return Fraction(100 * (length - list(reversed(part)).index(extreme)), length)

    up = windowed(market["high"], length + 1, lambda part: since(part, max(part)))
    down = windowed(market["low"], length + 1, lambda part: since(part, min(part)))
    return {"osc": joint(lambda a, b: a - b, up, down), "up": up, "down": down}


def _vortex(market: Market, params: Params) -> Out:
    high, low, length = market["high"], market["low"], count(params, "length")
    moves = (
        joint(lambda now, old: abs(now - old), high, before(low, 1)),
        joint(lambda now, old: abs(now - old), low, before(high, 1)),
    )
    path = windowed(true_range(market), length, sum)
    vip, vim = (joint(ratio, windowed(move, length, sum), path) for move in moves)
    return {"vip": vip, "vim": vim}


def _mfi(market: Market, length: int) -> Series:
    prices = typical(market)
    signs = [0, *((b > a) - (b < a) for a, b in pairwise(prices))]  # type: ignore[operator]
    flows = joint(lambda price, volume: price * volume, prices, market["volume"])
    rose, fell = (windowed(joint(lambda flow, way, side=side: flow if way == side else 0, flows, signs), length, sum) for side in (1, -1))
    return joint(lambda a, b: ratio(100 * a, a + b), rose, fell)


def _cmf(market: Market, length: int) -> Series:
    flows = joint(
        lambda h, low, c, v: Fraction((2 * c - h - low) * v, h - low) if h > low else 0,
        *(market[name] for name in ("high", "low", "close", "volume")),
    )
    return joint(ratio, windowed(flows, length, sum), windowed(market["volume"], length, sum))


def _kvo(market: Market, params: Params) -> Out:
    prices = typical(market)
    signs = [1, *((b > a) - (b < a) for a, b in pairwise(prices))]  # type: ignore[operator]
    flow = [sign * volume for sign, volume in zip(signs, market["volume"], strict=True)]
    kvo = joint(lambda a, b: a - b, *(ema(flow, count(params, name)) for name in ("fast", "slow")))
    return {"kvo": kvo, "signal": ema(kvo, count(params, "signal"))}


WINDOWED: Mapping[str, Callable[[Market, Params], Out]] = {
    "sma": _value(lambda market, length: sma(market["close"], length)),
    "wma": _value(_wma),
    "trima": _value(_trima),
    "linreg": _value(_linreg),
    "midprice": _value(_midprice),
    "ohlc4": _ohlc4,
    "vwap": _vwap,
    "roc": _value(_roc),
    "mom": _value(_mom),
    "cmo": _value(_cmo),
    "cci": _value(_cci),
    "willr": _value(_willr),
    "percent_rank": _value(_percent_rank),
    "uo": _uo,
    "stoch": _stoch,
    "bbands": _bbands,
    "donchian": _donchian,
    "squeeze": _squeeze,
    "aroon": _aroon,
    "vortex": _vortex,
    "mfi": _value(_mfi),
    "cmf": _value(_cmf),
}
RECURSIVE: Mapping[str, Callable[[Market, Params], Out]] = {
    "ema": _value(lambda market, length: ema(market["close"], length)),
    "dema": _value(_dema),
    "tema": _value(_tema),
    "zlma": _value(_zlma),
    "kama": _value(_kama),
    "rsi": _value(_rsi),
    "stochrsi": _stochrsi,
    "macd": _macd,
    "ppo": _ppo,
    "trix": _trix,
    "tsi": _tsi,
    "atr": _value(_atr),
    "natr": _value(_natr),
    "kc": _kc,
    "adx": _adx,
    "dm": _dm,
    "kvo": _kvo,
}
FORMULAS = {**WINDOWED, **RECURSIVE}
