"""What is written down at closes: running peak and drawdown of base-close equity, and the points of the equity curve."""

from __future__ import annotations

from typing import Any

import numpy as np

from trade.base.arrays import Int64
from trade.kernels import kernel
from trade.sim.ledger import unrealised

NO_LOW = 2**63 - 1

TALLY = np.dtype(
    [
        ("peak_quanta", np.int64),
        ("low_quanta", np.int64),  # lowest base-close equity after the last point, `NO_LOW` before there is one
        ("deepest_quanta", np.int64),  # fall since the peak
        ("max_drawdown_quanta", np.int64),
        ("max_drawdown_frac", np.float64),
        ("points", np.int64),  # rows of the equity curve written
        ("standings", np.int64),  # and of how the account stood, the last one after this many fills
        ("stood_fills", np.int64),
        ("stop_reason", np.int64),
        ("stop_ts_ms", np.int64),
        ("bars_in_position", np.int64),
        ("entry_attempts", np.int64),
    ]
)


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
def mark_to_market(tally: Any, equity: int) -> None:
    """Take note of one base-close equity."""
    tally.low_quanta = min(tally.low_quanta, equity)
    tally.peak_quanta, tally.deepest_quanta, tally.max_drawdown_quanta, tally.max_drawdown_frac = deeper(
        tally.peak_quanta, tally.deepest_quanta, tally.max_drawdown_quanta, tally.max_drawdown_frac, equity
    )


@kernel
def stand(standings: Any, tally: Any, book: Any) -> None:
    """Write how the account stands from the next point on, if a fill has changed it; a standing that no point saw is written over."""
    if tally.stood_fills == book.fills:
        return
    row = tally.standings
    if row > 0 and standings[row - 1].first_point == tally.points:
        row -= 1
    standing = standings[row]
    standing.first_point = tally.points
    standing.cash_quanta, standing.used_margin_quanta = book.cash_quanta, book.posted_quanta
    standing.position_lots, standing.entry_value_quanta = book.side * book.lots, book.entry_value_quanta
    held = abs(book.side)
    standing.mmr_e12, standing.maintenance_base_quanta = held * book.mmr_e12, held * book.maintenance_base_quanta
    tally.standings, tally.stood_fills = row + 1, book.fills


@kernel
def write_points(last_bars: Int64, worths: Int64, lows: Int64, standings: Any, tally: Any, book: Any, last_bar: int, value: int) -> None:
    """Write every point of the curve whose last base bar is at most `last_bar`, the position worth `value` at all of them (TIME-9)."""
    point, end = tally.points, len(last_bars)
    if point == end or last_bars[point] > last_bar:
        return
    stand(standings, tally, book)
    worth = book.cash_quanta + unrealised(book, value) if book.side != 0 else book.cash_quanta
    low = min(tally.low_quanta, worth)
    while point < end and last_bars[point] <= last_bar:
        worths[point], lows[point] = worth, low
        low = worth
        point += 1
    tally.points, tally.low_quanta = point, NO_LOW
