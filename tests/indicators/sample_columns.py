"""Seeded input columns and parameter sets that every indicator is tried on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from trade.base.catalogue import Entry, Param, Params, ParamType, ParamValue
from trade.indicators.registry import INDICATORS, defaults

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Columns = Mapping[str, Float64]

STEP_MS = 15 * 60_000
BARS = 2_000


def times(bars: int = BARS) -> Int64:
    """Opens of 15-minute bars from a Wednesday, 2025-01-01 07:30 UTC."""
    return 1_735_716_600_000 + STEP_MS * np.arange(bars, dtype=np.int64)


def random_walk(bars: int = BARS, seed: int = 7, price: float = 30_000.0) -> dict[str, Float64]:
    """A market that moves on every bar, with wicks and lognormal volume."""
    rng = np.random.default_rng(seed)
    close = price * np.exp(np.cumsum(rng.normal(0.0, 0.003, bars)))
    open_ = np.concatenate((close[:1], close[:-1]))
    high = np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.001, bars)))
    low = np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, 0.001, bars)))
    return {"open": open_, "high": high, "low": low, "close": close, "source": close, "volume": rng.lognormal(3.0, 1.0, bars)}


def flat(bars: int = BARS, price: float = 0.1234, volume: float = 5.0) -> dict[str, Float64]:
    """A market that never moves."""
    still = np.full(bars, price)
    return {"open": still, "high": still, "low": still, "close": still, "source": still, "volume": np.full(bars, volume)}


def joined(*parts: Columns) -> dict[str, Float64]:
    """One market after another."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def cut(columns: Columns, start: int, stop: int | None = None) -> dict[str, Float64]:
    return {name: values[start:stop] for name, values in columns.items()}


def with_usual_source(entry: Entry, columns: Columns) -> dict[str, Float64]:
    """The columns with the source that a Play without `source` gets."""
    named = {**columns, "hlc3": (columns["high"] + columns["low"] + columns["close"]) / 3.0}
    return {**columns, "source": named[entry.close_means]}


def moved(param: Param) -> ParamValue:
    """Another allowed value of a parameter."""
    if param.type is ParamType.CHOICE:
        return next(word for word in param.choices if word != param.default)
    if param.type is ParamType.INT:
        return int(param.default) + 3
    return float(param.default) * 0.6


def param_sets(entry: Entry) -> Iterator[Params]:
    """The defaults, each parameter moved alone, and every length at its lower bound, or as near to it as lengths that must rise may be."""
    yield defaults(entry)
    for param in entry.params:
        yield {**defaults(entry), param.name: moved(param)}
    rank = {name: above for above, name in enumerate(entry.rising)}
    lowest = {p.name: int(p.low) + rank.get(p.name, 0) for p in entry.params if p.type is ParamType.INT and p.low is not None}
    yield {**defaults(entry), **lowest}


EVERY_CASE = [(entry, params) for entry in INDICATORS.values() for params in param_sets(entry)]


def case_name(case: tuple[Entry, Params]) -> str:
    entry, params = case
    return "-".join((entry.name, *(f"{name}={value}" for name, value in params.items())))


def first_finite(values: Float64) -> int:
    """The index of the first value, the length if there is none."""
    known = np.flatnonzero(~np.isnan(values))
    return int(known[0]) if len(known) else len(values)
