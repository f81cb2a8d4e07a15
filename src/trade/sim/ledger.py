"""The one place that moves money: opening, funding, closing, liquidating (MONEY-2, MONEY-3, FUND-1, LIQ-1).

Each event changes the book and writes its row (EVID-1). `book`, `trade` and `fill` are single records.
"""

from __future__ import annotations

from typing import Any

from trade.base.records import ExitReason, FillKind, PriceFrom, Rule
from trade.kernels import kernel
from trade.sim.margin import Tiers, fee_to_close, liquidation_price, maintenance_terms, posted_margin, tier_of
from trade.sim.money import times_rate
from trade.sim.spec import Spec

_ENTRY, _EXIT = int(FillKind.ENTRY), int(FillKind.EXIT)
_FUNDING, _LIQUIDATION = int(FillKind.FUNDING), int(FillKind.LIQUIDATION)
_BY_LIQUIDATION = int(ExitReason.LIQUIDATION)
_OPEN, _BANKRUPTCY, _MARK_OPEN = int(PriceFrom.OPEN), int(PriceFrom.BANKRUPTCY), int(PriceFrom.MARK_OPEN)
_FILL_1, _FUND_1, _LIQ_1 = int(Rule.FILL_1), int(Rule.FUND_1), int(Rule.LIQ_1)


@kernel
def open_position(
    spec: Spec,
    tiers: Tiers,
    book: Any,
    trade: Any,
    fill: Any,
    side: int,
    lots: int,
    cut_lots: int,
    asked_lots: int,
    cap: int,
    price_ticks: int,
    open_ticks: int,
    stop_ticks: int,
    target_ticks: int,
    bar: int,
    ts_open_ms: int,
    decision_ts_ms: int,
) -> None:
    """Open a position at a bar's open: the fee leaves the cash, the margin is posted inside it."""
    value = lots * price_ticks * spec.tick_lot_quanta
    fee = times_rate(value, spec.taker_e12)
    book.side, book.lots = side, lots
    book.entry_price_ticks, book.entry_value_quanta = price_ticks, value
    book.posted_quanta = posted_margin(spec, side, value)
    book.tier = tier_of(tiers, ts_open_ms, value)
    book.opened_ms, book.opened_bar = ts_open_ms, bar
    book.stop_ticks, book.target_ticks = stop_ticks, target_ticks
    book.best_ticks, book.worst_ticks = open_ticks, open_ticks
    _follow_margin(spec, tiers, book)
    book.cash_quanta -= fee

    trade.side, trade.quantity_lots = side, lots
    trade.decision_ts_ms, trade.entry_ts_ms = decision_ts_ms, ts_open_ms
    trade.entry_price_ticks, trade.entry_value_quanta = price_ticks, value
    trade.margin_quanta = book.posted_quanta
    trade.fees_quanta = fee
    trade.slippage_quanta = side * (price_ticks - open_ticks) * lots * spec.tick_lot_quanta
    trade.stop_price_ticks, trade.target_price_ticks = stop_ticks, target_ticks
    trade.liquidation_price_ticks = book.liquidation_ticks

    fill.trade, fill.kind, fill.ts_ms, fill.side = book.trades, _ENTRY, ts_open_ms, side
    fill.price_ticks, fill.reference_price_ticks = price_ticks, open_ticks
    fill.quantity_lots, fill.cut_lots = lots, cut_lots
    fill.asked_lots, fill.cap = asked_lots, cap
    fill.fee_quanta, fill.cash_quanta = fee, -fee
    fill.price_from, fill.rule, fill.bar_ts_open_ms = _OPEN, _FILL_1, ts_open_ms
    fill.decision_ts_ms, fill.delay_ms = decision_ts_ms, ts_open_ms - decision_ts_ms
    book.fills += 1


@kernel
def _follow_margin(spec: Spec, tiers: Tiers, book: Any) -> None:
    """Settle what follows from the posted margin: fee to close at the bankruptcy price, maintenance, liquidation price."""
    value, posted = book.entry_value_quanta, book.posted_quanta
    book.closing_fee_quanta = fee_to_close(spec, book.side, value, posted)
    book.mmr_e12, book.maintenance_base_quanta = maintenance_terms(spec, tiers, book.tier, book.opened_ms, value, book.closing_fee_quanta)
    book.liquidation_ticks = liquidation_price(spec, tiers, book.tier, book.opened_ms, book.side, book.lots, value, posted)


@kernel
def pay_funding(
    spec: Spec, tiers: Tiers, book: Any, trade: Any, fill: Any, ts_ms: int, rate_e12: int, mark_ticks: int, price_from: int, bar_ts_ms: int
) -> None:
    """Pay or receive qty × mark × rate: from cash - used margin first, the rest from the posted margin (FUND-1).

    More than both together is never taken: an isolated position cannot lose more than its margin.
    """
    value = book.lots * mark_ticks * spec.tick_lot_quanta
    amount = book.side * times_rate(value, abs(rate_e12))
    if rate_e12 < 0:
        amount = -amount
    free = max(book.cash_quanta - book.posted_quanta, 0)
    amount = min(amount, free + book.posted_quanta)
    book.cash_quanta -= amount
    if amount > free:
        book.posted_quanta -= amount - free
        _follow_margin(spec, tiers, book)
    trade.funding_quanta -= amount

    fill.trade, fill.kind, fill.ts_ms = book.trades, _FUNDING, ts_ms
    fill.price_ticks, fill.reference_price_ticks = mark_ticks, mark_ticks
    fill.quantity_lots, fill.cash_quanta, fill.rate_e12 = book.lots, -amount, rate_e12
    fill.price_from, fill.rule, fill.bar_ts_open_ms = price_from, _FUND_1, bar_ts_ms
    fill.on_mark = 1 if price_from == _MARK_OPEN else 0
    book.fills += 1


@kernel
def close_position(
    spec: Spec,
    book: Any,
    trade: Any,
    fill: Any,
    price_ticks: int,
    reference_ticks: int,
    fee_e12: int,
    reason: int,
    rule: int,
    price_from: int,
    ts_ms: int,
    bar_ts_ms: int,
    bars_held: int,
) -> None:
    """Close the whole position at a price: the price result and the fee reach the cash, the margin is free again."""
    side, lots = book.side, book.lots
    value = lots * price_ticks * spec.tick_lot_quanta
    fee = times_rate(value, fee_e12)
    gross = side * (value - book.entry_value_quanta)
    book.cash_quanta += gross - fee
    trade.slippage_quanta += side * (reference_ticks - price_ticks) * lots * spec.tick_lot_quanta
    _finish(book, trade, gross, fee, price_ticks, reference_ticks, reason, ts_ms, bars_held)

    fill.trade, fill.kind, fill.ts_ms, fill.side = book.trades - 1, _EXIT, ts_ms, -side
    fill.price_ticks, fill.reference_price_ticks = price_ticks, reference_ticks
    fill.quantity_lots, fill.fee_quanta, fill.cash_quanta = lots, fee, gross - fee
    fill.price_from, fill.rule, fill.bar_ts_open_ms = price_from, rule, bar_ts_ms


@kernel
def liquidate(spec: Spec, book: Any, trade: Any, fill: Any, ts_ms: int, bar_ts_ms: int, bars_held: int) -> None:
    """Settle in money: the posted margin is lost, exactly that; the fee to close is part of it (LIQ-1).

    The bankruptcy price in the rows follows from the money and is rounded to the nearest tick, for display.
    """
    side, lots, posted = book.side, book.lots, book.posted_quanta
    fee = book.closing_fee_quanta
    gross = fee - posted
    unit = lots * spec.tick_lot_quanta * spec.price_step_ticks
    bankruptcy_ticks = (book.entry_value_quanta + side * gross + unit // 2) // unit * spec.price_step_ticks
    liquidation_ticks = book.liquidation_ticks
    book.cash_quanta -= posted
    _finish(book, trade, gross, fee, bankruptcy_ticks, liquidation_ticks, _BY_LIQUIDATION, ts_ms, bars_held)

    fill.trade, fill.kind, fill.ts_ms, fill.side = book.trades - 1, _LIQUIDATION, ts_ms, -side
    fill.price_ticks, fill.reference_price_ticks = bankruptcy_ticks, liquidation_ticks
    fill.quantity_lots, fill.fee_quanta, fill.cash_quanta = lots, fee, -posted
    fill.price_from, fill.rule, fill.bar_ts_open_ms = _BANKRUPTCY, _LIQ_1, bar_ts_ms
    fill.on_mark = spec.has_mark


@kernel
def _finish(
    book: Any, trade: Any, gross: int, fee: int, price_ticks: int, traded_ticks: int, reason: int, ts_ms: int, bars_held: int
) -> None:
    trade.exit_ts_ms, trade.exit_price_ticks, trade.exit_reason = ts_ms, price_ticks, reason
    trade.gross_quanta = gross
    trade.fees_quanta += fee
    trade.net_quanta = gross - trade.fees_quanta + trade.funding_quanta
    trade.bars_held = bars_held
    watch(book, traded_ticks, traded_ticks)
    trade.mfe_ticks = max(book.side * (book.best_ticks - book.entry_price_ticks), 0)
    trade.mae_ticks = max(book.side * (book.entry_price_ticks - book.worst_ticks), 0)
    book.side, book.lots, book.posted_quanta, book.entry_value_quanta = 0, 0, 0, 0
    book.trades += 1
    book.fills += 1


@kernel
def watch(book: Any, high_ticks: int, low_ticks: int) -> None:
    """Widen the excursion of the open position by prices that were certainly traded while it was held."""
    if book.side > 0:
        book.best_ticks, book.worst_ticks = max(book.best_ticks, high_ticks), min(book.worst_ticks, low_ticks)
    else:
        book.best_ticks, book.worst_ticks = min(book.best_ticks, low_ticks), max(book.worst_ticks, high_ticks)


@kernel
def unrealised(book: Any, value: int) -> int:
    """Return the open position's profit at a value of its lots; equity = cash + this (MONEY-3)."""
    profit: int = book.side * (value - book.entry_value_quanta)
    return profit
