"""What the parameters of a structure must be together, which no single parameter can say."""

from __future__ import annotations

from trade.base.catalogue import Params
from trade.base.findings import NOWHERE, Finding, Place


def requirements(structure: str, params: Params, place: Place = NOWHERE) -> tuple[Finding, ...]:
    """Return an error for every parameter that the mode needs and lacks, or that is set and would not be read."""
    return _swing(params, place) if structure == "swing" else ()


def _swing(params: Params, place: Place) -> tuple[Finding, ...]:
    zigzag = params["mode"] == "atr_zigzag"
    found: list[Finding] = []
    for name in ("left", "right"):
        if zigzag and params.get(name) is not None:
            found.append(_wrong(place, f"{name!r} is not read by swing in mode 'atr_zigzag'", f"remove {name!r}, or use mode 'fractal'"))
        if not zigzag and params.get(name) is None:
            found.append(_wrong(place, f"swing in mode 'fractal' needs {name!r}", f"set {name!r}, for example to 5"))
    if params.get("atr_key") is None:
        hint = "declare an atr feature on the same timeframe and name its id in 'atr_key'"
        if zigzag:
            found.append(_wrong(place, "swing in mode 'atr_zigzag' needs 'atr_key'", hint))
        if params.get("min_atr_move") is not None:
            found.append(_wrong(place, "'min_atr_move' of swing needs 'atr_key'", hint))
    return tuple(found)


def _wrong(place: Place, fact: str, hint: str) -> Finding:
    return Finding("structure-params", fact, hint, place=place)
