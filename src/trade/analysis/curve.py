"""The one compiled pass over the equity curve: returns, their moments, drawdown runs, exposure and the last point of each day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.curve import EquityCurve, StandingRow
from trade.base.records import RATE_ONE
from trade.base.rows import RowsOf
from trade.base.timeframe import DAY_MS
from trade.kernels import kernel
from trade.sim.money import times_rate


@dataclass(frozen=True)
class CurveFigures:
    """What the equity curve says, per exec bar; every share is a fraction, not percent.

    Returns (E_t − E_{t−1}) / E_{t−1} end with the point at which equity is first not positive: nothing follows from nothing.
    There are `returns` of them, and `moves` are those that are not 0. Moments are central and divided by the number of returns.
    Minima and maxima of points that never were are None.
    `day_rows` are the rows of the last point of each UTC day; a point at 00:00 closes the day before.
    """

    exec_bars: int
    returns: int
    moves: Float64  # in order
    losing: Float64  # the negative ones, in order
    lowest_equity_quanta: int  # at any base close
    mean: float
    variance: float
    third_moment: float
    fourth_moment: float
    gains: float  # sum of the positive returns
    losses: float  # minus the sum of the negative ones, >= 0
    downside_square: float  # mean over all returns of min(r, 0)²
    drawdown_bars: int
    drawdown_square: float  # mean of squared drawdowns over all points
    mean_leverage: float | None
    max_leverage: float | None
    min_margin_ratio: float | None
    margin_calls: int
    closest_liquidation: float | None
    day_rows: Int64


def read_curve(points: EquityCurve) -> CurveFigures:
    """Walk the equity curve once. The first point is the initial equity (TIME-9), so there is at least one."""
    if len(points) == 0:
        raise ValueError("an equity curve has at least the initial equity at the window start")
    moves, losing = np.empty(len(points)), np.empty(len(points))
    counts, sums = _walk(points.equity_quanta, points.low_equity_quanta, points.standings, moves, losing)
    kept, moved, lost, lowest, run, calls, leverage_points = counts
    square, leverage, max_leverage, ratio, closest, gains, losses, downside = sums
    mean, m2, m3, m4 = _moments(moves[:moved], kept, gains - losses)
    return CurveFigures(
        exec_bars=len(points) - 1,
        returns=kept,
        moves=moves[:moved],
        losing=losing[:lost],
        lowest_equity_quanta=lowest,
        mean=mean,
        variance=m2,
        third_moment=m3,
        fourth_moment=m4,
        gains=gains,
        losses=losses,
        downside_square=downside / kept if kept else 0.0,
        drawdown_bars=run,
        drawdown_square=square / len(points),
        mean_leverage=leverage / leverage_points if leverage_points else None,
        max_leverage=max_leverage if leverage_points else None,
        min_margin_ratio=_met(ratio),
        margin_calls=calls,
        closest_liquidation=_met(closest),
        day_rows=_day_rows(points.ts_ms),
    )


def _day_rows(ts_ms: Int64) -> Int64:
    """Return the row of the last point at or before each midnight, and of the last point of all; not of the initial equity."""
    midnights = np.arange(ts_ms[0] - ts_ms[0] % -DAY_MS, ts_ms[-1] + DAY_MS, DAY_MS)
    rows: Int64 = np.searchsorted(ts_ms, midnights, "right") - 1
    return rows[np.diff(rows, prepend=0) > 0]


def _met(minimum: float) -> float | None:
    return minimum if np.isfinite(minimum) else None


@kernel
def _walk(
    worths: Int64, lows: Int64, standings: RowsOf[StandingRow], moves: Float64, losing: Float64
) -> tuple[tuple[int, int, int, int, int, int, int], tuple[float, float, float, float, float, float, float, float]]:
    """Fill `moves` and `losing`; return how many returns there are, their lengths and other counts, then sums and extremes.

    What a coin decides at every bar (up or down) is computed without a branch: a processor that guesses wrong waits longest.
    Divisions are made only where their result can matter, and equal points without a position, half of most curves, are only counted.
    """
    equity = peak = worths[0]
    lowest = lows[0]
    kept = moved = lost = run = longest = calls = leverage_points = 0
    squared = square = leverage_sum = leverage_max = gains = losses = downside = 0.0
    ratio_min = liquidation_min = np.inf
    solvent = equity > 0
    for number in range(len(standings)):
        standing = standings[number]
        end = standings[number + 1].first_point if number + 1 < len(standings) else len(worths)
        cash, used, lots, entry_value = (
            standing.cash_quanta,
            standing.used_margin_quanta,
            standing.position_lots,
            standing.entry_value_quanta,
        )
        mmr, base, side = standing.mmr_e12, standing.maintenance_base_quanta, 1 if lots > 0 else -1
        row = max(standing.first_point, 1)
        while row < end:
            previous, equity = equity, worths[row]
            lowest = min(lowest, lows[row])
            row += 1
            kept += 1 if solvent else 0
            if equity != previous:
                if solvent:
                    change = (equity - previous) / previous
                    fall = min(change, 0.0)
                    moves[moved] = losing[lost] = change
                    moved += 1
                    lost += 1 if change < 0.0 else 0
                    gains += max(change, 0.0)
                    losses -= fall
                    downside += fall * fall
                    solvent = equity > 0
                peak = max(peak, equity)
                drawdown = (peak - equity) / peak if peak > 0 else 0.0
                squared = drawdown * drawdown
            square += squared
            run = 0 if equity >= peak else run + 1
            longest = max(longest, run)
            calls += 1 if equity < used else 0
            leverage_points += 1 if equity > 0 else 0
            if lots != 0 and equity > 0:
                value = entry_value + side * (equity - cash)
                leverage = value / equity
                leverage_sum += leverage
                leverage_max = max(leverage_max, leverage)
                if equity - (value * (mmr / RATE_ONE) + base) <= liquidation_min * equity:
                    liquidation_min = min(liquidation_min, (equity - (times_rate(value, mmr) + base)) / equity)
                if used > 0 and equity < ratio_min * used:
                    ratio_min = equity / used
            if lots == 0:
                first = row
                while row < end and worths[row] == equity:
                    lowest = min(lowest, lows[row])
                    square += squared
                    row += 1
                still = row - first
                kept += still if solvent else 0
                run = 0 if equity >= peak else run + still
                longest = max(longest, run)
                calls += still if equity < used else 0
                leverage_points += still if equity > 0 else 0
    counts = kept, moved, lost, lowest, longest, calls, leverage_points
    return counts, (square, leverage_sum, leverage_max, ratio_min, liquidation_min, gains, losses, downside)


@kernel
def _moments(moves: Float64, count: int, total: float) -> tuple[float, float, float, float]:
    """Return the mean and the second to fourth central moment of `count` returns with this sum, all but `moves` 0; zeros for none."""
    if count == 0:
        return 0.0, 0.0, 0.0, 0.0
    mean = total / count
    still = count - len(moves)
    first, second = -mean * still, mean * mean * still
    third, fourth = -mean * second, mean * mean * second
    for value in moves:
        off = value - mean
        square = off * off  # products: `off**3` on half a million points costs more than the run
        first += off
        second += square
        third += square * off
        fourth += square * square
    second -= first * first / count  # what rounding left in the mean, or a constant return would seem to vary
    mean += first / count
    return mean, max(second, 0.0) / count, third / count, fourth / count
