"""The one compiled pass over the equity curve: returns, their moments, drawdown runs, exposure and the last point of each day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trade.base.curve import EquityCurve
from trade.base.timeframe import DAY_MS
from trade.kernels import kernel

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """What the equity curve says, per exec bar; every share is a fraction, not percent.

    `returns` (E_t − E_{t−1}) / E_{t−1} end with the point at which equity is first not positive: nothing follows from nothing.
    Moments are central and divided by the number of returns. Minima and maxima of points that never were are None.
    `day_rows` are the rows of the last point of each UTC day; a point at 00:00 closes the day before.
    """

    exec_bars: int
    returns: Float64
    losing: Float64  # the negative returns, in order
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


def read_curve(points: EquityCurve) -> Curve:
    """Walk the equity curve once. The first point is the initial equity (TIME-9), so there is at least one."""
    if len(points) == 0:
        raise ValueError("an equity curve has at least the initial equity at the window start")
    returns, losing, day_rows = np.empty(len(points)), np.empty(len(points)), np.empty(len(points), np.int64)
    walked = _walk(
        points.ts_ms,
        points.equity_quanta,
        points.low_equity_quanta,
        points.used_margin_quanta,
        points.maintenance_margin_quanta,
        points.notional_quanta,
        points.position_lots,
        returns,
        losing,
        day_rows,
    )
    kept, lost, day_count, lowest, run, square, leverage, lev_points, max_lev, ratio, calls, closest, gains, losses, downside = walked
    mean, m2, m3, m4 = _moments(returns[:kept], gains - losses)
    return Curve(
        exec_bars=len(points) - 1,
        returns=returns[:kept],
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
        mean_leverage=leverage / lev_points if lev_points else None,
        max_leverage=max_lev if lev_points else None,
        min_margin_ratio=_met(ratio),
        margin_calls=calls,
        closest_liquidation=_met(closest),
        day_rows=day_rows[:day_count],
    )


def _met(minimum: float) -> float | None:
    return minimum if np.isfinite(minimum) else None


@kernel
def _walk(
    ts_ms: Int64,
    worths: Int64,
    lows: Int64,
    used: Int64,
    maintenance: Int64,
    notional: Int64,
    lots: Int64,
    returns: Float64,
    losing: Float64,
    day_rows: Int64,
) -> tuple[int, int, int, int, int, float, float, int, float, float, int, float, float, float, float]:
    """Fill `returns`, `losing` and `day_rows`; return their lengths and the sums and extremes of `Curve` in its order.

    What a coin decides at every bar (up or down) is computed without a branch: a processor that guesses wrong waits longest.
    """
    previous = peak = worths[0]
    lowest = lows[0]
    kept = lost = day_count = run = longest = calls = leverage_points = 0
    square = leverage_sum = leverage_max = gains = losses = downside = 0.0
    ratio_min = liquidation_min = np.inf
    day = (ts_ms[0] - 1) // DAY_MS
    for row in range(1, len(worths)):
        equity = worths[row]
        lowest = min(lowest, lows[row])
        this_day = (ts_ms[row] - 1) // DAY_MS
        if this_day != day:
            day_rows[day_count] = row - 1
            day_count += 1 if row > 1 else 0
            day = this_day
        if previous > 0:
            change = (equity - previous) / previous
            fall = min(change, 0.0)
            returns[kept] = losing[lost] = change
            kept += 1
            lost += 1 if change < 0.0 else 0
            gains += max(change, 0.0)
            losses -= fall
            downside += fall * fall
            previous = equity
        peak = max(peak, equity)
        run = 0 if equity >= peak else run + 1
        longest = max(longest, run)
        drawdown = (peak - equity) / peak if peak > 0 else 0.0
        square += drawdown * drawdown
        calls += 1 if equity < used[row] else 0
        if equity > 0:
            leverage_points += 1
            if lots[row] != 0:
                leverage = notional[row] / equity
                leverage_sum += leverage
                leverage_max = max(leverage_max, leverage)
                liquidation_min = min(liquidation_min, (equity - maintenance[row]) / equity)
                if used[row] > 0:
                    ratio_min = min(ratio_min, equity / used[row])
    if len(worths) > 1:
        day_rows[day_count] = len(worths) - 1
        day_count += 1
    return (
        kept,
        lost,
        day_count,
        lowest,
        longest,
        square,
        leverage_sum,
        leverage_points,
        leverage_max,
        ratio_min,
        calls,
        liquidation_min,
        gains,
        losses,
        downside,
    )


@kernel
def _moments(returns: Float64, total: float) -> tuple[float, float, float, float]:
    """Return the mean and the second to fourth central moment of returns with this sum; zeros for no returns."""
    count = len(returns)
    if count == 0:
        return 0.0, 0.0, 0.0, 0.0
    mean = total / count
    first = second = third = fourth = 0.0
    for value in returns:
        off = value - mean
        square = off * off  # products: `off**3` on half a million points costs more than the run
        first += off
        second += square
        third += square * off
        fourth += square * square
    second -= first * first / count  # what rounding left in the mean, or a constant return would seem to vary
    mean += first / count
    return mean, max(second, 0.0) / count, third / count, fourth / count
