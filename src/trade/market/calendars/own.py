"""The calendars that need no library: around the clock, and the week of currencies."""

from __future__ import annotations

from collections.abc import Mapping

from trade.base.calendar import ALWAYS, ClosedSpans, always_open
from trade.market.calendars.fx import fx_closed

FX = "fx"
OWN: Mapping[str, ClosedSpans] = {ALWAYS: always_open, FX: fx_closed}


def own_closed(name: str) -> ClosedSpans:
    """Return the closed spans of a calendar of ours; KeyError for any other."""
    return OWN[name]
