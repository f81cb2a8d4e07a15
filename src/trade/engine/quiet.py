"""The fast lane: stretches of bars in which nothing can happen are walked with everything in registers.

While flat that is a jump to the next wanted entry. While a position is held, its bars still move its excursion, the equity curve
and the drawdown; the walk ends before the first bar that touches a level, owes funding, decides an exit, may stop the run, or is
the last one. What happens there is told in `loop`.
"""

from __future__ import annotations

from typing import Any

from trade.base.records import Intent
from trade.engine.marking import NO_LOW, deeper
from trade.engine.tape import Curve, Payments, Points, Schedule, Tape
from trade.kernels import kernel
from trade.sim.money import RATE_ONE, times_rate
from trade.sim.range import out_of_reach
from trade.sim.spec import Spec

_NOTHING, _EXIT = int(Intent.NOTHING), int(Intent.EXIT)
_NO_LIMIT = 2**63 - 1


@kernel
def next_entry(schedule: Schedule, row: int, bar: int) -> int:
    """Return the first row at or after a bar that wants an entry, or the end."""
    end = len(schedule.bar)
    while row < end and (schedule.bar[row] < bar or schedule.flat[row] == _NOTHING):
        row += 1
    return row


@kernel
def _next_exit(schedule: Schedule, desk: Any, side: int) -> int:
    """Return the bar at whose close the next exit is decided; looked up once while it lies ahead, as positions are walked in pieces."""
    if desk.exit_side != side or desk.exit_bar < desk.bar:
        wanted = schedule.long if side > 0 else schedule.short
        row, end = desk.decision, len(schedule.bar)
        while row < end and (schedule.bar[row] < desk.bar or wanted[row] != _EXIT):
            row += 1
        desk.exit_side, desk.exit_bar = side, schedule.bar[row] if row < end else _NO_LIMIT
    return int(desk.exit_bar)


@kernel
def hold(
    spec: Spec, tape: Tape, payments: Payments, points: Points, schedule: Schedule, curve: Curve, book: Any, tally: Any, desk: Any
) -> None:
    """Walk the quiet bars of a held position, from the bar the loop stands at."""
    bar, until = desk.bar, len(tape.close) - 1
    until = min(until, _next_exit(schedule, desk, book.side))
    if desk.payment < len(payments.bar):
        until = min(until, payments.bar[desk.payment])

    side, cash, used = book.side, book.cash_quanta, book.posted_quanta
    stop, target, liquidation = book.stop_ticks, book.target_ticks, book.liquidation_ticks
    unit, entry_value, lots = book.lots * spec.tick_lot_quanta, book.entry_value_quanta, side * book.lots
    mmr, base = book.mmr_e12, book.maintenance_base_quanta
    highest, lowest = max(book.best_ticks, book.worst_ticks), min(book.best_ticks, book.worst_ticks)
    least, peak, deepest = tally.low_quanta, tally.peak_quanta, tally.deepest_quanta
    max_fall, max_frac = tally.max_drawdown_quanta, tally.max_drawdown_frac
    limited = spec.max_drawdown_e12 < RATE_ONE
    allowed = times_rate(peak, spec.max_drawdown_e12) if limited else _NO_LIMIT
    # out of their tuples once: taking an array from one counts its references, atomically, at every bar
    high, low, mark_high, mark_low, mark_close = tape.high, tape.low, tape.mark_high, tape.mark_low, tape.mark_close
    worths, lows, cashes, useds, maintenances, notionals, positions = curve
    last_bar, floor = points.last_bar, spec.equity_floor_quanta
    point, end = tally.points, len(last_bar)
    due = last_bar[point] if point < end else -1
    while bar < until:
        if not out_of_reach(side, stop, target, liquidation, high[bar], low[bar], mark_high[bar], mark_low[bar]):
            break
        value = mark_close[bar] * unit
        worth = cash + side * (value - entry_value)
        if worth <= floor or peak - worth >= allowed:
            break
        if limited and worth > peak:
            allowed = times_rate(worth, spec.max_drawdown_e12)
        highest, lowest = max(highest, high[bar]), min(lowest, low[bar])
        least = min(least, worth)
        peak, deepest, max_fall, max_frac = deeper(peak, deepest, max_fall, max_frac, worth)
        while due == bar:
            worths[point], lows[point], cashes[point], useds[point] = worth, least, cash, used
            maintenances[point], notionals[point], positions[point] = times_rate(value, mmr) + base, value, lots
            least = worth
            point += 1
            due = last_bar[point] if point < end else -1
            if due != bar:
                least = NO_LOW
        bar += 1

    tally.bars_in_position += bar - desk.bar
    tally.low_quanta, tally.peak_quanta, tally.deepest_quanta = least, peak, deepest
    tally.max_drawdown_quanta, tally.max_drawdown_frac, tally.points = max_fall, max_frac, point
    book.best_ticks, book.worst_ticks = (highest, lowest) if side > 0 else (lowest, highest)
    desk.bar = bar
