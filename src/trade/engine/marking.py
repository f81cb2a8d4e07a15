"""What is written down at closes: running peak and drawdown of base-close equity, and the points of the equity curve."""

from __future__ import annotations

from typing import Protocol

from trade.base.arrays import Int64
from trade.base.curve import StandingRow
from trade.base.rows import RowsOf, dtype_of
from trade.kernels import kernel
from trade.sim.account import AccountRow
from trade.sim.ledger import unrealised
from trade.sim.position import PositionRow

NO_LOW = 2**63 - 1


class TallyRow(Protocol):
    """The running figures of a run."""

    peak_quanta: int
    low_quanta: int  # lowest base-close equity after the last point, `NO_LOW` before there is one
    deepest_quanta: int  # fall since the peak
    max_drawdown_quanta: int
    max_drawdown_frac: float
    points: int  # rows of the equity curve written
    standings: int  # and of how the account stood, the last one after this many fills
    stood_fills: int
    stop_reason: int
    stop_ts_ms: int
    bars_in_position: int
    entry_attempts: int


TALLY = dtype_of(TallyRow)


@kernel
def deeper(peak: int, deepest: int, max_fall: int, max_frac: float, equity: int) -> tuple[int, int, int, float]:
    """Return (peak, deepest fall since it, largest fall, largest fall in parts of its peak) after one base-close equity (STOP-3)."""
    if equity >= peak:
        return equity, 0, max_fall, max_frac
    fall = peak - equity
    if fall <= deepest:
        return peak, deepest, max_fall, max_frac
    frac = fall / peak if peak > 0 else 0.0
    return peak, fall, max(max_fall, fall), max(max_frac, frac)


@kernel
def mark_to_market(tally: TallyRow, equity: int) -> None:
    """Take note of one base-close equity."""
    tally.low_quanta = min(tally.low_quanta, equity)
    tally.peak_quanta, tally.deepest_quanta, tally.max_drawdown_quanta, tally.max_drawdown_frac = deeper(
        tally.peak_quanta, tally.deepest_quanta, tally.max_drawdown_quanta, tally.max_drawdown_frac, equity
    )


@kernel
def stand(account: AccountRow, position: PositionRow, tally: TallyRow, standings: RowsOf[StandingRow]) -> None:
    """Write how the account stands from the next point on, if a fill has changed it; a standing that no point saw is written over."""
    if tally.stood_fills == account.fills:
        return
    row = tally.standings
    if row > 0 and standings[row - 1].first_point == tally.points:
        row -= 1
    standing = standings[row]
    standing.first_point = tally.points
    standing.cash_quanta, standing.used_margin_quanta = account.cash_quanta, position.posted_quanta
    standing.position_lots, standing.entry_value_quanta = position.side * position.lots, position.entry_value_quanta
    held = abs(position.side)
    standing.mmr_e12, standing.maintenance_base_quanta = held * position.mmr_e12, held * position.maintenance_base_quanta
    tally.standings, tally.stood_fills = row + 1, account.fills


@kernel
def write_points(
    account: AccountRow,
    position: PositionRow,
    tally: TallyRow,
    last_bars: Int64,
    equities: Int64,
    low_equities: Int64,
    standings: RowsOf[StandingRow],
    last_bar: int,
    value: int,
) -> None:
    """Write every point of the curve whose last base bar is at most `last_bar`, the position worth `value` at all of them (TIME-9)."""
    point, end = tally.points, len(last_bars)
    if point == end or last_bars[point] > last_bar:
        return
    stand(account, position, tally, standings)
    worth = account.cash_quanta + unrealised(position, value) if position.side != 0 else account.cash_quanta
    low = min(tally.low_quanta, worth)
    while point < end and last_bars[point] <= last_bar:
        equities[point], low_equities[point] = worth, low
        low = worth
        point += 1
    tally.points, tally.low_quanta = point, NO_LOW
