"""What pandas-ta itself says, without TA-Lib, output by output in the order of our entries."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from trade.base.catalogue import Entry, Params

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its import asks pandas for a deprecated property
    import pandas_ta_classic as ta

Float64 = npt.NDArray[np.float64]

# The place of each of our outputs among the columns of pandas-ta, where the order differs from ours.
_PLACES: Mapping[str, tuple[int, ...]] = {
    "macd": (0, 2, 1),
    "bbands": (1, 0, 2, 3, 4),
    "kc": (1, 0, 2),
    "donchian": (1, 0, 2),
    "aroon": (2, 1, 0),
    "adx": (0, 1, 2, 3),
}
_ARGUMENT = {"open": "open_", "source": "close"}


def pandas_ta_says(entry: Entry, params: Params, columns: Mapping[str, Float64], ts_open_ms: npt.NDArray[np.int64]) -> dict[str, Float64]:
    index = pd.DatetimeIndex(ts_open_ms.astype("datetime64[ms]"))
    inputs = entry.inputs if entry.close_means == "close" else ("high", "low", *entry.inputs)  # pandas-ta makes hlc3 itself
    series = {_ARGUMENT.get(name, name): pd.Series(columns[name], index=index) for name in inputs}
    arguments, function = dict(params), getattr(ta, entry.name)
    if "talib" in inspect.signature(function).parameters:
        arguments["talib"] = False
    table = pd.DataFrame(function(**series, **arguments))
    if entry.name == "adx":  # it has adxr in a function of its own
        table["adxr"] = ta.adxr(**series, **arguments).iloc[:, 0]
    places = _PLACES.get(entry.name, range(len(entry.outputs)))
    return {output.name: table.iloc[:, place].to_numpy(np.float64) for output, place in zip(entry.outputs, places, strict=True)}
