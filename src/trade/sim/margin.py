"""Isolated margin of a USDT-linear position: initial, maintenance, and the price at which it is liquidated (MARGIN-1, LIQ-1).

Formulas, dated changes and worked numbers: Bybit help "Initial Margin Calculation" and "Liquidation Price under Isolated Mode",
tabulated in `docs/margin.md`. All amounts in quanta, prices in ticks.
"""

from __future__ import annotations

from typing import Protocol

from trade.base.records import RATE_ONE
from trade.base.rows import RowsOf, dtype_of
from trade.kernels import kernel
from trade.sim.money import over_leverage, times_rate, times_ratio
from trade.sim.prices import on_step
from trade.sim.spec import Spec


class TierRow(Protocol):
    """A tier of position values, in force from an instant on until a newer table; rows are ascending by (from, limit)."""

    from_ms: int
    limit_quanta: int  # inclusive
    mmr_e12: int
    leverage_e2: int  # the most it allows
    deduction_quanta: int


TIER = dtype_of(TierRow)
Tiers = RowsOf[TierRow]


@kernel
def table_rows(tiers: Tiers, ts_ms: int) -> tuple[int, int]:
    """Return the rows [first, end) of the table in force: the newest not younger than the instant, else the oldest."""
    chosen = tiers[0].from_ms
    for row in range(len(tiers)):
        if tiers[row].from_ms <= ts_ms:
            chosen = tiers[row].from_ms
    first = 0
    while tiers[first].from_ms != chosen:
        first += 1
    end = first
    while end < len(tiers) and tiers[end].from_ms == chosen:
        end += 1
    return first, end


@kernel
def tier_of(tiers: Tiers, ts_ms: int, value: int) -> int:
    """Return the row of the tier that holds a position value (upper bounds inclusive); the last one above all."""
    first, end = table_rows(tiers, ts_ms)
    for row in range(first, end):
        if value <= tiers[row].limit_quanta:
            return row
    return end - 1


@kernel
def largest_value_at(tiers: Tiers, ts_ms: int, leverage_e2: int) -> int:
    """Return the largest position value whose tier still allows the leverage; 0 when none does."""
    first, end = table_rows(tiers, ts_ms)
    largest = 0
    for row in range(first, end):
        if tiers[row].leverage_e2 >= leverage_e2:
            largest = tiers[row].limit_quanta
    return largest


@kernel
def fee_to_close(spec: Spec, side: int, entry_value: int, posted: int) -> int:
    """Return the taker fee on the bankruptcy value: there, price loss and this fee together eat the posted margin exactly.

    bankruptcy value × (1 - side × f) = entry value - side × posted, so the fee is that times f / (1 - side × f).
    """
    return times_ratio(max(entry_value - side * posted, 0), spec.taker_e12, RATE_ONE - side * spec.taker_e12)


@kernel
def posted_margin(spec: Spec, side: int, entry_value: int) -> int:
    """Return initial margin plus the fee to close at the bankruptcy price E × (1 - side / L), which under 1x is no price for a long."""
    initial = over_leverage(entry_value, spec.leverage_e2)
    return initial + times_rate(max(entry_value - side * initial, 0), spec.taker_e12)


@kernel
def maintenance_terms(spec: Spec, tiers: Tiers, tier: int, opened_ms: int, entry_value: int, closing_fee: int) -> tuple[int, int]:
    """Return (mmr, base) of maintenance margin = value × mmr + base.

    On the mark with the fee to close; on the entry value and without that fee before 2025-09-02.
    """
    mmr, deduction = tiers[tier].mmr_e12, tiers[tier].deduction_quanta
    if opened_ms < spec.mark_margin_from_ms:
        return 0, times_rate(entry_value, mmr) - deduction
    return mmr, closing_fee - deduction


@kernel
def margin_at_risk(spec: Spec, opened_ms: int, side: int, entry_value: int, posted: int) -> int:
    """Return the margin that stands against the maintenance: all that is posted; without the fee posted at the entry before 2025-09-02."""
    if opened_ms >= spec.mark_margin_from_ms:
        return posted
    return posted - posted_margin(spec, side, entry_value) + over_leverage(entry_value, spec.leverage_e2)


@kernel
def is_liquidated(
    spec: Spec, tiers: Tiers, tier: int, opened_ms: int, side: int, lots: int, entry_value: int, posted: int, price_ticks: int
) -> bool:
    """Return whether margin plus unrealised profit no longer exceed the maintenance margin at a mark price."""
    closing_fee = fee_to_close(spec, side, entry_value, posted)
    value = price_ticks * lots * spec.tick_lot_quanta
    margin = margin_at_risk(spec, opened_ms, side, entry_value, posted)
    mmr, base = maintenance_terms(spec, tiers, tier, opened_ms, entry_value, closing_fee)
    return margin + side * (value - entry_value) <= times_rate(value, mmr) + base


@kernel
def liquidation_price(spec: Spec, tiers: Tiers, tier: int, opened_ms: int, side: int, lots: int, entry_value: int, posted: int) -> int:
    """Return the first tick, coming from the entry, at which the position is liquidated; 0 for a long that never is.

    A double estimates it, the exact integer test settles it.
    """
    margin = margin_at_risk(spec, opened_ms, side, entry_value, posted)
    mmr, deduction = tiers[tier].mmr_e12 / RATE_ONE, tiers[tier].deduction_quanta
    if opened_ms < spec.mark_margin_from_ms:
        value = entry_value - side * (margin + deduction - entry_value * mmr)
    else:
        value = (entry_value - side * (margin + deduction - fee_to_close(spec, side, entry_value, posted))) / (1.0 - side * mmr)
    price = max(int(value / (lots * spec.tick_lot_quanta)), 0)
    while is_liquidated(spec, tiers, tier, opened_ms, side, lots, entry_value, posted, price + side):
        price += side
    while (price > 0 or side < 0) and not is_liquidated(spec, tiers, tier, opened_ms, side, lots, entry_value, posted, price):
        price -= side
    return on_step(price, spec.price_step_ticks, -side)
