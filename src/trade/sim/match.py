"""What a base bar does to orders and position: the first event is carried out, and again, until nothing is met any more."""

from __future__ import annotations

from trade.base.arrays import Int64
from trade.base.records import ExitReason, FillKind, FillRow, OrderKind, PriceFrom, Purpose, Rejection, Rule, TimeInForce, TradeRow
from trade.base.rows import RowsOf
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.bar import BarRow
from trade.sim.entry import ACCEPTED, fill_entry
from trade.sim.ledger import close_position, liquidate, watch
from trade.sim.margin import Tiers
from trade.sim.order import OrderRow
from trade.sim.orders import expire, remove, remove_closing, rest
from trade.sim.position import PositionRow
from trade.sim.prices import slipped
from trade.sim.reach import AGAINST, CLOSE_LEG, GONE_WITH_STOP, NEVER, is_beyond, leg_end, reach, reach_liquidation
from trade.sim.rules import row_in_force
from trade.sim.spec import PATH, Spec

_GONE = -1  # instead of the row of an order
_LIMIT, _MARKET, _STOP_MARKET = int(OrderKind.LIMIT), int(OrderKind.MARKET), int(OrderKind.STOP_MARKET)
_POST_ONLY, _WOULD_TAKE, _EXPIRED = int(TimeInForce.POST_ONLY), int(Rejection.POST_ONLY), int(Rejection.EXPIRED)
_ENTRY, _STOP_LOSS, _TAKE_PROFIT = int(Purpose.ENTRY), int(Purpose.STOP_LOSS), int(Purpose.TAKE_PROFIT)
_SIGNAL = int(ExitReason.SIGNAL)
_EXIT = int(FillKind.EXIT)
_FROM_OPEN, _FROM_CLOSE = int(PriceFrom.OPEN), int(PriceFrom.CLOSE)
_FILL_1, _FILL_5, _FILL_6 = int(Rule.FILL_1), int(Rule.FILL_5), int(Rule.FILL_6)
_STOP_3, _END_1, _END_2 = int(Rule.STOP_3), int(Rule.END_1), int(Rule.END_2)


@kernel
def _first(
    spec: Spec, account: AccountRow, position: PositionRow, orders: RowsOf[OrderRow], bar: BarRow, leg: int, at_ticks: int
) -> tuple[int, int, int, int, int, int, int]:
    """Return (stage, leg, row of the order, price before slippage, price from, rule, ambiguous) of what a bar meets next.

    Ambiguous is what closes a position inside a bar in whose range stop and target both lie (FILL-5).
    """
    stage, met, away, which, reference, price_from, rule = NEVER, 0, 0, _GONE, 0, 0, 0
    with_stop, stop_inside, target_inside = False, False, False
    for row in range(account.orders):
        at_stage, at_leg, at, price, source, by = reach(spec, position, orders[row], bar, leg, at_ticks)
        if at_stage == NEVER:
            continue
        inside = at_stage >= AGAINST
        with_stop |= orders[row].purpose == _STOP_LOSS
        stop_inside |= inside and orders[row].purpose == _STOP_LOSS
        target_inside |= inside and orders[row].purpose == _TAKE_PROFIT
        if (at_stage, at_leg, at) < (stage, met, away):
            stage, met, away, which, reference, price_from, rule = at_stage, at_leg, at, row, price, source, by
    if position.side != 0:
        at_stage, at_leg, at = reach_liquidation(spec, position, bar, leg, at_ticks, with_stop)
        if at_stage != NEVER and (at_stage, at_leg, at) <= (stage, met, away):
            stage, met, which = at_stage, at_leg, _GONE
    ambiguous = (stage == GONE_WITH_STOP or stage >= AGAINST) and stop_inside and target_inside
    if ambiguous and rule != _FILL_6:
        rule = _FILL_5
    return stage, met, which, reference, price_from, rule, 1 if ambiguous else 0


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
    rejections[_EXPIRED] += expire(account, orders, bar.ts_open_ms)
    leg, at_ticks = 0, bar.open_ticks
    while True:
        stage, met, which, reference, price_from, rule, ambiguous = _first(spec, account, position, orders, bar, leg, at_ticks)
        if stage == NEVER:
            break
        inside = stage == GONE_WITH_STOP or stage >= AGAINST
        if which != _GONE and orders[which].purpose == _ENTRY:
            refusal = _enter(rules, tiers, account, position, orders, bar, trades, fills, which, reference, price_from, rule, inside)
            if refusal != ACCEPTED:
                rejections[refusal] += 1
            if inside:
                leg, at_ticks = met, reference
            continue
        if inside:  # of a bar that gapped only the price of the exit was lived through
            held = 1
            known = spec.intrabar == PATH and not (which == _GONE and spec.has_mark == 1)  # a mark series has a path of its own
            _live_through(position, bar, leg, met if known else leg)
            if spec.intrabar == PATH:
                leg, at_ticks = met, position.liquidation_ticks if which == _GONE else reference
        bars_held = bar.number + (1 if inside else 0) - position.opened_bar
        trade = trades[account.trades]
        trade.ambiguous = max(trade.ambiguous, ambiguous)
        if which == _GONE:
            liquidate(spec, account, position, bar, trades, fills, bars_held)
        else:
            _close(spec, account, position, orders[which], bar, trades, fills, reference, price_from, rule, bars_held)
        remove_closing(account, orders)
    rejections[_EXPIRED] += rest(account, orders)
    if position.side == 0:
        return held
    if position.inside_bar != bar.number:
        watch(position, bar.high_ticks, bar.low_ticks)
    elif spec.intrabar == PATH:
        _live_through(position, bar, leg, CLOSE_LEG + 1)
    else:
        watch(position, bar.close_ticks, bar.close_ticks)
    return 1


@kernel
def _live_through(position: PositionRow, bar: BarRow, leg: int, until: int) -> None:
    """Widen the excursion by the prices that a bar certainly traded: its open, if the position was there, and the legs that ended."""
    if position.inside_bar != bar.number:
        watch(position, bar.open_ticks, bar.open_ticks)
    for each in range(leg, until):
        watch(position, leg_end(bar, each), leg_end(bar, each))


@kernel
def _enter(
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
    """Let an entry order open a position, and return ACCEPTED, or the rejection; what would take is refused to one that only rests."""
    if orders[row].time_in_force == _POST_ONLY and price_from == _FROM_OPEN:
        remove(account, orders, row)
        return _WOULD_TAKE
    refusal = fill_entry(rules, tiers, account, position, orders, bar, trades, fills, row, reference_ticks, price_from, rule, inside)
    if refusal == ACCEPTED and inside and _is_doubtful(account, position, orders, bar):
        trades[account.trades].ambiguous = 1
    return refusal


@kernel
def _is_doubtful(account: AccountRow, position: PositionRow, orders: RowsOf[OrderRow], bar: BarRow) -> bool:
    """Return whether a position that was entered inside a bar hangs on what the bar did before that (FILL-7).

    After a stop entry that is its stop, on the near side; a target unless the close is beyond it, which it can only have reached after.
    """
    for row in range(account.orders):
        order = orders[row]
        within = bar.low_ticks <= order.price_ticks <= bar.high_ticks
        if order.purpose == _STOP_LOSS and position.entered_by == _STOP_MARKET and within:
            return True
        if order.purpose == _TAKE_PROFIT and within and not is_beyond(position.side, bar.close_ticks, order.price_ticks):
            return True
    return False


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
