"""The one compiled pass over the equity curve: returns, their moments, drawdown runs, exposure and the last point of each day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trade.base.records import Records
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


def read_curve(points: Records) -> Curve:
    """Walk the equity records (dtype `EQUITY`) once. The first point is the initial equity (TIME-9), so there is at least one."""
    if len(points) == 0:
        raise ValueError("an equity curve has at least the initial equity at the window start")
    frozen = np.ascontiguousarray(points).view()
    frozen.flags.writeable = False  # one signature, whether or not the caller froze its records
    returns, losing, day_rows = np.empty(len(points)), np.empty(len(points)), np.empty(len(points), np.int64)
    walked = _walk(frozen, returns, losing, day_rows)
    kept, lost, day_count, lowest, run, square, leverage, lev_points, max_lev, ratio, calls, closest = walked
    mean, m2, m3, m4, gains, losses, downside = _moments(returns[:kept])
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
        downside_square=downside,
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
    points: Records, returns: Float64, losing: Float64, day_rows: Int64
) -> tuple[int, int, int, int, int, float, float, int, float, float, int, float]:
    """Fill `returns`, `losing` and `day_rows`; return their lengths and the sums and extremes of `Curve` in its order."""
    previous = peak = points[0].equity_quanta
    lowest = points[0].low_equity_quanta
    kept = lost = day_count = run = longest = calls = leverage_points = 0
    square = leverage_sum = leverage_max = 0.0
    ratio_min = liquidation_min = np.inf
    day = -1
    for row in range(1, len(points)):
        point = points[row]
        equity = point.equity_quanta
        lowest = min(lowest, point.low_equity_quanta)
        this_day = (point.ts_ms - 1) // DAY_MS
        if this_day != day and row > 1:
            day_rows[day_count] = row - 1
            day_count += 1
        day = this_day
        if previous > 0:
            returns[kept] = (equity - previous) / previous
            if equity < previous:
                losing[lost] = returns[kept]
                lost += 1
            kept += 1
            previous = equity
        if equity >= peak:
            peak = equity
            run = 0
        else:
            run += 1
            longest = max(longest, run)
            drawdown = (peak - equity) / peak if peak > 0 else 0.0
            square += drawdown * drawdown
        if equity < point.used_margin_quanta:
            calls += 1
        if equity > 0:
            leverage_points += 1
            if point.position_lots != 0:
                leverage = point.notional_quanta / equity
                leverage_sum += leverage
                leverage_max = max(leverage_max, leverage)
                liquidation_min = min(liquidation_min, (equity - point.maintenance_margin_quanta) / equity)
                if point.used_margin_quanta > 0:
                    ratio_min = min(ratio_min, equity / point.used_margin_quanta)
    if len(points) > 1:
        day_rows[day_count] = len(points) - 1
        day_count += 1
    return kept, lost, day_count, lowest, longest, square, leverage_sum, leverage_points, leverage_max, ratio_min, calls, liquidation_min


@kernel
def _moments(returns: Float64) -> tuple[float, float, float, float, float, float, float]:
    """Return mean, second to fourth central moment, gains, losses, mean squared negative return; zeros for no returns."""
    count = len(returns)
    gains = losses = downside = 0.0
    for value in returns:
        if value > 0.0:
            gains += value
        else:
            losses -= value
            downside += value * value
    if count == 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    mean = (gains - losses) / count
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
    return mean, max(second, 0.0) / count, third / count, fourth / count, gains, losses, downside / count
