"""Typed reading of a structure's parameters, which the Play has already checked against the registry."""

from __future__ import annotations

from trade.base.catalogue import Params


def whole(params: Params, name: str) -> int:
    """Return an integer parameter; TypeError when it is absent or of another type."""
    value = params.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name!r} must be a whole number, not {value!r}")
    return value


def real(params: Params, name: str) -> float:
    """Return a number as float, NaN when the parameter is not set; TypeError for another type."""
    value = params.get(name)
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name!r} must be a number, not {value!r}")
    return float(value)
