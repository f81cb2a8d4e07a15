"""The rules that orders obey, and the instants from which they do: venues change ticks, steps and minima (FILL-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Any


@dataclass(frozen=True)
class Rules:
    """One set of rules, in force from an instant (ms, UTC; 0: always) until the next. `source` says who says so.

    A `max_qty` of None is none that anybody knows of.
    """

    from_ms: int
    tick_size: Decimal
    qty_step: Decimal
    min_qty: Decimal
    max_qty: Decimal | None
    min_notional_usdt: Decimal
    source: str

    def as_json(self) -> dict[str, object]:
        """Return the set as JSON values, decimals as text."""
        return {"from_ms": self.from_ms, **{name: as_text(getattr(self, name)) for name in VALUES}, "source": self.source}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Rules:
        """Return the set that `as_json` wrote."""
        tick, step, least, notional = (Decimal(raw[name]) for name in VALUES if name != "max_qty")
        most = None if raw["max_qty"] is None else Decimal(raw["max_qty"])
        return cls(raw["from_ms"], tick, step, least, most, notional, raw["source"])


VALUES = ("tick_size", "qty_step", "min_qty", "max_qty", "min_notional_usdt")


def as_text(value: Decimal | None) -> str | None:
    """Return a decimal as JSON carries it."""
    return None if value is None else str(value)


def common_unit(units: Iterable[Decimal]) -> Decimal:
    """Return the largest number that all units are whole multiples of; equal units give just that one, as it is written."""
    first, *others = dict.fromkeys(units)
    if not others:
        return first
    places = max(0, *(-int(unit.as_tuple().exponent) for unit in (first, *others)))
    return Decimal(gcd(*(int(unit.scaleb(places)) for unit in (first, *others)))).scaleb(-places)
