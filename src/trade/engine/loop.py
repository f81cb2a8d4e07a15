"""The compiled loop over base bars: the order of events inside one bar, and the jump to the next thing that can happen.

One function, as one bar is one story; every step it takes is a function of `trade.sim`. Times are known at closes: a decision at
bar i's close acts from bar i + 1 on (TIME-5).
"""

from __future__ import annotations

from typing import Any

from trade.base.records import RATE_ONE, ExitReason, Intent, PriceFrom, Rejection, Rule, StopReason
from trade.engine.marking import mark_to_market, write_points
from trade.engine.quiet import hold, next_entry, next_exit
from trade.engine.tape import Payments, Session
from trade.kernels import kernel
from trade.sim.entry import ACCEPTED, dearest_order, decide_entry, fill_entry, is_starved
from trade.sim.ledger import close_position, liquidate, pay_funding, unrealised, watch
from trade.sim.margin import Tiers
from trade.sim.money import times_rate
from trade.sim.prices import slipped
from trade.sim.range import LIQUIDATED, NOTHING, STOPPED, TARGETED, beyond, meet, out_of_reach, seen_before
from trade.sim.rules import in_force, row_in_force
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
def _leave_at_open(spec: Spec, book: Any, trades: Any, fills: Any, desk: Any, ts_ms: int, open_ticks: int, mark_open_ticks: int) -> None:
    """Close at the open; a position that opens beyond its liquidation price is gone before any order reaches it (LIQ-1)."""
    trade, fill, reason = trades[book.trades], fills[book.fills], desk.leaving
    bars_held = desk.bar - book.opened_bar
    if beyond(book.side, mark_open_ticks, book.liquidation_ticks):
        liquidate(spec, book, trade, fill, ts_ms, ts_ms, bars_held)
        return
    price = slipped(spec, open_ticks, -book.side)
    rule = _FILL_1 if reason == _SIGNAL else _STOP_3
    close_position(spec, book, trade, fill, price, open_ticks, spec.taker_e12, reason, rule, _FROM_OPEN, ts_ms, ts_ms, bars_held)
    fill.decision_ts_ms, fill.delay_ms = desk.decided_ms, ts_ms - desk.decided_ms


@kernel
def _leave_at_end(
    spec: Spec,
    book: Any,
    trades: Any,
    fills: Any,
    bar: int,
    reason: int,
    ts_open_ms: int,
    ts_close_ms: int,
    close_ticks: int,
) -> None:
    """Close at the last base close, with slippage and fee (END-1, END-2)."""
    price = slipped(spec, close_ticks, -book.side)
    close_position(
        spec,
        book,
        trades[book.trades],
        fills[book.fills],
        price,
        close_ticks,
        spec.taker_e12,
        reason,
        _END_2 if spec.is_delisted == 1 else _END_1,
        _FROM_CLOSE,
        ts_close_ms,
        ts_open_ms,
        bar + 1 - book.opened_bar,
    )


@kernel
def _meet_range(
    spec: Spec,
    book: Any,
    trades: Any,
    fills: Any,
    open_ticks: int,
    high_ticks: int,
    low_ticks: int,
    mark_open_ticks: int,
    mark_high_ticks: int,
    mark_low_ticks: int,
    ts_ms: int,
    bar: int,
) -> int:
    """Let a bar's range meet stop, target and liquidation, and close the position as it decides.

    Return the bars in which it was held: 1, or 0 when it left at the open.
    """
    event, reference_ticks, price_from, rule, ambiguous, at_open = meet(
        spec,
        book.side,
        book.stop_ticks,
        book.target_ticks,
        book.liquidation_ticks,
        open_ticks,
        high_ticks,
        low_ticks,
        mark_open_ticks,
        mark_high_ticks,
        mark_low_ticks,
    )
    if event == NOTHING:
        watch(book, high_ticks, low_ticks)
        return 1
    trade, fill, bars_held = trades[book.trades], fills[book.fills], bar + 1 - at_open - book.opened_bar
    if at_open == 0:  # of a bar that gapped only the price of the exit was lived through
        seen = seen_before(spec, book.side, event, open_ticks, high_ticks, low_ticks)
        watch(book, seen, seen)
    trade.ambiguous = ambiguous
    if event == LIQUIDATED:
        liquidate(spec, book, trade, fill, ts_ms, ts_ms, bars_held)
        return 1 - at_open
    resting = event == TARGETED and spec.target_is_limit == 1
    price = reference_ticks if resting else slipped(spec, reference_ticks, -book.side)
    fee = spec.maker_e12 if resting else spec.taker_e12
    reason = _STOP_LOSS if event == STOPPED else _TAKE_PROFIT
    close_position(spec, book, trade, fill, price, reference_ticks, fee, reason, rule, price_from, ts_ms, ts_ms, bars_held)
    return 1 - at_open


@kernel
def _terminal(
    spec: Spec,
    book: Any,
    trades: Any,
    tally: Any,
    worth: int,
    closed: bool,
    comfortable: bool,
    close_ticks: int,
) -> int:
    """Return why the run stops at this close: liquidated, equity floor, max drawdown, starved, in this order (STOP-3, LIQ-2)."""
    if closed and spec.stop_on_liquidation == 1 and trades[book.trades - 1].exit_reason == _BY_LIQUIDATION:
        return _LIQUIDATED
    if worth <= spec.equity_floor_quanta:
        return _FLOOR
    if spec.max_drawdown_e12 < RATE_ONE and tally.peak_quanta - worth >= times_rate(tally.peak_quanta, spec.max_drawdown_e12):
        return _DRAWDOWN
    if book.side == 0 and not comfortable and is_starved(spec, book.cash_quanta, close_ticks):
        return _STARVED
    return _COMPLETED


@kernel
def _pay_due(spec: Spec, tiers: Tiers, due: Payments, book: Any, trades: Any, fills: Any, desk: Any) -> None:
    """Let the position held before the open pay what is due at or before it, in order (FUND-1)."""
    while desk.payment < len(due.bar) and due.bar[desk.payment] <= desk.bar:
        if book.side != 0:
            row = desk.payment
            rate, mark, price_from, bar_ts_ms = due.rate_e12[row], due.mark_ticks[row], due.price_from[row], due.bar_ts_open_ms[row]
            pay_funding(spec, tiers, book, trades[book.trades], fills[book.fills], due.ts_ms[row], rate, mark, price_from, bar_ts_ms)
        desk.payment += 1


@kernel
def _act_at_open(
    spec: Spec,
    tiers: Tiers,
    book: Any,
    trades: Any,
    fills: Any,
    desk: Any,
    rejections: Tiers,
    ts_ms: int,
    open_ticks: int,
    mark_open_ticks: int,
    anew: bool,
) -> None:
    """Carry out what was decided at the previous close: exits, then entries."""
    entering = desk.entering
    if desk.leaving != 0 and book.side != 0:
        _leave_at_open(spec, book, trades, fills, desk, ts_ms, open_ticks, mark_open_ticks)
    desk.leaving, desk.entering = 0, 0
    if entering != 0:
        refusal = fill_entry(
            spec,
            tiers,
            book,
            trades[book.trades],
            fills[book.fills],
            entering,
            desk.lots,
            desk.asked_lots,
            desk.cap,
            desk.decided_ticks,
            open_ticks,
            desk.bar,
            ts_ms,
            desk.decided_ms,
            anew,
        )
        if refusal != ACCEPTED:
            rejections[refusal] += 1


@kernel
def _want_entry(spec: Spec, tiers: Tiers, book: Any, tally: Any, desk: Any, rejections: Tiers, side: int, bars: int) -> None:
    """Size an entry at the close of its decision and put it on the desk, or count why not."""
    tally.entry_attempts += 1
    lots, asked, cap, refusal = decide_entry(spec, tiers, book.cash_quanta, side, desk.decided_ticks, desk.decided_ms)
    if refusal == ACCEPTED and desk.bar + 1 == bars:
        refusal = _NO_NEXT_BAR
    if refusal == ACCEPTED:
        desk.entering, desk.lots, desk.asked_lots, desk.cap = side, lots, asked, cap
    else:
        rejections[refusal] += 1


@kernel
def _intent(side: int, flat: int, long: int, short: int) -> int:
    """Return what the rules want in the state the position is in (RULE-5)."""
    if side == 0:
        return flat
    return long if side > 0 else short


@kernel
def run_bars(session: Session, books: Any, tallies: Any, desks: Any) -> None:  # noqa: C901 - a bar is one story, told in order
    """Run the window; the records of shape [1] and the arrays of the session are written in place."""
    spec, tape, payments, points, schedule, tiers, rules, trades, fills, curve, rejections = session
    book, tally, desk = books[0], tallies[0], desks[0]
    # out of their tuples once: taking an array from one counts its references, atomically, each time
    ts_open_ms, opens, highs, lows, closes, mark_opens, mark_highs, mark_lows, mark_closes, step_ms = tape
    decided_at, decided_ms, flat, long, short = schedule
    last_bars, paid_at = points.last_bar, payments.bar
    worths, lowest, standings = curve
    bars, decisions, unit = len(closes), len(decided_at), spec.tick_lot_quanta
    highest = highs.max() if bars > 0 else 1
    changing, dearest = len(rules) > 1, dearest_order(spec, rules, highest)
    limited, floor = spec.max_drawdown_e12 < RATE_ONE, spec.equity_floor_quanta
    comfortable = False
    write_points(last_bars, worths, lowest, standings, tally, book, -1, 0)
    while desk.bar < bars:
        if book.side == 0 and desk.entering == 0 and comfortable:
            desk.decision = next_entry(decided_at, flat, desk.decision, desk.bar)
            ahead = decided_at[desk.decision] if desk.decision < decisions else bars
            if ahead > desk.bar:
                write_points(last_bars, worths, lowest, standings, tally, book, ahead - 1, 0)
                desk.bar = ahead
                continue
        elif book.side != 0 and desk.leaving == 0:
            until = min(next_exit(decided_at, long if book.side > 0 else short, desk, book.side), bars - 1)
            if desk.payment < len(paid_at):
                until = min(until, paid_at[desk.payment])
            hold(spec, highs, lows, mark_highs, mark_lows, mark_closes, last_bars, worths, lowest, standings, book, tally, desk, until)
        bar = desk.bar
        now = in_force(spec, rules, ts_open_ms[bar]) if changing else spec

        # 1. and 2.: funding, then what was decided at the previous close
        held = book.side != 0
        if desk.payment < len(paid_at) and paid_at[desk.payment] <= bar:
            _pay_due(now, tiers, payments, book, trades, fills, desk)
        if desk.leaving != 0 or desk.entering != 0:
            anew = changing and row_in_force(rules, desk.decided_ms) != row_in_force(rules, ts_open_ms[bar])
            _act_at_open(now, tiers, book, trades, fills, desk, rejections, ts_open_ms[bar], opens[bar], mark_opens[bar], anew)

        # 3. the range
        if book.side != 0:
            held = True
            open_ticks, high, low = opens[bar], highs[bar], lows[bar]
            mark_open, mark_high, mark_low = mark_opens[bar], mark_highs[bar], mark_lows[bar]
            if out_of_reach(book.side, book.stop_ticks, book.target_ticks, book.liquidation_ticks, high, low, mark_high, mark_low):
                watch(book, high, low)
                tally.bars_in_position += 1
            else:
                tally.bars_in_position += _meet_range(
                    now, book, trades, fills, open_ticks, high, low, mark_open, mark_high, mark_low, ts_open_ms[bar], bar
                )

        # 4. mark to market, terminal checks
        value = mark_closes[bar] * book.lots * unit
        worth = book.cash_quanta + unrealised(book, value)
        mark_to_market(tally, worth)
        if bar + 1 < bars and last_bars[tally.points] == bar:  # the last close is written after END-1
            write_points(last_bars, worths, lowest, standings, tally, book, bar, value)
        closed = held and book.side == 0
        if closed or bar == 0:  # the first close is always looked at: an account can start at its floor
            comfortable = dearest <= book.cash_quanta
        if changing:  # what is looked at and decided at the close acts from then on
            now = in_force(spec, rules, ts_open_ms[bar] + step_ms)
        if tally.stop_reason == _COMPLETED and (closed or limited or worth <= floor or not comfortable):
            tally.stop_ts_ms = ts_open_ms[bar] + step_ms
            tally.stop_reason = _terminal(now, book, trades, tally, worth, closed, comfortable, closes[bar])
        if tally.stop_reason != _COMPLETED:
            if book.side == 0:
                break
            desk.leaving = _BY_FLOOR if tally.stop_reason == _FLOOR else _BY_DRAWDOWN
            desk.decided_ms = tally.stop_ts_ms
            desk.bar += 1
            continue

        # 5. decisions
        while desk.decision < decisions and decided_at[desk.decision] < bar:
            desk.decision += 1
        if desk.decision < decisions and decided_at[desk.decision] == bar:
            row = desk.decision
            intent = _intent(book.side, flat[row], long[row], short[row])
            if intent != _NOTHING and (intent == _EXIT) == (book.side != 0):  # RULE-5
                desk.decided_ms, desk.decided_ticks = decided_ms[row], closes[bar]
                if intent == _EXIT:
                    desk.leaving = _SIGNAL
                else:
                    _want_entry(now, tiers, book, tally, desk, rejections, 1 if intent == _ENTRY_LONG else -1, bars)
        desk.bar += 1

    if book.side != 0:
        reason = desk.leaving if tally.stop_reason != _COMPLETED else (_DELISTED if spec.is_delisted == 1 else _AT_END)
        opened_ms = ts_open_ms[bars - 1]
        now = in_force(spec, rules, opened_ms + step_ms)
        _leave_at_end(now, book, trades, fills, bars - 1, reason, opened_ms, opened_ms + step_ms, closes[bars - 1])
        mark_to_market(tally, book.cash_quanta)
    write_points(last_bars, worths, lowest, standings, tally, book, bars, 0)
