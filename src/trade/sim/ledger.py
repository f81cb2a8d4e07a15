"""The one place that moves money: opening, funding, closing, liquidating (MONEY-2, MONEY-3, FUND-1, LIQ-1).

Each event changes the account and its position, and writes its rows (EVID-1): the next fill, and the trade that is open. Whoever
trades has written into that fill what is traded, where and when; the money is written here.
"""

from __future__ import annotations

from trade.base.records import NO_PRICE, ExitReason, FillKind, FillRow, PriceFrom, Rule, TradeRow
from trade.base.rows import RowsOf
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.bar import BarRow
from trade.sim.margin import Tiers, fee_to_close, liquidation_price, maintenance_terms, posted_margin, tier_of
from trade.sim.money import times_rate
from trade.sim.payment import PaymentRow
from trade.sim.position import PositionRow
from trade.sim.spec import Spec

_FUNDING, _LIQUIDATION = int(FillKind.FUNDING), int(FillKind.LIQUIDATION)
_BY_LIQUIDATION = int(ExitReason.LIQUIDATION)
_BANKRUPTCY, _MARK_OPEN = int(PriceFrom.BANKRUPTCY), int(PriceFrom.MARK_OPEN)
_FUND_1, _LIQ_1 = int(Rule.FUND_1), int(Rule.LIQ_1)


@kernel
def open_position(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    position: PositionRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    fee_e12: int,
    opened_bar: int,
    inside_bar: int,
    entered_by: int,
) -> None:
    """Open a position by the fill that is next, which names side, lots, prices and instants: the fee leaves the cash, margin is posted.

    `inside_bar` is the bar in whose range that is, -1 at an open; `entered_by` the kind of the order.
    """
    trade, fill = trades[account.trades], fills[account.fills]
    side, lots, price_ticks, reference_ticks = fill.side, fill.quantity_lots, fill.price_ticks, fill.reference_price_ticks
    value = lots * price_ticks * spec.tick_lot_quanta
    fee = times_rate(value, fee_e12)
    position.side, position.lots = side, lots
    position.entry_price_ticks, position.entry_value_quanta = price_ticks, value
    position.posted_quanta = posted_margin(spec, side, value)
    position.tier = tier_of(tiers, fill.ts_ms, value)
    position.opened_ms, position.opened_bar, position.inside_bar, position.entered_by = fill.ts_ms, opened_bar, inside_bar, entered_by
    position.is_even, position.followed_ticks, position.followed_point = 0, NO_PRICE, -1
    position.best_ticks, position.worst_ticks = reference_ticks, reference_ticks
    _follow_margin(spec, tiers, position)
    account.cash_quanta -= fee

    trade.side, trade.quantity_lots = side, lots
    trade.decision_ts_ms, trade.entry_ts_ms = fill.decision_ts_ms, fill.ts_ms
    trade.entry_price_ticks, trade.entry_value_quanta = price_ticks, value
    trade.margin_quanta = position.posted_quanta
    trade.fees_quanta = fee
    trade.slippage_quanta = side * (price_ticks - reference_ticks) * lots * spec.tick_lot_quanta
    trade.liquidation_price_ticks = position.liquidation_ticks

    fill.trade, fill.fee_quanta, fill.cash_quanta = account.trades, fee, -fee
    account.fills += 1


@kernel
def _follow_margin(spec: Spec, tiers: Tiers, position: PositionRow) -> None:
    """Settle what follows from the posted margin: fee to close at the bankruptcy price, maintenance, liquidation price."""
    value, posted = position.entry_value_quanta, position.posted_quanta
    position.closing_fee_quanta = fee_to_close(spec, position.side, value, posted)
    position.mmr_e12, position.maintenance_base_quanta = maintenance_terms(
        spec, tiers, position.tier, position.opened_ms, value, position.closing_fee_quanta
    )
    position.liquidation_ticks = liquidation_price(
        spec, tiers, position.tier, position.opened_ms, position.side, position.lots, value, posted
    )


@kernel
def pay_funding(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    position: PositionRow,
    payment: PaymentRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
) -> None:
    """Pay or receive qty × mark × rate: from cash - used margin first, the rest from the posted margin (FUND-1).

    More than both together is never taken: an isolated position cannot lose more than its margin.
    """
    trade, fill = trades[account.trades], fills[account.fills]
    rate_e12, mark_ticks = payment.rate_e12, payment.mark_ticks
    value = position.lots * mark_ticks * spec.tick_lot_quanta
    amount = position.side * times_rate(value, abs(rate_e12))
    if rate_e12 < 0:
        amount = -amount
    free = max(account.cash_quanta - position.posted_quanta, 0)
    amount = min(amount, free + position.posted_quanta)
    account.cash_quanta -= amount
    if amount > free:
        position.posted_quanta -= amount - free
        _follow_margin(spec, tiers, position)
    trade.funding_quanta -= amount

    fill.trade, fill.kind, fill.ts_ms = account.trades, _FUNDING, payment.ts_ms
    fill.price_ticks, fill.reference_price_ticks = mark_ticks, mark_ticks
    fill.quantity_lots, fill.cash_quanta, fill.rate_e12 = position.lots, -amount, rate_e12
    fill.price_from, fill.rule, fill.bar_ts_open_ms = payment.price_from, _FUND_1, payment.bar_ts_open_ms
    fill.on_mark = 1 if payment.price_from == _MARK_OPEN else 0
    account.fills += 1


@kernel
def close_position(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    fee_e12: int,
    reason: int,
    bars_held: int,
) -> None:
    """Close the whole position by the fill that is next: the price result and the fee reach the cash, the margin is free again."""
    trade, fill = trades[account.trades], fills[account.fills]
    side, lots, price_ticks, reference_ticks = position.side, position.lots, fill.price_ticks, fill.reference_price_ticks
    value = lots * price_ticks * spec.tick_lot_quanta
    fee = times_rate(value, fee_e12)
    gross = side * (value - position.entry_value_quanta)
    account.cash_quanta += gross - fee
    trade.slippage_quanta += side * (reference_ticks - price_ticks) * lots * spec.tick_lot_quanta
    fill.trade, fill.quantity_lots, fill.fee_quanta, fill.cash_quanta = account.trades, lots, fee, gross - fee
    _finish(account, position, trade, gross, fee, price_ticks, reference_ticks, reason, fill.ts_ms, bars_held)


@kernel
def liquidate(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    bars_held: int,
) -> None:
    """Settle in money: the posted margin is lost, exactly that; the fee to close is part of it (LIQ-1).

    The bankruptcy price in the rows follows from the money and is rounded to the nearest tick, for display.
    """
    trade, fill = trades[account.trades], fills[account.fills]
    side, lots, posted = position.side, position.lots, position.posted_quanta
    fee = position.closing_fee_quanta
    gross = fee - posted
    unit = lots * spec.tick_lot_quanta * spec.price_step_ticks
    bankruptcy_ticks = (position.entry_value_quanta + side * gross + unit // 2) // unit * spec.price_step_ticks
    liquidation_ticks = position.liquidation_ticks
    account.cash_quanta -= posted
    _finish(account, position, trade, gross, fee, bankruptcy_ticks, liquidation_ticks, _BY_LIQUIDATION, bar.ts_open_ms, bars_held)

    fill.trade, fill.kind, fill.ts_ms, fill.side = account.trades - 1, _LIQUIDATION, bar.ts_open_ms, -side
    fill.price_ticks, fill.reference_price_ticks = bankruptcy_ticks, liquidation_ticks
    fill.quantity_lots, fill.fee_quanta, fill.cash_quanta = lots, fee, -posted
    fill.price_from, fill.rule, fill.bar_ts_open_ms = _BANKRUPTCY, _LIQ_1, bar.ts_open_ms
    fill.on_mark = spec.has_mark


@kernel
def _finish(
    account: AccountRow,
    position: PositionRow,
    trade: TradeRow,
    gross: int,
    fee: int,
    price_ticks: int,
    traded_ticks: int,
    reason: int,
    ts_ms: int,
    bars_held: int,
) -> None:
    trade.exit_ts_ms, trade.exit_price_ticks, trade.exit_reason = ts_ms, price_ticks, reason
    trade.gross_quanta = gross
    trade.fees_quanta += fee
    trade.net_quanta = gross - trade.fees_quanta + trade.funding_quanta
    trade.bars_held = bars_held
    watch(position, traded_ticks, traded_ticks)
    trade.mfe_ticks = max(position.side * (position.best_ticks - position.entry_price_ticks), 0)
    trade.mae_ticks = max(position.side * (position.entry_price_ticks - position.worst_ticks), 0)
    position.side, position.lots, position.posted_quanta, position.entry_value_quanta = 0, 0, 0, 0
    account.trades += 1
    account.fills += 1


@kernel
def watch(position: PositionRow, high_ticks: int, low_ticks: int) -> None:
    """Widen the excursion of the open position by prices that were certainly traded while it was held."""
    if position.side > 0:
        position.best_ticks, position.worst_ticks = max(position.best_ticks, high_ticks), min(position.worst_ticks, low_ticks)
    else:
        position.best_ticks, position.worst_ticks = min(position.best_ticks, low_ticks), max(position.worst_ticks, high_ticks)


@kernel
def unrealised(position: PositionRow, value: int) -> int:
    """Return the open position's profit at a value of its lots; equity = cash + this (MONEY-3)."""
    return position.side * (value - position.entry_value_quanta)
