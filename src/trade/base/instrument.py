"""What is traded: the grid of prices and quantities, its costs, and the dated margin tiers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from trade.base.calendar import ALWAYS

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


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
        return np.rint(prices * den / num).astype(np.int64)

    def to_prices(self, ticks: Int64) -> Float64:
        """Return the double nearest to each price; one rounding, so 300001 ticks of 0.1 are 30000.1 exactly as parsed."""
        return _multiples(self.tick_size, ticks)

    def to_quantities(self, lots: Int64) -> Float64:
        """Return the double nearest to each quantity, in base units."""
        return _multiples(self.qty_step, lots)

    def off_grid(self, prices: Float64) -> npt.NDArray[np.bool_]:
        """Return which prices are not the double nearest to a tick (1e-9 relative slack for re-published data)."""
        return np.abs(self.to_prices(self.to_ticks(prices)) - prices) > 1e-9 * np.abs(prices)

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

    `source` says where the rules come from ("packaged 2026-08-06", "override at import", ...). `calendar` names when bars are expected:
    `24/7`, `fx`, or the code of an exchange.
    """

    venue: str
    market: str
    symbol: str
    tick_size: Decimal
    qty_step: Decimal
    min_qty: Decimal
    max_qty: Decimal
    min_notional_usdt: Decimal
    taker_bps: Decimal
    maker_bps: Decimal
    tier_tables: tuple[TierTable, ...]
    source: str
    calendar: str = ALWAYS

    @property
    def grid(self) -> Grid:
        return Grid(self.tick_size, self.qty_step)

    @property
    def key(self) -> str:
        """The full name, `venue:market:SYMBOL`."""
        return f"{self.venue}:{self.market}:{self.symbol}"

    def tiers_at(self, ts_ms: int) -> tuple[Tier, ...]:
        """Return the tiers in force at an instant: the newest table not younger than it, else the oldest."""
        past = [t for t in self.tier_tables if t.from_ms <= ts_ms]
        return (past[-1] if past else self.tier_tables[0]).tiers

    def as_json(self) -> dict[str, object]:
        """Return every rule as JSON values, decimals as text, for digests and manifests.

        A calendar of 24/7 is left out: digests of what was stored before there were calendars stay what they were.
        """
        calendar = {} if self.calendar == ALWAYS else {"calendar": self.calendar}
        return {
            **calendar,
            "venue": self.venue,
            "market": self.market,
            "symbol": self.symbol,
            "tick_size": str(self.tick_size),
            "qty_step": str(self.qty_step),
            "min_qty": str(self.min_qty),
            "max_qty": str(self.max_qty),
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
