"""An entry from decision to fill: sized when it is decided, cut at the fill to what still fits (SIZE-3, STOP-2)."""

from __future__ import annotations

from trade.base.records import (
    NO_PRICE,
    Cap,
    ExitReason,
    FillKind,
    FillRow,
    OrderKind,
    PriceFrom,
    Purpose,
    Rejection,
    TimeInForce,
    TradeRow,
)
from trade.base.rows import RowsOf
from trade.base.timeframe import DAY_MS
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.bar import BarRow
from trade.sim.ledger import open_position
from trade.sim.margin import Tiers, largest_value_at, liquidation_price, posted_margin, tier_of
from trade.sim.order import OrderRow
from trade.sim.orders import place, remove
from trade.sim.position import PositionRow
from trade.sim.prices import levels_are_apart, offset_price, on_step, slipped, stop_level, target_level
from trade.sim.rules import row_in_force
from trade.sim.sizing import affordable_lots, asked_lots, capped_lots, least_lots, order_cost
from trade.sim.spec import (
    BEYOND_ADJUST,
    BEYOND_WARN,
    ENTRY_MARKET,
    ENTRY_STOP,
    OFFSET_MEASURED,
    STOP_MEASURED,
    TARGET_MEASURED,
    Spec,
)

ACCEPTED = -1
_BELOW_MINIMUM = int(Rejection.BELOW_MINIMUM)
_INSUFFICIENT_MARGIN = int(Rejection.INSUFFICIENT_MARGIN)
_STOP_TOO_CLOSE = int(Rejection.STOP_TOO_CLOSE)
_STOP_BEYOND_LIQUIDATION = int(Rejection.STOP_BEYOND_LIQUIDATION)
_LEVERAGE_ABOVE_TIER = int(Rejection.LEVERAGE_ABOVE_TIER)
_UNCUT, _MARGIN, _MAX_QUANTITY, _QUANTITY_STEP = int(Cap.NONE), int(Cap.MARGIN), int(Cap.MAX_QTY), int(Cap.QTY_STEP)
_NO_LEVEL = int(Rejection.NO_LEVEL)
_MARKET, _LIMIT = int(OrderKind.MARKET), int(OrderKind.LIMIT)
_DAY, _OPEN = int(TimeInForce.DAY), int(PriceFrom.OPEN)
_STOP_MARKET, _TOUCHED = int(OrderKind.STOP_MARKET), int(OrderKind.MARKET_IF_TOUCHED)
_ENTERS, _STOPS, _TARGETS = int(Purpose.ENTRY), int(Purpose.STOP_LOSS), int(Purpose.TAKE_PROFIT)
_STOP_LOSS, _TAKE_PROFIT = int(ExitReason.STOP_LOSS), int(ExitReason.TAKE_PROFIT)
_ENTRY = int(FillKind.ENTRY)


@kernel
def stop_inside_liquidation(spec: Spec, tiers: Tiers, ts_ms: int, side: int, lots: int, price_ticks: int, stop_ticks: int) -> int:
    """Return the stop as STOP-2 leaves it: unchanged, moved one tick inside the liquidation price, or -2 for a refusal."""
    if stop_ticks < 0 or spec.beyond_liquidation == BEYOND_WARN:
        return stop_ticks
    value = lots * price_ticks * spec.tick_lot_quanta
    posted = posted_margin(spec, side, value)
    liquidation = liquidation_price(spec, tiers, tier_of(tiers, ts_ms, value), ts_ms, side, lots, value, posted)
    if side * (stop_ticks - liquidation) > 0:
        return stop_ticks
    adjusted = liquidation + side * spec.price_step_ticks
    if spec.beyond_liquidation == BEYOND_ADJUST and side * (price_ticks - adjusted) > 0:
        return adjusted
    return -2


@kernel
def _asked_for(spec: Spec, side: int, close_ticks: int, offset_ticks: int) -> tuple[int, int, int]:
    """Return (kind, price it waits for, price it is sized at) of an entry that is decided at a close."""
    if spec.entry_kind == ENTRY_MARKET:
        return _MARKET, NO_PRICE, slipped(spec, close_ticks, side)
    price = offset_price(spec, side, close_ticks, offset_ticks)
    if spec.entry_kind == ENTRY_STOP:
        return _STOP_MARKET, price, slipped(spec, price, side)
    return _LIMIT, price, price


@kernel
def decide_entry(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    orders: RowsOf[OrderRow],
    side: int,
    close_ticks: int,
    ts_ms: int,
    offset_ticks: int,
    stop_ticks: int,
    target_ticks: int,
) -> int:
    """Decide an entry at a close, and return ACCEPTED, or the rejection.

    A market order is sized at that close as FILL-1 would move it, a resting one at its price. An accepted one is an order from then on.
    The last three are what was measured for its price, its stop and its target; `NO_PRICE` is missing.
    """
    if _is_unmeasured(spec, offset_ticks, stop_ticks, target_ticks):
        return _NO_LEVEL
    cash = account.cash_quanta
    kind, waits_for, price = _asked_for(spec, side, close_ticks, offset_ticks)
    reference = close_ticks if spec.anchor_signal == 1 else price
    stop, target = stop_level(spec, side, reference, stop_ticks), target_level(spec, side, reference, stop_ticks, target_ticks)
    if not levels_are_apart(side, price, stop, target):
        return _STOP_TOO_CLOSE
    if largest_value_at(tiers, ts_ms, spec.leverage_e2) == 0:
        return _LEVERAGE_ABOVE_TIER
    least = least_lots(spec, price)
    asked = asked_lots(spec, cash, price, stop)
    most, cap = capped_lots(spec, tiers, ts_ms, price)
    wanted = on_step(min(asked, most), spec.quantity_step_lots, -1)
    if wanted == asked:
        cap = _UNCUT
    if wanted < least:
        return _BELOW_MINIMUM
    lots = affordable_lots(spec, side, price, cash, wanted)
    if lots < wanted:
        cap = _MARGIN
    if lots < least:
        return _INSUFFICIENT_MARGIN
    if stop_inside_liquidation(spec, tiers, ts_ms, side, lots, price, stop) == -2:
        return _STOP_BEYOND_LIQUIDATION
    order = orders[place(account, orders, kind, _ENTERS, side, lots, waits_for)]
    order.asked_lots, order.cap = asked, cap
    order.stop_ticks, order.target_ticks = stop_ticks, target_ticks
    order.time_in_force = spec.time_in_force
    if spec.entry_life_ms > 0:
        order.expires_ms = ts_ms + spec.entry_life_ms
    if spec.time_in_force == _DAY:
        order.expires_ms = min(order.expires_ms, (ts_ms // DAY_MS + 1) * DAY_MS)
    order.decided_ticks, order.decided_ms = close_ticks, ts_ms
    return ACCEPTED


@kernel
def _is_unmeasured(spec: Spec, offset_ticks: int, stop_ticks: int, target_ticks: int) -> bool:
    """Return whether a measure that the entry needs was missing."""
    return (
        (spec.entry_kind != ENTRY_MARKET and spec.offset_kind == OFFSET_MEASURED and offset_ticks < 0)
        or (spec.stop_kind >= STOP_MEASURED and stop_ticks < 0)
        or (spec.target_kind >= TARGET_MEASURED and target_ticks < 0)
    )


@kernel
def fill_entry(
    rules: RowsOf[Spec],
    tiers: Tiers,
    account: AccountRow,
    position: PositionRow,
    orders: RowsOf[OrderRow],
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    row: int,
    reference_ticks: int,
    price_from: int,
    rule: int,
    inside: bool,
) -> int:
    """Fill an entry order at a price before slippage, and return ACCEPTED, or the rejection that the price brought; it works no more.

    Whatever cuts it here is the cap. An order that meets other rules than those it was decided under is put to them anew: cut to
    their step, refused under their minima. Stop and target of the position are orders from then on (FILL-4).
    """
    spec, order = rules[row_in_force(rules, bar.ts_open_ms)], orders[row]
    anew = row_in_force(rules, order.decided_ms) != row_in_force(rules, bar.ts_open_ms)
    side, lots, asked, cap, decided_ms = order.side, order.lots, order.asked_lots, order.cap, order.decided_ms
    kind, anchor, stop_ticks, target_ticks = order.kind, order.decided_ticks, order.stop_ticks, order.target_ticks
    remove(account, orders, row)
    price = reference_ticks if kind == _LIMIT else slipped(spec, reference_ticks, side)
    if spec.anchor_signal == 0:
        anchor = price
    stop, target = stop_level(spec, side, anchor, stop_ticks), target_level(spec, side, anchor, stop_ticks, target_ticks)
    if not levels_are_apart(side, price, stop, target):
        return _STOP_TOO_CLOSE
    accepted = on_step(min(lots, spec.max_lots), spec.quantity_step_lots, -1) if anew else lots
    fitting = affordable_lots(spec, side, price, account.cash_quanta, accepted)
    if (anew or fitting < lots) and fitting < least_lots(spec, price):
        return _INSUFFICIENT_MARGIN if fitting < accepted else _BELOW_MINIMUM
    if fitting < accepted:
        cap = _MARGIN
    elif accepted < lots:
        cap = _MAX_QUANTITY if spec.max_lots < lots else _QUANTITY_STEP
    stop = stop_inside_liquidation(spec, tiers, bar.ts_open_ms, side, fitting, price, stop)
    if stop == -2:
        return _STOP_BEYOND_LIQUIDATION

    trade, fill = trades[account.trades], fills[account.fills]
    trade.stop_price_ticks, trade.target_price_ticks = stop, target
    fill.kind, fill.ts_ms, fill.bar_ts_open_ms, fill.side = _ENTRY, bar.ts_open_ms, bar.ts_open_ms, side
    fill.price_ticks, fill.reference_price_ticks, fill.price_from, fill.rule = price, reference_ticks, price_from, rule
    fill.quantity_lots, fill.cut_lots, fill.asked_lots, fill.cap = fitting, lots - fitting, asked, cap
    fill.decision_ts_ms, fill.delay_ms = decided_ms, bar.ts_open_ms - decided_ms
    fee_e12 = spec.maker_e12 if kind == _LIMIT and price_from != _OPEN else spec.taker_e12
    open_position(spec, tiers, account, position, trades, fills, fee_e12, bar.number, bar.number if inside else -1, kind)
    if stop != NO_PRICE:
        protect = orders[place(account, orders, _STOP_MARKET, _STOPS, -side, fitting, stop)]
        protect.reason = _STOP_LOSS
    if target != NO_PRICE:
        kind = _LIMIT if spec.target_is_limit == 1 else _TOUCHED
        reward = orders[place(account, orders, kind, _TARGETS, -side, fitting, target)]
        reward.reason = _TAKE_PROFIT
    return ACCEPTED


@kernel
def is_starved(spec: Spec, cash: int, close_ticks: int) -> bool:
    """Return whether no permitted side can afford the smallest accepted quantity at this close (STOP-3)."""
    for side in (1, -1):
        if (spec.may_long if side > 0 else spec.may_short) == 1:
            price = slipped(spec, close_ticks, side)
            least = least_lots(spec, price)
            if affordable_lots(spec, side, price, cash, least) >= least:
                return False
    return True


@kernel
def dearest_order(rules: RowsOf[Spec], highest_ticks: int) -> int:
    """Return what the smallest accepted quantity costs at most, under any of the rules, at any price up to the highest.

    An account with as much cash does not starve: nobody needs to look.
    """
    dearest = 0
    for row in range(len(rules)):
        spec = rules[row]
        unit = slipped(spec, highest_ticks, 1) * spec.tick_lot_quanta
        dearest = max(dearest, spec.min_lots * unit, spec.min_notional_quanta + spec.quantity_step_lots * unit)
    return order_cost(rules[0], -1, dearest)
