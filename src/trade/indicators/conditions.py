"""When a total output may be missing after its first value: one rule per output that names an `undefined_when` word.

`formulas` blanks exactly these bars, and the requirements gate excuses exactly these bars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trade.base.arrays import Bool, Float64, Int64
from trade.base.catalogue import Entry, Params
from trade.base.timeframe import Timeframe
from trade.indicators.columns import InputColumns, segments
from trade.indicators.registry.words import count
from trade.indicators.windows import padded, totals

Condition = Callable[[InputColumns, Params], Bool]

# A Wilder average of length n that gets nothing but zeros has left the range of doubles after about 500·n bars, an EMA after 250·n.
_WILDER_HORIZON, _EMA_HORIZON = 300, 150


def undefined(entry: Entry, output: str, params: Params, columns: InputColumns) -> Bool:
    """Return on which bars the registered condition of an output holds, shape [n]; nowhere when it registers none."""
    condition = _CONDITIONS.get((entry.name, output))
    return np.zeros(len(columns), np.bool_) if condition is None else condition(columns, params)


def may_be_missing(entry: Entry, output: str, params: Params, columns: Mapping[str, Float64], ts_open_ms: Int64) -> Bool:
    """Return on which bars a total output may be missing, shape [n]: warming up, an input missing, or its condition holds.

    The arguments are those of `formulas.compute`, which starts an indicator anew after each missing input.
    """
    excused = np.ones(len(ts_open_ms), np.bool_)
    first = entry.first_valid_bars(params)[output]
    for rows, part in segments(entry, columns, ts_open_ms):
        excused[rows] = undefined(entry, output, params, part)
        excused[rows][:first] = True
    return excused


def _run(mask: Bool) -> Int64:
    """Return how many bars in a row, the bar itself included, the mask has held."""
    bar = np.arange(len(mask))
    return bar - np.maximum.accumulate(np.where(mask, -1, bar))


def _held(mask: Bool, length: int) -> Bool:
    """Return where the mask has held for `length` bars in a row."""
    return _run(mask) >= length if mask.any() else mask


def _lately(mask: Bool, length: int) -> Bool:
    """Return where the mask held at any of the last `length` bars."""
    return _run(~mask) < np.minimum(length, np.arange(1, len(mask) + 1)) if mask.any() else mask


def _earlier(mask: Bool, lag: int) -> Bool:
    """Return the mask of `lag` bars ago, false before that."""
    return np.concatenate((np.zeros(min(lag, len(mask)), np.bool_), mask[: max(len(mask) - lag, 0)]))


def _never(happened: Bool, horizon: int) -> Bool:
    """Return where something has not happened so far, or not for longer than `horizon` bars."""
    edges = np.concatenate(([-1 - horizon], np.flatnonzero(happened), [len(happened)]))  # nothing to wait for before the first time
    out = np.zeros(len(happened), np.bool_)
    for quiet in np.flatnonzero(np.diff(edges) > horizon):
        out[max(edges[quiet] + horizon + 1, 0) : edges[quiet + 1]] = True
    return out


def _moved(values: Float64) -> Bool:
    """Return where a value differs from the one before; the first has none before."""
    moved = np.zeros(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=moved[1:])
    return moved


def _still(values: Float64) -> Bool:
    """Return where a value equals the one before."""
    still = ~_moved(values)
    still[:1] = False
    return still


def _equal(left: Float64, right: Float64 | float) -> Bool:
    equal: Bool = left == right
    return equal


def _no_total(values: Float64, length: int) -> Bool:
    """Return where the sum of the window is 0."""
    if len(values) and values.min() > 0.0:
        return np.zeros(len(values), np.bool_)
    return _equal(padded(totals(values, length), len(values)), 0.0)


def _no_range(columns: InputColumns, length: int) -> Bool:
    """Return where the highest high of the window equals its lowest low."""
    still = _still(columns["high"]) & _still(columns["low"])
    flat = _equal(columns["high"], columns["low"])
    return flat & (_run(still) >= length - 1) if flat.any() else flat


def _no_true_range(columns: InputColumns, first: bool) -> Bool:
    """Return where the true range is 0; `first` says what the first bar, which has no earlier close, counts as without range."""
    high, low, close = columns["high"], columns["low"], columns["source"]
    flat = _equal(high, low)
    flat[1:] &= high[1:] == close[:-1]
    flat[:1] &= first
    return flat


def _rsi(columns: InputColumns, params: Params) -> Bool:
    return _never(_moved(columns["source"]), _WILDER_HORIZON * count(params, "length"))


def _cmo(columns: InputColumns, params: Params) -> Bool:
    return _held(_still(columns["source"]), count(params, "length"))


def _cci(columns: InputColumns, params: Params) -> Bool:
    return _held(_still(columns["source"]), count(params, "length") - 1)


def _willr(columns: InputColumns, params: Params) -> Bool:
    return _no_range(columns, count(params, "length"))


def _uo(columns: InputColumns, params: Params) -> Bool:
    return _held(_no_true_range(columns, first=True), min(count(params, name) for name in ("fast", "medium", "slow")))


def _vortex(columns: InputColumns, params: Params) -> Bool:
    return _held(_no_true_range(columns, first=False), count(params, "length"))


def _stoch_k(columns: InputColumns, params: Params) -> Bool:
    return _lately(_no_range(columns, count(params, "k")), count(params, "smooth_k"))


def _stoch_d(columns: InputColumns, params: Params) -> Bool:
    return _lately(_stoch_k(columns, params), count(params, "d"))


def _stochrsi_k(columns: InputColumns, params: Params) -> Bool:
    """RSI stands still while the source does, while it has only ever risen or only ever fallen, and before it has moved at all."""
    source, length = columns["source"], count(params, "length")
    change = np.diff(source, prepend=source[:1])
    one_way = _never(change < 0, len(source)) | _never(change > 0, len(source))
    stood = _held(_still(source), length - 1) | one_way | _lately(_never(change != 0, len(source)), length)
    return _lately(stood, count(params, "k"))


def _stochrsi_d(columns: InputColumns, params: Params) -> Bool:
    return _lately(_stochrsi_k(columns, params), count(params, "d"))


def _roc(columns: InputColumns, params: Params) -> Bool:
    return _earlier(_equal(columns["source"], 0.0), count(params, "length"))


def _natr(columns: InputColumns, _params: Params) -> Bool:
    return _equal(columns["source"], 0.0)


def _ppo(columns: InputColumns, params: Params) -> Bool:
    return _no_total(columns["source"], count(params, "slow"))


def _ppo_signal(columns: InputColumns, params: Params) -> Bool:
    return _lately(_ppo(columns, params), count(params, "signal"))


def _trix(columns: InputColumns, params: Params) -> Bool:
    return _earlier(_never(columns["source"] != 0.0, _EMA_HORIZON * count(params, "length")), 1)


def _trix_signal(columns: InputColumns, params: Params) -> Bool:
    return _lately(_trix(columns, params), count(params, "signal"))


def _tsi(columns: InputColumns, params: Params) -> Bool:
    return _never(_moved(columns["source"]), _EMA_HORIZON * max(count(params, "fast"), count(params, "slow")))


def _tsi_signal(columns: InputColumns, params: Params) -> Bool:
    return _lately(_tsi(columns, params), count(params, "signal"))


def _bandwidth(columns: InputColumns, params: Params) -> Bool:
    return _no_total(columns["source"], count(params, "length"))


def _percent_b(columns: InputColumns, params: Params) -> Bool:
    return _held(_still(columns["source"]), count(params, "length") - 1)


def _adx(columns: InputColumns, params: Params) -> Bool:
    up = np.diff(columns["high"], prepend=columns["high"][:1])
    down = -np.diff(columns["low"], prepend=columns["low"][:1])
    directed = (np.maximum(up, down) > 0.0) & (up != down)
    return _never(directed, _WILDER_HORIZON * count(params, "length"))


def _adxr(columns: InputColumns, params: Params) -> Bool:
    now = _adx(columns, params)
    return now | _earlier(now, count(params, "length") - 1)


def _mfi(columns: InputColumns, params: Params) -> Bool:
    source = columns["source"]
    return _held(~_moved(source) | _equal(source * columns["volume"], 0.0), count(params, "length"))


def _cmf(columns: InputColumns, params: Params) -> Bool:
    return _held(_equal(columns["volume"], 0.0), count(params, "length"))


def _vwap(columns: InputColumns, params: Params) -> Bool:
    anchor = Timeframe(str(params["anchor"])).floor(columns.ts_open_ms)
    later = np.diff(anchor, prepend=-1) == 0  # every bar but the first after an anchor
    return _run(_equal(columns["volume"], 0.0)) > _run(later)


_CONDITIONS: Mapping[tuple[str, str], Condition] = {
    ("rsi", "value"): _rsi,
    ("cmo", "value"): _cmo,
    ("cci", "value"): _cci,
    ("willr", "value"): _willr,
    ("uo", "value"): _uo,
    ("vortex", "vip"): _vortex,
    ("vortex", "vim"): _vortex,
    ("stoch", "k"): _stoch_k,
    ("stoch", "d"): _stoch_d,
    ("stochrsi", "k"): _stochrsi_k,
    ("stochrsi", "d"): _stochrsi_d,
    ("roc", "value"): _roc,
    ("natr", "value"): _natr,
    ("ppo", "ppo"): _ppo,
    ("ppo", "histogram"): _ppo_signal,
    ("ppo", "signal"): _ppo_signal,
    ("trix", "trix"): _trix,
    ("trix", "signal"): _trix_signal,
    ("tsi", "tsi"): _tsi,
    ("tsi", "signal"): _tsi_signal,
    ("bbands", "bandwidth"): _bandwidth,
    ("bbands", "percent_b"): _percent_b,
    ("adx", "adx"): _adx,
    ("adx", "adxr"): _adxr,
    ("mfi", "value"): _mfi,
    ("cmf", "value"): _cmf,
    ("vwap", "value"): _vwap,
}
