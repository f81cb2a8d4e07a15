"""The compiled loop over base bars: the order of events inside one bar, and the jump to the next thing that can happen.

One function, as one bar is one story; every step it takes is a function of `trade.sim`. Times are known at closes: a decision at
bar i's close acts from bar i + 1 on (TIME-5). Every kernel takes its part of the world in one order: rules, tiers, account, position,
orders, wake, bar; then what the engine reads and keeps; then the rows that are written.
"""

from __future__ import annotations

from trade.base.arrays import Int64
from trade.base.curve import StandingRow
from trade.base.records import NO_PRICE, RATE_ONE, ExitReason, FillRow, Intent, Rejection, StopReason, TradeRow
from trade.base.rows import RowsOf
from trade.engine.marking import TallyRow, mark_to_market, write_points
from trade.engine.quiet import hold, intent, next_entry, next_exit, wait
from trade.engine.tape import CursorRow, DecisionRow, Tape
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.bar import BarRow
from trade.sim.entry import ACCEPTED, dearest_order, decide_entry, is_starved
from trade.sim.ledger import pay_funding, unrealised
from trade.sim.margin import Tiers
from trade.sim.match import leave_at_end, match
from trade.sim.money import times_rate
from trade.sim.order import OrderRow
from trade.sim.orders import next_expiry, place_exit, remove
from trade.sim.payment import PaymentRow
from trade.sim.position import PositionRow
from trade.sim.rules import row_in_force
from trade.sim.spec import TRAIL_MEASURED, Spec
from trade.sim.trail import follow, moves
from trade.sim.wake import WakeRow, rewake

_NOTHING, _EXIT = int(Intent.NOTHING), int(Intent.EXIT)
_ENTRY_LONG, _ENTRY_SHORT = int(Intent.ENTRY_LONG), int(Intent.ENTRY_SHORT)
_BY_LIQUIDATION = int(ExitReason.LIQUIDATION)
_SIGNAL = int(ExitReason.SIGNAL)
_BY_FLOOR, _BY_DRAWDOWN, _AT_END = int(ExitReason.EQUITY_FLOOR), int(ExitReason.MAX_DRAWDOWN), int(ExitReason.END_OF_DATA)
_DELISTED = int(ExitReason.DELISTED)
_COMPLETED, _LIQUIDATED, _STARVED = int(StopReason.COMPLETED), int(StopReason.LIQUIDATED), int(StopReason.STARVED)
_FLOOR, _DRAWDOWN = int(StopReason.EQUITY_FLOOR), int(StopReason.MAX_DRAWDOWN)
_NO_NEXT_BAR, _REPLACED, _UNFILLED = int(Rejection.NO_NEXT_BAR), int(Rejection.REPLACED), int(Rejection.UNFILLED)


@kernel
def _terminal(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    bar: BarRow,
    tally: TallyRow,
    trades: RowsOf[TradeRow],
    worth: int,
    closed: bool,
    comfortable: bool,
) -> int:
    """Return why the run stops at this close: liquidated, equity floor, max drawdown, starved, in this order (STOP-3, LIQ-2)."""
    if closed and spec.stop_on_liquidation == 1 and trades[account.trades - 1].exit_reason == _BY_LIQUIDATION:
        return _LIQUIDATED
    if worth <= spec.equity_floor_quanta:
        return _FLOOR
    if spec.max_drawdown_e12 < RATE_ONE and tally.peak_quanta - worth >= times_rate(tally.peak_quanta, spec.max_drawdown_e12):
        return _DRAWDOWN
    if position.side == 0 and account.orders == 0 and not comfortable and is_starved(spec, account.cash_quanta, bar.close_ticks):
        return _STARVED
    return _COMPLETED


@kernel
def _pay_due(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    position: PositionRow,
    cursor: CursorRow,
    payments: RowsOf[PaymentRow],
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
) -> None:
    """Let the position held before the open pay what is due at or before it, in order (FUND-1)."""
    while cursor.payment < len(payments) and payments[cursor.payment].bar <= cursor.bar:
        if position.side != 0:
            pay_funding(spec, tiers, account, position, payments[cursor.payment], trades, fills)
        cursor.payment += 1


@kernel
def _want_entry(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    orders: RowsOf[OrderRow],
    tally: TallyRow,
    decision: DecisionRow,
    rejections: Int64,
    side: int,
    close_ticks: int,
    is_last: bool,
) -> None:
    """Decide an entry at a close, or count why not."""
    tally.entry_attempts += 1
    refusal = decide_entry(
        spec,
        tiers,
        account,
        orders,
        side,
        close_ticks,
        decision.ts_ms,
        decision.offset_ticks,
        decision.stop_ticks,
        decision.target_ticks,
    )
    if refusal == ACCEPTED and is_last:
        remove(account, orders, account.orders - 1)
        refusal = _NO_NEXT_BAR
    if refusal != ACCEPTED:
        rejections[refusal] += 1


@kernel
def run_bars(  # noqa: C901 - a bar is one story, told in order
    rules: RowsOf[Spec],
    tiers: Tiers,
    accounts: RowsOf[AccountRow],
    positions: RowsOf[PositionRow],
    orders: RowsOf[OrderRow],
    wakes: RowsOf[WakeRow],
    bars: RowsOf[BarRow],
    cursors: RowsOf[CursorRow],
    tallies: RowsOf[TallyRow],
    tape: Tape,
    payments: RowsOf[PaymentRow],
    last_bars: Int64,
    trails: Int64,
    decisions: RowsOf[DecisionRow],
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    equities: Int64,
    low_equities: Int64,
    standings: RowsOf[StandingRow],
    rejections: Int64,
) -> None:
    """Run the window; the records of shape [1] and the rows behind the decisions are written in place."""
    account, position, wake, bar, cursor, tally = accounts[0], positions[0], wakes[0], bars[0], cursors[0], tallies[0]
    # out of the tuple once: taking an array from one counts its references, atomically, each time
    ts_open_ms, opens, highs, lows, closes, mark_opens, mark_highs, mark_lows, mark_closes, step_ms = tape
    spec, end, wishes = rules[0], len(closes), len(decisions)
    highest_ticks = highs.max() if end > 0 else 1
    changing, dearest = len(rules) > 1, dearest_order(rules, highest_ticks)
    limited, floor = spec.max_drawdown_e12 < RATE_ONE, spec.equity_floor_quanta
    comfortable, acting = False, False
    moving = moves(spec)
    write_points(account, position, tally, last_bars, equities, low_equities, standings, -1, 0)
    while cursor.bar < end:
        if position.side == 0 and account.orders == 0 and comfortable:
            cursor.decision = next_entry(decisions, cursor.decision, cursor.bar, _NOTHING)
            ahead = decisions[cursor.decision].bar if cursor.decision < wishes else end
            if ahead > cursor.bar:
                write_points(account, position, tally, last_bars, equities, low_equities, standings, ahead - 1, 0)
                cursor.bar = ahead
                continue
        elif position.side == 0 and account.orders > 0 and not acting:
            until = next_entry(decisions, cursor.decision, cursor.bar, _ENTRY_LONG if orders[0].side > 0 else _ENTRY_SHORT)
            until = min(decisions[until].bar if until < wishes else end, end - 1)
            wait(wake, cursor, ts_open_ms, highs, lows, next_expiry(account, orders), until)
            write_points(account, position, tally, last_bars, equities, low_equities, standings, cursor.bar - 1, 0)
            if last_bars[tally.points - 1] < cursor.bar - 1:  # bars were walked that no point has seen
                mark_to_market(tally, account.cash_quanta)
        elif position.side != 0 and not acting:
            until = min(next_exit(cursor, decisions, position.side), end - 1)
            if cursor.payment < len(payments):
                until = min(until, payments[cursor.payment].bar)
            if spec.trail_kind == TRAIL_MEASURED and tally.points < len(last_bars):
                until = min(until, last_bars[tally.points])
            hold(
                spec,
                account,
                position,
                wake,
                cursor,
                tally,
                highs,
                lows,
                mark_highs,
                mark_lows,
                mark_closes,
                last_bars,
                equities,
                low_equities,
                standings,
                until,
            )
        now = cursor.bar
        bar.number, bar.ts_open_ms, bar.ts_close_ms = now, ts_open_ms[now], ts_open_ms[now] + step_ms
        bar.open_ticks, bar.high_ticks, bar.low_ticks, bar.close_ticks = opens[now], highs[now], lows[now], closes[now]
        bar.mark_open_ticks, bar.mark_high_ticks, bar.mark_low_ticks = mark_opens[now], mark_highs[now], mark_lows[now]
        bar.mark_close_ticks = mark_closes[now]
        # 1. funding
        held = position.side != 0
        if cursor.payment < len(payments) and payments[cursor.payment].bar <= now:
            if changing:
                spec = rules[row_in_force(rules, bar.ts_open_ms)]
            _pay_due(spec, tiers, account, position, cursor, payments, trades, fills)

        # 2. and 3.: what works meets the open, then the range
        opened = account.trades
        if account.orders > 0 or position.side != 0:
            tally.bars_in_position += match(rules, tiers, account, position, orders, bar, trades, fills, rejections)
            rewake(spec, account, position, orders, wake)
            acting = False
        held |= position.side != 0 or account.trades > opened

        # 4. mark to market, terminal checks
        value = bar.mark_close_ticks * position.lots * spec.tick_lot_quanta
        worth = account.cash_quanta + unrealised(position, value)
        mark_to_market(tally, worth)
        if now + 1 < end and last_bars[tally.points] == now:  # the last close is written after END-1
            write_points(account, position, tally, last_bars, equities, low_equities, standings, now, value)
        closed = held and position.side == 0
        if closed or now == 0:  # the first close is always looked at: an account can start at its floor
            comfortable = dearest <= account.cash_quanta
        if changing:  # what is looked at and decided at the close acts from then on
            spec = rules[row_in_force(rules, bar.ts_close_ms)]
        if tally.stop_reason == _COMPLETED and (closed or limited or worth <= floor or not comfortable):
            tally.stop_ts_ms = bar.ts_close_ms
            tally.stop_reason = _terminal(spec, account, position, bar, tally, trades, worth, closed, comfortable)
        if tally.stop_reason != _COMPLETED:
            if position.side == 0:
                break
            reason = _BY_FLOOR if tally.stop_reason == _FLOOR else _BY_DRAWDOWN
            place_exit(account, orders, position.side, position.lots, reason, tally.stop_ts_ms)
            acting = True
            cursor.bar += 1
            continue

        # 5. decisions, and stops that move for the next bar
        if moving and position.side != 0:
            away = trails[tally.points - 1] if spec.trail_kind == TRAIL_MEASURED else NO_PRICE
            follow(spec, account, position, orders, away, tally.points - 1)
            rewake(spec, account, position, orders, wake)
        while cursor.decision < wishes and decisions[cursor.decision].bar < now:
            cursor.decision += 1
        if cursor.decision < wishes and decisions[cursor.decision].bar == now:
            decision = decisions[cursor.decision]
            wanted = intent(decision, position.side)
            if wanted != _NOTHING and (wanted == _EXIT) == (position.side != 0):  # RULE-5
                if wanted == _EXIT:
                    place_exit(account, orders, position.side, position.lots, _SIGNAL, decision.ts_ms)
                    acting = True
                else:
                    side = 1 if wanted == _ENTRY_LONG else -1
                    if account.orders > 0 and orders[0].side == -side:
                        remove(account, orders, 0)
                        rejections[_REPLACED] += 1
                    if account.orders == 0:  # FILL-11
                        _want_entry(spec, tiers, account, orders, tally, decision, rejections, side, bar.close_ticks, now + 1 == end)
                        acting = True
        cursor.bar += 1

    if position.side == 0:
        rejections[_UNFILLED] += account.orders
    else:
        reason = _DELISTED if spec.is_delisted == 1 else _AT_END
        if tally.stop_reason != _COMPLETED:
            reason = _BY_FLOOR if tally.stop_reason == _FLOOR else _BY_DRAWDOWN
        leave_at_end(spec, account, position, bar, trades, fills, reason)
        mark_to_market(tally, account.cash_quanta)
    write_points(account, position, tally, last_bars, equities, low_equities, standings, end, 0)
