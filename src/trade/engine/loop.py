"""The compiled loop over base bars: the order of events inside one bar, and the jump to the next thing that can happen.

One function, as one bar is one story; every step it takes is a function of `trade.sim`. Times are known at closes: a decision at
bar i's close acts from bar i + 1 on (TIME-5). Every kernel takes its part of the world in one order: rules, tiers, account, position,
pending, bar; then what the engine reads and keeps; then the rows that are written.
"""

from __future__ import annotations

from trade.base.arrays import Int64
from trade.base.curve import StandingRow
from trade.base.records import RATE_ONE, ExitReason, FillRow, Intent, PriceFrom, Rejection, Rule, StopReason, TradeRow
from trade.base.rows import RowsOf
from trade.engine.marking import TallyRow, mark_to_market, write_points
from trade.engine.quiet import hold, intent, next_entry, next_exit
from trade.engine.tape import CursorRow, DecisionRow, Tape
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.bar import BarRow
from trade.sim.entry import ACCEPTED, dearest_order, decide_entry, fill_entry, is_starved
from trade.sim.ledger import close_position, liquidate, pay_funding, unrealised, watch
from trade.sim.margin import Tiers
from trade.sim.money import times_rate
from trade.sim.payment import PaymentRow
from trade.sim.pending import PendingRow
from trade.sim.position import PositionRow
from trade.sim.prices import slipped
from trade.sim.range import LIQUIDATED, NOTHING, STOPPED, TARGETED, beyond, meet, seen_before
from trade.sim.rules import row_in_force
from trade.sim.spec import Spec

_NOTHING, _ENTRY_LONG, _EXIT = int(Intent.NOTHING), int(Intent.ENTRY_LONG), int(Intent.EXIT)
_BY_LIQUIDATION = int(ExitReason.LIQUIDATION)
_STOP_LOSS, _TAKE_PROFIT, _SIGNAL = int(ExitReason.STOP_LOSS), int(ExitReason.TAKE_PROFIT), int(ExitReason.SIGNAL)
_BY_FLOOR, _BY_DRAWDOWN, _AT_END = int(ExitReason.EQUITY_FLOOR), int(ExitReason.MAX_DRAWDOWN), int(ExitReason.END_OF_DATA)
_DELISTED = int(ExitReason.DELISTED)
_COMPLETED, _LIQUIDATED, _STARVED = int(StopReason.COMPLETED), int(StopReason.LIQUIDATED), int(StopReason.STARVED)
_FLOOR, _DRAWDOWN = int(StopReason.EQUITY_FLOOR), int(StopReason.MAX_DRAWDOWN)
_FROM_OPEN, _FROM_CLOSE = int(PriceFrom.OPEN), int(PriceFrom.CLOSE)
_FILL_1, _STOP_3, _END_1, _END_2 = int(Rule.FILL_1), int(Rule.STOP_3), int(Rule.END_1), int(Rule.END_2)
_NO_NEXT_BAR = int(Rejection.NO_NEXT_BAR)


@kernel
def _leave_at_open(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    pending: PendingRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
) -> None:
    """Close at the open; a position that opens beyond its liquidation price is gone before any order reaches it (LIQ-1)."""
    fill, reason, ts_ms = fills[account.fills], pending.leaving, bar.ts_open_ms
    bars_held = bar.number - position.opened_bar
    if beyond(position.side, bar.mark_open_ticks, position.liquidation_ticks):
        liquidate(spec, account, position, bar, trades, fills, bars_held)
        return
    price = slipped(spec, bar.open_ticks, -position.side)
    rule = _FILL_1 if reason == _SIGNAL else _STOP_3
    close_position(
        spec, account, position, bar, trades, fills, price, bar.open_ticks, spec.taker_e12, reason, rule, _FROM_OPEN, ts_ms, bars_held
    )
    fill.decision_ts_ms, fill.delay_ms = pending.decided_ms, ts_ms - pending.decided_ms


@kernel
def _leave_at_end(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    reason: int,
) -> None:
    """Close at the last base close, with slippage and fee (END-1, END-2)."""
    price, close_ticks = slipped(spec, bar.close_ticks, -position.side), bar.close_ticks
    rule, bars_held = _END_2 if spec.is_delisted == 1 else _END_1, bar.number + 1 - position.opened_bar
    close_position(
        spec,
        account,
        position,
        bar,
        trades,
        fills,
        price,
        close_ticks,
        spec.taker_e12,
        reason,
        rule,
        _FROM_CLOSE,
        bar.ts_close_ms,
        bars_held,
    )


@kernel
def _meet_range(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
) -> int:
    """Let a bar's range meet stop, target and liquidation, and close the position as it decides.

    Return the bars in which it was held: 1, or 0 when it left at the open.
    """
    event, reference_ticks, price_from, rule, ambiguous, at_open = meet(spec, position, bar)
    if event == NOTHING:
        watch(position, bar.high_ticks, bar.low_ticks)
        return 1
    trade, side, bars_held = trades[account.trades], position.side, bar.number + 1 - at_open - position.opened_bar
    if at_open == 0:  # of a bar that gapped only the price of the exit was lived through
        seen = seen_before(spec, side, bar, event)
        watch(position, seen, seen)
    trade.ambiguous = ambiguous
    if event == LIQUIDATED:
        liquidate(spec, account, position, bar, trades, fills, bars_held)
        return 1 - at_open
    resting = event == TARGETED and spec.target_is_limit == 1
    price = reference_ticks if resting else slipped(spec, reference_ticks, -side)
    fee = spec.maker_e12 if resting else spec.taker_e12
    reason = _STOP_LOSS if event == STOPPED else _TAKE_PROFIT
    close_position(
        spec,
        account,
        position,
        bar,
        trades,
        fills,
        price,
        reference_ticks,
        fee,
        reason,
        rule,
        price_from,
        bar.ts_open_ms,
        bars_held,
    )
    return 1 - at_open


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
    if position.side == 0 and not comfortable and is_starved(spec, account.cash_quanta, bar.close_ticks):
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
def _act_at_open(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    position: PositionRow,
    pending: PendingRow,
    bar: BarRow,
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    rejections: Int64,
    anew: bool,
) -> None:
    """Carry out what was decided at the previous close: exits, then entries."""
    if pending.leaving != 0 and position.side != 0:
        _leave_at_open(spec, account, position, pending, bar, trades, fills)
    if pending.entering != 0:
        refusal = fill_entry(spec, tiers, account, position, pending, bar, trades, fills, anew)
        if refusal != ACCEPTED:
            rejections[refusal] += 1
    pending.leaving, pending.entering = 0, 0


@kernel
def _want_entry(
    spec: Spec,
    tiers: Tiers,
    account: AccountRow,
    pending: PendingRow,
    tally: TallyRow,
    rejections: Int64,
    side: int,
    is_last: bool,
) -> None:
    """Decide an entry at a close, or count why not."""
    tally.entry_attempts += 1
    refusal = decide_entry(spec, tiers, account, pending, side)
    if refusal == ACCEPTED and is_last:
        pending.entering, refusal = 0, _NO_NEXT_BAR
    if refusal != ACCEPTED:
        rejections[refusal] += 1


@kernel
def run_bars(  # noqa: C901 - a bar is one story, told in order
    rules: RowsOf[Spec],
    tiers: Tiers,
    accounts: RowsOf[AccountRow],
    positions: RowsOf[PositionRow],
    pendings: RowsOf[PendingRow],
    bars: RowsOf[BarRow],
    cursors: RowsOf[CursorRow],
    tallies: RowsOf[TallyRow],
    tape: Tape,
    payments: RowsOf[PaymentRow],
    last_bars: Int64,
    decisions: RowsOf[DecisionRow],
    trades: RowsOf[TradeRow],
    fills: RowsOf[FillRow],
    equities: Int64,
    low_equities: Int64,
    standings: RowsOf[StandingRow],
    rejections: Int64,
) -> None:
    """Run the window; the records of shape [1] and the rows behind the decisions are written in place."""
    account, position, pending, bar, cursor, tally = accounts[0], positions[0], pendings[0], bars[0], cursors[0], tallies[0]
    # out of the tuple once: taking an array from one counts its references, atomically, each time
    ts_open_ms, opens, highs, lows, closes, mark_opens, mark_highs, mark_lows, mark_closes, step_ms = tape
    spec, end, wishes = rules[0], len(closes), len(decisions)
    highest_ticks = highs.max() if end > 0 else 1
    changing, dearest = len(rules) > 1, dearest_order(rules, highest_ticks)
    limited, floor = spec.max_drawdown_e12 < RATE_ONE, spec.equity_floor_quanta
    comfortable = False
    write_points(account, position, tally, last_bars, equities, low_equities, standings, -1, 0)
    while cursor.bar < end:
        if position.side == 0 and pending.entering == 0 and comfortable:
            cursor.decision = next_entry(decisions, cursor.decision, cursor.bar)
            ahead = decisions[cursor.decision].bar if cursor.decision < wishes else end
            if ahead > cursor.bar:
                write_points(account, position, tally, last_bars, equities, low_equities, standings, ahead - 1, 0)
                cursor.bar = ahead
                continue
        elif position.side != 0 and pending.leaving == 0:
            until = min(next_exit(cursor, decisions, position.side), end - 1)
            if cursor.payment < len(payments):
                until = min(until, payments[cursor.payment].bar)
            hold(
                spec,
                account,
                position,
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
        if changing:
            spec = rules[row_in_force(rules, bar.ts_open_ms)]

        # 1. and 2.: funding, then what was decided at the previous close
        held = position.side != 0
        if cursor.payment < len(payments) and payments[cursor.payment].bar <= now:
            _pay_due(spec, tiers, account, position, cursor, payments, trades, fills)
        if pending.leaving != 0 or pending.entering != 0:
            anew = changing and row_in_force(rules, pending.decided_ms) != row_in_force(rules, bar.ts_open_ms)
            _act_at_open(spec, tiers, account, position, pending, bar, trades, fills, rejections, anew)

        # 3. the range
        if position.side != 0:
            held = True
            tally.bars_in_position += _meet_range(spec, account, position, bar, trades, fills)

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
            pending.leaving = _BY_FLOOR if tally.stop_reason == _FLOOR else _BY_DRAWDOWN
            pending.decided_ms = tally.stop_ts_ms
            cursor.bar += 1
            continue

        # 5. decisions
        while cursor.decision < wishes and decisions[cursor.decision].bar < now:
            cursor.decision += 1
        if cursor.decision < wishes and decisions[cursor.decision].bar == now:
            decision = decisions[cursor.decision]
            wanted = intent(decision, position.side)
            if wanted != _NOTHING and (wanted == _EXIT) == (position.side != 0):  # RULE-5
                pending.decided_ms, pending.decided_ticks = decision.ts_ms, bar.close_ticks
                if wanted == _EXIT:
                    pending.leaving = _SIGNAL
                else:
                    side = 1 if wanted == _ENTRY_LONG else -1
                    _want_entry(spec, tiers, account, pending, tally, rejections, side, now + 1 == end)
        cursor.bar += 1

    if position.side != 0:
        reason = pending.leaving if tally.stop_reason != _COMPLETED else (_DELISTED if spec.is_delisted == 1 else _AT_END)
        _leave_at_end(spec, account, position, bar, trades, fills, reason)
        mark_to_market(tally, account.cash_quanta)
    write_points(account, position, tally, last_bars, equities, low_equities, standings, end, 0)
