"""Slow, obvious versions of indicators that fractions cannot say and pandas-ta does not have as we do: outputs by name, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from pine import pine_alma, pine_sar, pine_supertrend
from sample_columns import Columns, Float64

from trade.base.catalogue import Params
from trade.indicators.registry.words import count, real

Twin = Callable[[Columns, Params], Mapping[str, Float64]]


def _rows(columns: Columns) -> tuple[list[float], list[float], list[float]]:
    return columns["high"].tolist(), columns["low"].tolist(), columns["source"].tolist()


def _psar(columns: Columns, params: Params) -> Mapping[str, Float64]:
    result, is_below, acceleration = map(np.array, pine_sar(*_rows(columns), *(real(params, name) for name in ("af0", "af", "max_af"))))
    begun = np.diff(columns["source"][:2]) > 0  # the second close decides the first side, which can turn on its own bar
    turned = np.concatenate(([np.nan], np.diff(np.concatenate((begun, is_below[1:])).astype(int)) != 0))
    return {
        "long": np.where(is_below, result, np.nan),
        "short": np.where(is_below, np.nan, result),
        "af": acceleration,
        "reversal": turned,
    }


def _supertrend(columns: Columns, params: Params) -> Mapping[str, Float64]:
    line, direction = map(np.array, pine_supertrend(*_rows(columns), real(params, "multiplier"), count(params, "length")))
    up = direction == -1  # Pine's sign
    return {"trend": line, "direction": -direction, "long": np.where(up, line, np.nan), "short": np.where(up, np.nan, line)}


def _alma(columns: Columns, params: Params) -> Mapping[str, Float64]:
    values = pine_alma(_rows(columns)[2], count(params, "length"), real(params, "offset"), real(params, "sigma"))
    return {"value": np.array(values)}


TWINS: Mapping[str, Twin] = {"psar": _psar, "supertrend": _supertrend, "alma": _alma}
