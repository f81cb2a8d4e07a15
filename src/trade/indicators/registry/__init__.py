"""The indicators a Play may name: one entry per name, pure data. Nothing here computes or imports what computes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trade.base.catalogue import Entry, Params
from trade.indicators.registry.averages import AVERAGES
from trade.indicators.registry.momentum import MOMENTUM
from trade.indicators.registry.trend import TREND
from trade.indicators.registry.volatility import VOLATILITY
from trade.indicators.registry.volume import VOLUME

FAMILIES: Mapping[str, tuple[Entry, ...]] = MappingProxyType(
    {"averages": AVERAGES, "momentum": MOMENTUM, "volatility": VOLATILITY, "trend": TREND, "volume": VOLUME}
)
INDICATORS: Mapping[str, Entry] = MappingProxyType({entry.name: entry for family in FAMILIES.values() for entry in family})

NOT_YET: Mapping[str, str] = MappingProxyType(
    {
        "volume_profile": "the volume profile of a rolling window is not built yet",
        "anchored_volume_profile": "the volume profile since a swing is not built yet",
        "anchored_vwap": "the vwap since a swing is not built yet; `vwap` restarts each day or week",
        "session_levels": "the highs and lows of earlier days and weeks are not built yet; `donchian` on timeframe D or W comes near",
    }
)

UNDEFINED_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "flat_window": "what is measured did not move in the window (recursive indicators: never so far)",
        "zero_range": "the highest high equals the lowest low of the window, or every true range is 0",
        "zero_volume": "nothing was traded in the window, or since the anchor",
        "no_flow": "nothing was traded at a changed typical price in the window",
        "no_direction": "neither highs nor lows have moved in a direction so far",
        "zero_base": "the value that would be divided by is 0",
    }
)


def defaults(entry: Entry) -> Params:
    """Return the parameters of an indicator that a Play names without any."""
    return MappingProxyType({param.name: param.default for param in entry.params})
