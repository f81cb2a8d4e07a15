"""The fast lane: stretches of bars in which nothing can happen are walked with everything in registers.

While flat that is a jump to the next wanted entry, or a look at the bars that a resting order waits for. While a position is held,
its bars still move its excursion, the equity curve and the drawdown; the walk ends before the first bar that touches a level, owes
funding, decides an exit, may stop the run, or is the last one. What happens there is told in `loop`.
"""

from __future__ import annotations

from trade.base.arrays import Int64
from trade.base.curve import StandingRow
from trade.base.records import RATE_ONE, Intent
from trade.base.rows import RowsOf
from trade.engine.marking import NO_LOW, TallyRow, deeper, stand
from trade.engine.tape import CursorRow, DecisionRow
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.money import times_rate
from trade.sim.position import PositionRow
from trade.sim.spec import Spec
from trade.sim.wake import WakeRow, sleeps

_NOTHING, _EXIT = int(Intent.NOTHING), int(Intent.EXIT)
_NO_LIMIT = 2**63 - 1


@kernel
def next_entry(decisions: RowsOf[DecisionRow], row: int, bar: int, working: int) -> int:
    """Return the first row at or after a bar that wants an entry other than the one that works already (FILL-11), or the end."""
    end = len(decisions)
    while row < end and (decisions[row].bar < bar or decisions[row].flat in (_NOTHING, working)):
        row += 1
    return row


@kernel
def intent(decision: DecisionRow, side: int) -> int:
    """Return what the rules want in the state the position is in (RULE-5)."""
    if side == 0:
        return decision.flat
    return decision.long if side > 0 else decision.short


@kernel
def next_exit(cursor: CursorRow, decisions: RowsOf[DecisionRow], side: int) -> int:
    """Return the bar at whose close the next exit is decided; looked up once while it lies ahead, as positions are walked in pieces."""
    if cursor.exit_side != side or cursor.exit_bar < cursor.bar:
        row, end = cursor.decision, len(decisions)
        while row < end and (decisions[row].bar < cursor.bar or intent(decisions[row], side) != _EXIT):
            row += 1
        cursor.exit_side, cursor.exit_bar = side, decisions[row].bar if row < end else _NO_LIMIT
    return cursor.exit_bar


@kernel
def wait(wake: WakeRow, cursor: CursorRow, ts_open_ms: Int64, high: Int64, low: Int64, expires_ms: int, until: int) -> None:
    """Walk the bars in which no resting order is met or ends, from the bar the loop stands at to the one before `until` at most."""
    bar, low_wake, high_wake = cursor.bar, wake.low_ticks, wake.high_ticks
    while bar < until and low[bar] > low_wake and high[bar] < high_wake and ts_open_ms[bar] < expires_ms:
        bar += 1
    cursor.bar = bar


@kernel
def hold(
    spec: Spec,
    account: AccountRow,
    position: PositionRow,
    wake: WakeRow,
    cursor: CursorRow,
    tally: TallyRow,
    high: Int64,
    low: Int64,
    mark_high: Int64,
    mark_low: Int64,
    mark_close: Int64,
    last_bars: Int64,
    equities: Int64,
    low_equities: Int64,
    standings: RowsOf[StandingRow],
    until: int,
) -> None:
    """Walk the quiet bars of a held position, from the bar the loop stands at to the one before `until` at most."""
    stand(account, position, tally, standings)
    bar, side, cash = cursor.bar, position.side, account.cash_quanta
    low_wake, high_wake = wake.low_ticks, wake.high_ticks
    mark_low_wake, mark_high_wake = wake.mark_low_ticks, wake.mark_high_ticks
    unit, entry_value = position.lots * spec.tick_lot_quanta, position.entry_value_quanta
    highest, lowest = max(position.best_ticks, position.worst_ticks), min(position.best_ticks, position.worst_ticks)
    least, peak, deepest = tally.low_quanta, tally.peak_quanta, tally.deepest_quanta
    max_fall, max_frac = tally.max_drawdown_quanta, tally.max_drawdown_frac
    limited = spec.max_drawdown_e12 < RATE_ONE
    allowed = times_rate(peak, spec.max_drawdown_e12) if limited else _NO_LIMIT
    point, end, floor = tally.points, len(last_bars), spec.equity_floor_quanta
    due = last_bars[point] if point < end else -1
    while bar < until:
        if not sleeps(low_wake, high_wake, mark_low_wake, mark_high_wake, high[bar], low[bar], mark_high[bar], mark_low[bar]):
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
            equities[point], low_equities[point] = worth, least
            least = worth
            point += 1
            due = last_bars[point] if point < end else -1
            if due != bar:
                least = NO_LOW
        bar += 1

    tally.bars_in_position += bar - cursor.bar
    tally.low_quanta, tally.peak_quanta, tally.deepest_quanta = least, peak, deepest
    tally.max_drawdown_quanta, tally.max_drawdown_frac, tally.points = max_fall, max_frac, point
    position.best_ticks, position.worst_ticks = (highest, lowest) if side > 0 else (lowest, highest)
    cursor.bar = bar
