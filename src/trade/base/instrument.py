"""What is traded: the grid of prices and quantities, its costs, and the dated margin tiers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from trade.base.arrays import Bool, Float64, Int64
from trade.base.calendar import ALWAYS
from trade.base.rules import VALUES, Rules, as_text, common_unit


@dataclass(frozen=True)
class Grid:
    """The integers of the simulator: prices in ticks, quantities in lots, money in quanta (MONEY-1).

    A quantum is 1e-8 of the quote currency, or finer where one tick of one lot would not be a whole number of them.
    """

    tick_size: Decimal
    qty_step: Decimal

    @property
    def quanta_per_unit(self) -> int:
        """Quanta in one unit of the quote currency."""
        worth = Fraction(self.tick_size) * Fraction(self.qty_step)
        per_unit = 10**8
        while (worth * per_unit).denominator != 1:
            per_unit *= 10
        return per_unit

    @property
    def tick_lot_quanta(self) -> int:
        """Quanta that one lot gains when the price moves one tick."""
        return int(Fraction(self.tick_size) * Fraction(self.qty_step) * self.quanta_per_unit)

    def to_ticks(self, prices: Float64) -> Int64:
        """Return the nearest tick of each price."""
        num, den = Fraction(self.tick_size).as_integer_ratio()
        scaled = prices * den
        if num != 1:
            scaled /= num
        return np.rint(scaled, out=scaled).astype(np.int64)

    def to_prices(self, ticks: Int64) -> Float64:
        """Return the double nearest to each price; one rounding, so 300001 ticks of 0.1 are 30000.1 exactly as parsed."""
        return _multiples(self.tick_size, ticks)

    def to_quantities(self, lots: Int64) -> Float64:
        """Return the double nearest to each quantity, in base units."""
        return _multiples(self.qty_step, lots)

    def off_grid(self, prices: Float64) -> Bool:
        """Return which prices are not the double nearest to a tick (1e-9 relative slack for re-published data)."""
        return np.abs(self.to_prices(self.to_ticks(prices)) - prices) > 1e-9 * np.abs(prices)

    def ticks(self, price: Decimal) -> int:
        """Return how many ticks a price, or a difference of prices, on the grid is."""
        return int(Fraction(price) / Fraction(self.tick_size))

    def lots(self, quantity: Decimal) -> int:
        """Return how many lots a quantity on the grid is."""
        return int(Fraction(quantity) / Fraction(self.qty_step))

    def price(self, ticks: int) -> Decimal:
        """Return one price exactly."""
        return self.tick_size * ticks

    def quantity(self, lots: int) -> Decimal:
        """Return one quantity exactly, in base units."""
        return self.qty_step * lots

    def money(self, quanta: int) -> Decimal:
        """Return one amount exactly, in the quote currency."""
        return Decimal(quanta) / self.quanta_per_unit

    def quanta(self, amount: Decimal) -> int:
        """Return an amount of the quote currency in quanta, half to even."""
        return round(Fraction(amount) * self.quanta_per_unit)


def _multiples(unit: Decimal, counts: Int64) -> Float64:
    num, den = Fraction(unit).as_integer_ratio()
    return (counts if num == 1 else counts * num) / np.float64(den)


@dataclass(frozen=True)
class Tier:
    """One risk-limit tier: up to and including `limit_usdt` of position value (MARGIN-1). Rates are fractions."""

    limit_usdt: Decimal
    mmr: Decimal
    max_leverage: Decimal
    deduction_usdt: Decimal


@dataclass(frozen=True)
class TierTable:
    """Tiers in ascending order, in force from an instant (ms, UTC)."""

    from_ms: int
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class Instrument:
    """One tradable symbol of a venue and market ("spot" or "linear") with its rules.

    Tick, step, minima and maximum are those in force first; each set of `later_rules`, ascending, replaces them from its instant on;
    a maximum that nobody knows is None.
    Bars that open at or after `delisted_ms` are none of its own (END-2). `source` says where the rules come from ("packaged
    2026-08-06", "override at import", ...). `calendar` names when bars are expected: `24/7`, `fx`, or the code of an exchange.
    """

    venue: str
    market: str
    symbol: str
    tick_size: Decimal
    qty_step: Decimal
    min_qty: Decimal
    max_qty: Decimal | None
    min_notional_usdt: Decimal
    taker_bps: Decimal
    maker_bps: Decimal
    tier_tables: tuple[TierTable, ...]
    source: str
    calendar: str = ALWAYS
    later_rules: tuple[Rules, ...] = ()
    delisted_ms: int | None = None

    @property
    def grid(self) -> Grid:
        """The one grid of its whole history: the coarsest on which every tick and every step are whole."""
        tables = self.rule_tables
        return Grid(common_unit(t.tick_size for t in tables), common_unit(t.qty_step for t in tables))

    @property
    def rule_tables(self) -> tuple[Rules, ...]:
        """Every set of rules, the one in force first at 0."""
        first = Rules(0, self.tick_size, self.qty_step, self.min_qty, self.max_qty, self.min_notional_usdt, self.source)
        return first, *self.later_rules

    @property
    def key(self) -> str:
        """The full name, `venue:market:SYMBOL`."""
        return f"{self.venue}:{self.market}:{self.symbol}"

    def tiers_at(self, ts_ms: int) -> tuple[Tier, ...]:
        """Return the tiers in force at an instant: the newest table not younger than it, else the oldest."""
        return self.tier_tables[_in_force(self.tier_tables, ts_ms)].tiers

    def rules_at(self, ts_ms: int) -> Rules:
        """Return the rules in force at an instant."""
        tables = self.rule_tables
        return tables[_in_force(tables, ts_ms)]

    def with_rules(self, rules: Rules) -> Instrument:
        """Return the instrument with one more set of rules; it replaces the one of the same instant, at 0 the first."""
        if rules.from_ms <= 0:
            return replace(self, source=rules.source, **{name: getattr(rules, name) for name in VALUES})
        others = (table for table in self.later_rules if table.from_ms != rules.from_ms)
        return replace(self, later_rules=tuple(sorted((*others, rules), key=lambda table: table.from_ms)))

    def within(self, start_ms: int, end_ms: int) -> Instrument:
        """Return the instrument as a run over [start, end) meets it: the rules in force there, a delisting before its end."""
        if not self.later_rules and self.delisted_ms is None:
            return self
        tables = self.rule_tables
        met = [table for table in tables[_in_force(tables, start_ms) :] if table.from_ms < end_ms]
        first = replace(met[0], from_ms=0)
        delisted_ms = self.delisted_ms if self.delisted_ms is not None and self.delisted_ms < end_ms else None
        return replace(self, later_rules=tuple(met[1:]), delisted_ms=delisted_ms).with_rules(first)

    def undated(self) -> Instrument:
        """Return the instrument as if it had never changed: its latest minima, on the grid of its whole history, without an end."""
        if not self.later_rules and self.delisted_ms is None:
            return self
        grid, latest = self.grid, self.rule_tables[-1]
        always = replace(latest, from_ms=0, tick_size=grid.tick_size, qty_step=grid.qty_step)
        return replace(self, later_rules=(), delisted_ms=None).with_rules(always)

    def to_ticks(self, ts_ms: Int64, prices: Float64) -> Int64:
        """Return each price at its instant (both shape [n], instants ascending) in ticks of the grid: the nearest tick then in force."""
        grid = self.grid
        parts = [grid_then.to_ticks(prices[rows]) * grid.ticks(grid_then.tick_size) for rows, grid_then in self._eras(ts_ms)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def off_grid(self, ts_ms: Int64, prices: Float64) -> Bool:
        """Return which prices are no multiple of the tick in force at their instants (both shape [n], instants ascending)."""
        return np.concatenate([grid_then.off_grid(prices[rows]) for rows, grid_then in self._eras(ts_ms)])

    def _eras(self, ts_ms: Int64) -> list[tuple[slice, Grid]]:
        """Return the rows under each set of rules, with its grid."""
        tables = self.rule_tables
        edges = [0, *np.searchsorted(ts_ms, [table.from_ms for table in tables[1:]]).tolist(), len(ts_ms)]
        return [(slice(edges[i], edges[i + 1]), Grid(table.tick_size, table.qty_step)) for i, table in enumerate(tables)]

    def as_json(self) -> dict[str, object]:
        """Return every rule as JSON values, decimals as text, for digests and manifests.

        A calendar of 24/7, and dates that there are not, are left out: digests of what was stored before stay what they were.
        """
        dated: dict[str, Any] = {"later_rules": [rules.as_json() for rules in self.later_rules]} if self.later_rules else {}
        return {
            **({} if self.calendar == ALWAYS else {"calendar": self.calendar}),
            **dated,
            **({} if self.delisted_ms is None else {"delisted_ms": self.delisted_ms}),
            "venue": self.venue,
            "market": self.market,
            "symbol": self.symbol,
            "tick_size": str(self.tick_size),
            "qty_step": str(self.qty_step),
            "min_qty": str(self.min_qty),
            "max_qty": as_text(self.max_qty),
            "min_notional_usdt": str(self.min_notional_usdt),
            "taker_bps": str(self.taker_bps),
            "maker_bps": str(self.maker_bps),
            "source": self.source,
            "tier_tables": [
                {
                    "from_ms": table.from_ms,
                    "tiers": [[str(t.limit_usdt), str(t.mmr), str(t.max_leverage), str(t.deduction_usdt)] for t in table.tiers],
                }
                for table in self.tier_tables
            ],
        }

    def facts(self) -> dict[str, Any]:
        """Return every rule as `as_json` does, but not who says so: a result does not depend on it."""
        unsaid = replace(self, source="", later_rules=tuple(replace(rules, source="") for rules in self.later_rules))
        return unsaid.as_json()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Instrument:
        """Return the instrument that `as_json` wrote."""
        first = Rules.from_json({**raw, "from_ms": 0})
        return cls(
            venue=raw["venue"],
            market=raw["market"],
            symbol=raw["symbol"],
            **{name: getattr(first, name) for name in VALUES},
            taker_bps=Decimal(raw["taker_bps"]),
            maker_bps=Decimal(raw["maker_bps"]),
            tier_tables=tuple(
                TierTable(table["from_ms"], tuple(Tier(*map(Decimal, row)) for row in table["tiers"])) for table in raw["tier_tables"]
            ),
            source=raw["source"],
            calendar=raw.get("calendar", ALWAYS),
            later_rules=tuple(map(Rules.from_json, raw.get("later_rules", ()))),
            delisted_ms=raw.get("delisted_ms"),
        )


def _in_force(tables: Sequence[Rules | TierTable], ts_ms: int) -> int:
    """Return the place of the newest table that is not younger than an instant, else of the oldest."""
    return max(bisect_right([table.from_ms for table in tables], ts_ms) - 1, 0)
