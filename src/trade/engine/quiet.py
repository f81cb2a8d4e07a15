"""The fast lane: stretches of bars in which nothing can happen are walked with everything in registers.

While flat that is a jump to the next wanted entry. While a position is held, its bars still move its excursion, the equity curve
and the drawdown; the walk ends before the first bar that touches a level, owes funding, decides an exit, may stop the run, or is
the last one. What happens there is told in `loop`.
"""

from __future__ import annotations

from typing import Any

from trade.base.arrays import Int8, Int64
from trade.base.records import RATE_ONE, Intent
from trade.engine.marking import NO_LOW, deeper, stand
from trade.kernels import kernel
from trade.sim.money import times_rate
from trade.sim.range import out_of_reach
from trade.sim.spec import Spec

_NOTHING, _EXIT = int(Intent.NOTHING), int(Intent.EXIT)
_NO_LIMIT = 2**63 - 1


@kernel
def next_entry(decided_at: Int64, wanted: Int8, row: int, bar: int) -> int:
    """Return the first row at or after a bar that wants an entry, or the end."""
    end = len(decided_at)
    while row < end and (decided_at[row] < bar or wanted[row] == _NOTHING):
        row += 1
    return row


@kernel
def next_exit(decided_at: Int64, wanted: Int8, desk: Any, side: int) -> int:
    """Return the bar at whose close the next exit is decided; looked up once while it lies ahead, as positions are walked in pieces."""
    if desk.exit_side != side or desk.exit_bar < desk.bar:
        row, end = desk.decision, len(decided_at)
        while row < end and (decided_at[row] < desk.bar or wanted[row] != _EXIT):
            row += 1
        desk.exit_side, desk.exit_bar = side, decided_at[row] if row < end else _NO_LIMIT
    return int(desk.exit_bar)


@kernel
def hold(
    spec: Spec,
    high: Int64,
    low: Int64,
    mark_high: Int64,
    mark_low: Int64,
    mark_close: Int64,
    last_bars: Int64,
    worths: Int64,
    lows: Int64,
    standings: Any,
    book: Any,
    tally: Any,
    desk: Any,
    until: int,
) -> None:
    """Walk the quiet bars of a held position, from the bar the loop stands at to the one before `until` at most."""
    stand(standings, tally, book)
    bar, side, cash = desk.bar, book.side, book.cash_quanta
    stop, target, liquidation = book.stop_ticks, book.target_ticks, book.liquidation_ticks
    unit, entry_value = book.lots * spec.tick_lot_quanta, book.entry_value_quanta
    highest, lowest = max(book.best_ticks, book.worst_ticks), min(book.best_ticks, book.worst_ticks)
    least, peak, deepest = tally.low_quanta, tally.peak_quanta, tally.deepest_quanta
    max_fall, max_frac = tally.max_drawdown_quanta, tally.max_drawdown_frac
    limited = spec.max_drawdown_e12 < RATE_ONE
    allowed = times_rate(peak, spec.max_drawdown_e12) if limited else _NO_LIMIT
    point, end, floor = tally.points, len(last_bars), spec.equity_floor_quanta
    due = last_bars[point] if point < end else -1
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
            worths[point], lows[point] = worth, least
            least = worth
            point += 1
            due = last_bars[point] if point < end else -1
            if due != bar:
                least = NO_LOW
        bar += 1

    tally.bars_in_position += bar - desk.bar
    tally.low_quanta, tally.peak_quanta, tally.deepest_quanta = least, peak, deepest
    tally.max_drawdown_quanta, tally.max_drawdown_frac, tally.points = max_fall, max_frac, point
    book.best_ticks, book.worst_ticks = (highest, lowest) if side > 0 else (lowest, highest)
    desk.bar = bar
