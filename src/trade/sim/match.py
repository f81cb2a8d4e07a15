"""What a base bar does to orders and position: the first event is carried out, and again, until nothing is met any more."""

from __future__ import annotations

from trade.base.arrays import Int64
from trade.base.records import ExitReason, FillKind, FillRow, OrderKind, PriceFrom, Purpose, Rule, TradeRow
from trade.base.rows import RowsOf
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.bar import BarRow
from trade.sim.entry import ACCEPTED, fill_entry
from trade.sim.ledger import close_position, liquidate, watch
from trade.sim.margin import Tiers
from trade.sim.order import OrderRow
from trade.sim.orders import remove_closing
from trade.sim.position import PositionRow
from trade.sim.prices import slipped
from trade.sim.reach import AGAINST, GONE_WITH_STOP, NEVER, leg_end, reach, reach_liquidation
from trade.sim.rules import row_in_force
from trade.sim.spec import PATH, Spec

_GONE = -1  # instead of the row of an order
_LIMIT, _MARKET = int(OrderKind.LIMIT), int(OrderKind.MARKET)
_ENTRY, _STOP_LOSS, _TAKE_PROFIT = int(Purpose.ENTRY), int(Purpose.STOP_LOSS), int(Purpose.TAKE_PROFIT)
_SIGNAL = int(ExitReason.SIGNAL)
_EXIT = int(FillKind.EXIT)
_FROM_CLOSE = int(PriceFrom.CLOSE)
_FILL_1, _FILL_5, _FILL_6 = int(Rule.FILL_1), int(Rule.FILL_5), int(Rule.FILL_6)
_STOP_3, _END_1, _END_2 = int(Rule.STOP_3), int(Rule.END_1), int(Rule.END_2)


@kernel
def _first(
    spec: Spec, account: AccountRow, position: PositionRow, orders: RowsOf[OrderRow], bar: BarRow
) -> tuple[int, int, int, int, int, int, int]:
    """Return (stage, leg, row of the order, price before slippage, price from, rule, ambiguous) of what a bar meets first.

    Ambiguous is what closes a position inside a bar in whose range stop and target both lie (FILL-5).
    """
    stage, leg, away, which, reference, price_from, rule = NEVER, 0, 0, _GONE, 0, 0, 0
    with_stop, stop_inside, target_inside = False, False, False
    for row in range(account.orders):
        at_stage, at_leg, at, price, source, by = reach(spec, orders[row], bar)
        if at_stage == NEVER:
            continue
        inside = at_stage >= AGAINST
        with_stop |= orders[row].purpose == _STOP_LOSS
        stop_inside |= inside and orders[row].purpose == _STOP_LOSS
        target_inside |= inside and orders[row].purpose == _TAKE_PROFIT
        if (at_stage, at_leg, at) < (stage, leg, away):
            stage, leg, away, which, reference, price_from, rule = at_stage, at_leg, at, row, price, source, by
    if position.side != 0:
        at_stage, at_leg, at = reach_liquidation(spec, bar, position.side, position.liquidation_ticks, with_stop)
        if at_stage != NEVER and (at_stage, at_leg, at) <= (stage, leg, away):
            stage, leg, which = at_stage, at_leg, _GONE
    ambiguous = (stage == GONE_WITH_STOP or stage >= AGAINST) and stop_inside and target_inside
    if ambiguous and rule != _FILL_6:
        rule = _FILL_5
    return stage, leg, which, reference, price_from, rule, 1 if ambiguous else 0


@kernel
def match(
    rules: RowsOf[Spec],
    tiers: Tiers,
    account: AccountRow,
    position: PositionRow,
    orders: RowsOf[OrderRow],
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    rejections: Int64,
) -> int:
    """Let a bar meet everything that works. Return in how many bars a position was held: 1, or 0 when it left at the open."""
    spec, held = rules[row_in_force(rules, bar.ts_open_ms)], 0
    while True:
        stage, leg, which, reference, price_from, rule, ambiguous = _first(spec, account, position, orders, bar)
        if stage == NEVER:
            break
        if which != _GONE and orders[which].purpose == _ENTRY:
            refusal = fill_entry(rules, tiers, account, position, orders, bar, trades, fills, which, reference, price_from, rule)
            if refusal != ACCEPTED:
                rejections[refusal] += 1
            continue
        inside = stage == GONE_WITH_STOP or stage >= AGAINST
        if inside:  # of a bar that gapped only the price of the exit was lived through
            held = 1
            known = leg == 0 or spec.intrabar != PATH or (which == _GONE and spec.has_mark == 1)  # a mark series has a path of its own
            seen = bar.open_ticks if known else leg_end(bar, 0)
            watch(position, seen, seen)
        bars_held = bar.number + (1 if inside else 0) - position.opened_bar
        trades[account.trades].ambiguous = ambiguous
        if which == _GONE:
            liquidate(spec, account, position, bar, trades, fills, bars_held)
        else:
            _close(spec, account, position, orders[which], bar, trades, fills, reference, price_from, rule, bars_held)
        remove_closing(account, orders)
    if position.side != 0:
        watch(position, bar.high_ticks, bar.low_ticks)
        return 1
    return held


@kernel
def _close(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    order: OrderRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    reference_ticks: int,
    price_from: int,
    rule: int,
    bars_held: int,
) -> None:
    """Let an order close the position; a resting limit does not slip and pays the maker's fee (FILL-1, FILL-2)."""
    fill = fills[account.fills]
    fill.kind, fill.ts_ms, fill.bar_ts_open_ms, fill.side = _EXIT, bar.ts_open_ms, bar.ts_open_ms, order.side
    fill.reference_price_ticks, fill.price_from, fill.rule = reference_ticks, price_from, rule
    if order.kind == _MARKET:
        fill.rule = _FILL_1 if order.reason == _SIGNAL else _STOP_3
        fill.decision_ts_ms, fill.delay_ms = order.decided_ms, bar.ts_open_ms - order.decided_ms
    rests = order.kind == _LIMIT
    fill.price_ticks = reference_ticks if rests else slipped(spec, reference_ticks, order.side)
    close_position(spec, account, position, trades, fills, spec.maker_e12 if rests else spec.taker_e12, order.reason, bars_held)


@kernel
def leave_at_end(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    reason: int,
) -> None:
    """Close at the last base close, with slippage and fee (END-1, END-2)."""
    fill, side = fills[account.fills], -position.side
    fill.kind, fill.ts_ms, fill.bar_ts_open_ms, fill.side = _EXIT, bar.ts_close_ms, bar.ts_open_ms, side
    fill.reference_price_ticks, fill.price_ticks = bar.close_ticks, slipped(spec, bar.close_ticks, side)
    fill.price_from, fill.rule = _FROM_CLOSE, _END_2 if spec.is_delisted == 1 else _END_1
    close_position(spec, account, position, trades, fills, spec.taker_e12, reason, bar.number + 1 - position.opened_bar)
