"""How large an entry may be: the sizing model, the caps, and what the account can pay, solved in whole lots (SIZE-1, SIZE-3)."""

from __future__ import annotations

from trade.base.records import Cap
from trade.kernels import kernel
from trade.sim.margin import Tiers, largest_value_at, posted_margin
from trade.sim.money import times_leverage, times_rate
from trade.sim.prices import ceil_div, on_step
from trade.sim.spec import SIZE_EQUITY, SIZE_RISK, Spec

_MAX_QUANTITY, _TIER = int(Cap.MAX_QTY), int(Cap.TIER)
_MAX_NOTIONAL, _MAX_MARGIN = int(Cap.MAX_NOTIONAL), int(Cap.MAX_MARGIN)


@kernel
def order_cost(spec: Spec, side: int, value: int) -> int:
    """Return what an isolated order of a value takes: initial margin, fee to open, fee to close at the bankruptcy price, each once."""
    return posted_margin(spec, side, value) + times_rate(value, spec.taker_e12)


@kernel
def affordable_lots(spec: Spec, side: int, price_ticks: int, spendable: int, at_most: int) -> int:
    """Return the most lots, up to `at_most`, whose cost fits the spendable money (cash - used margin), on the quantity step."""
    if order_cost(spec, side, at_most * price_ticks * spec.tick_lot_quanta) <= spendable:
        return at_most
    low, high = 0, at_most
    while low < high:
        middle = (low + high + 1) // 2
        if order_cost(spec, side, middle * price_ticks * spec.tick_lot_quanta) <= spendable:
            low = middle
        else:
            high = middle - 1
    return on_step(low, spec.quantity_step_lots, -1)


@kernel
def lots_at_risk(spec: Spec, price_ticks: int, stop_ticks: int, budget: int, at_most: int) -> int:
    """Return the most lots that lose at most `budget` when the stop is hit, both taker fees included (SIZE-1 risk_based)."""
    low, high = 0, at_most
    while low < high:
        middle = (low + high + 1) // 2
        unit = middle * spec.tick_lot_quanta
        fees = times_rate(price_ticks * unit, spec.taker_e12) + times_rate(stop_ticks * unit, spec.taker_e12)
        if abs(price_ticks - stop_ticks) * unit + fees <= budget:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def least_lots(spec: Spec, price_ticks: int) -> int:
    """Return the smallest quantity the venue and the Play accept at a price: minimum quantity and minimum notional (FILL-10)."""
    worth = ceil_div(spec.min_notional_quanta, price_ticks * spec.tick_lot_quanta)
    return max(spec.min_lots, on_step(worth, spec.quantity_step_lots, 1))


@kernel
def capped_lots(spec: Spec, tiers: Tiers, ts_ms: int, price_ticks: int) -> tuple[int, int]:
    """Return (the most lots an order may have, the cap that says so): the instrument's, its tiers' at this leverage, the Play's own."""
    unit_value = price_ticks * spec.tick_lot_quanta
    most, cap = spec.max_lots, _MAX_QUANTITY
    at_leverage = largest_value_at(tiers, ts_ms, spec.leverage_e2) // unit_value
    if at_leverage < most:
        most, cap = at_leverage, _TIER
    own = spec.max_notional_quanta // unit_value if spec.max_notional_quanta > 0 else most
    if own < most:
        most, cap = own, _MAX_NOTIONAL
    of_margin = times_leverage(spec.max_margin_quanta, spec.leverage_e2) // unit_value if spec.max_margin_quanta > 0 else most
    if of_margin < most:
        most, cap = of_margin, _MAX_MARGIN
    return most, cap


@kernel
def asked_lots(spec: Spec, equity: int, price_ticks: int, stop_ticks: int) -> int:
    """Return the lots the sizing model asks for, before any cap and before the account is asked, on the quantity step.

    More than the exact lots is not asked for: such an order is refused after the run, unless a cap makes it smaller (MONEY-1).
    """
    step, unit_value = spec.quantity_step_lots, price_ticks * spec.tick_lot_quanta
    if spec.size_model == SIZE_RISK:
        return on_step(lots_at_risk(spec, price_ticks, stop_ticks, times_rate(equity, spec.size_e12), spec.exact_lots), step, -1)
    notional = spec.size_quanta
    if spec.size_model == SIZE_EQUITY:
        notional = times_leverage(times_rate(equity, spec.size_e12), spec.leverage_e2)
    return on_step(min(notional // unit_value, spec.exact_lots), step, -1)
