"""The call into pandas-ta: arrays in, arrays out, no warning, no print, no None."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from trade.base.catalogue import ParamValue
from trade.indicators.columns import Columns, Float64

_ARGUMENT = {"open": "open_", "high": "high", "low": "low", "source": "close", "close": "close", "volume": "volume"}


def pandas_ta(name: str, columns: Columns, arguments: Mapping[str, ParamValue]) -> list[Float64]:
    """Return the output columns of one pandas-ta function in its own order, shape [n] each.

    pandas-ta returns nothing at all when the last of its outputs would still be missing; short input is padded with its last bar
    and the padding cut off again, which the prefix law (TIME-6) makes harmless.
    """
    n = len(columns)
    enough = 64 + 4 * sum(value for value in arguments.values() if isinstance(value, int))
    padding = max(enough - n, 0)
    series = {_ARGUMENT[key]: pd.Series(np.pad(values, (0, padding), "edge")) for key, values in columns.named.items()}
    result = _function(name)(**series, **arguments)
    if result is None:
        raise ValueError(f"pandas-ta computes no {name!r} of {n + padding} bars with {arguments!r}")
    table: npt.NDArray[np.float64] = pd.DataFrame(result).to_numpy(np.float64)[:n]
    return [column.copy() for column in table.T]


@cache
def _function(name: str) -> Callable[..., Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing it asks pandas for a deprecated property of today's date
        import pandas_ta_classic

        function: Callable[..., Any] = getattr(pandas_ta_classic, name)
    return function
