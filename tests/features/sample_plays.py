"""Plays with nothing but features and structures, for the tests of this floor."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from trade.base.findings import Place
from trade.base.timeframe import Timeframe
from trade.play.spec import Account, EntryOrder, Execution, Feature, Play, Policy, Risk, RuleSource, Sizing, Structure, Validation
from trade.structures.registry import STRUCTURES

_ZERO, _ONE = Decimal(0), Decimal(1)
_BARE = Play(
    version="3.0.0",
    name="sample",
    description="",
    symbol="BTCUSDT",
    exec_timeframe=Timeframe("15m"),
    timeframes={},
    account=Account(_ONE, _ONE, _ONE, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, None, None, None, _ZERO, "reject"),
    features={},
    structures={},
    rules=RuleSource({}, {}, {}),
    policy=Policy("long_only", "signal"),
    risk=Risk(None, None, Sizing("percent_equity", _ONE, _ONE), "margin"),
    entry=EntryOrder(),
    execution=Execution("worst", "touch", "fill", "stop"),
    expected=None,
    validation=Validation(),
    canonical={},
    play_hash="",
)


def feature(indicator: str, timeframe: str = "15m", source: str = "close", **params: Any) -> dict[str, Any]:
    return {"indicator": indicator, "timeframe": timeframe, "source": source, "params": params}


def structure(kind: str, timeframe: str = "15m", uses: tuple[str, ...] = (), **params: Any) -> dict[str, Any]:
    """A structure with the registry's defaults for what is not given, as the Play applies them at load."""
    defaults = {p.name: p.default for p in STRUCTURES[kind].params} if kind in STRUCTURES else {}
    return {"type": kind, "timeframe": timeframe, "uses": uses, "params": defaults | params}


def play(exec_timeframe: str = "15m", **declared: dict[str, Any]) -> Play:
    """A Play that declares these ids, each made by `feature` or `structure`."""
    features, structures = {}, {}
    for line, (name, spec) in enumerate(declared.items(), start=1):
        spec = spec | {"timeframe": Timeframe(spec["timeframe"])}
        if "indicator" in spec:
            features[name] = Feature(id=name, place=Place("play.yml", line, 3, f"features.{name}"), **spec)
        else:
            structures[name] = Structure(key=name, place=Place("play.yml", line, 3, f"structures.{name}"), **spec)
    return replace(_BARE, exec_timeframe=Timeframe(exec_timeframe), features=features, structures=structures)
