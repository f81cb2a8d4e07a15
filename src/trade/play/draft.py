"""What could be understood of a Play file: whole when nothing is wrong, in parts for the rule compiler otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trade.base.catalogue import Entry
from trade.base.timeframe import Timeframe
from trade.play.spec import Feature, Play, Policy, Risk, RuleSource, Structure


@dataclass(frozen=True)
class Draft:
    """What was understood; `play` is None when something is wrong.

    `broken` are ids of features and structures whose own spec had errors: a reference to one of them is no second error,
    but one to an output that the entry of its indicator or type, where that is known, has not.
    `settled` are paths of values that were refused for good (a YAML trouble, an unknown variable): nothing more needs to be said of them.
    `timeframes` is role to timeframe, with `exec` and the January names `mtf`, `htf`.
    """

    file: str
    play: Play | None
    timeframes: Mapping[str, Timeframe]
    exec_timeframe: Timeframe | None
    features: Mapping[str, Feature]
    structures: Mapping[str, Structure]
    broken: Mapping[str, Entry | None]
    settled: frozenset[str]
    rules: RuleSource
    policy: Policy | None
    risk: Risk | None
