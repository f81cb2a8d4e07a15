"""`BarProcessor`: one Play over one feed, from decisions to a frozen result."""

from __future__ import annotations

from typing import Any

import numpy as np

from trade.base.arrays import Int8, Int64
from trade.base.history import Funding, Window
from trade.base.records import FLAT, LONG, RATE_ONE, SHORT, Intent, PriceFrom, Records, Rejection, StopReason
from trade.base.result import Result
from trade.dsl.evaluate import Decisions, evaluate
from trade.dsl.tree import Program
from trade.engine.limits import FARTHEST, check_after
from trade.engine.measured import Ruler, measured_by
from trade.engine.simulate import simulate
from trade.engine.tape import DECISION, Points, Tape
from trade.engine.terms import make_specs, position_leverage, tier_rows, venue_lots
from trade.feeds.align import last_known
from trade.feeds.store import MultiTFFeedStore, mark_columns
from trade.play.spec import Play
from trade.sim.payment import PAYMENT
from trade.sim.spec import rules_of


class BarProcessor:
    """Runs one Play: rules over market data first, as arrays, then the loop over base bars."""

    def __init__(self, play: Play, program: Program) -> None:
        self._play = play
        self._program = program

    def run(self, feed: MultiTFFeedStore) -> Result:
        """Return what the Play did in the feed's window."""
        decisions = evaluate(self._program, feed, feed.trading_start_ms, feed.window.to_ms)
        tape, payments = make_tape(feed), make_payments(feed)
        highest = highest_ticks(tape, payments)
        specs = make_specs(self._play, feed.instrument, has_mark(feed), highest)
        spec, rules, tiers = specs[0], rules_of(specs), tier_rows(self._play, feed.instrument)
        points, ruler = make_points(feed), Ruler(feed, feed.instrument.grid, FARTHEST * highest, measured_by(self._play, self._program))
        outcome = simulate(rules, tiers, tape, payments, points, make_decisions(decisions, tape, ruler), ruler.trails(points.ts_ms))
        check_after(spec, outcome, rules, venue_lots(feed.instrument))
        tally = outcome.tally
        return Result(
            instrument=feed.instrument,
            window=feed.window,
            exec_timeframe=feed.exec_timeframe,
            initial_equity_quanta=spec.initial_cash_quanta,
            final_equity_quanta=int(outcome.equity["equity_quanta"][-1]),
            trades=outcome.trades,
            fills=outcome.fills,
            equity=outcome.equity,
            stop_reason=StopReason(int(tally.stop_reason)),
            stop_ts_ms=int(tally.stop_ts_ms),
            trading_start_ms=feed.trading_start_ms,
            max_drawdown_quanta=int(tally.max_drawdown_quanta),
            max_drawdown_frac=float(tally.max_drawdown_frac),
            base_bars=len(tape.close),
            bars_in_position=int(tally.bars_in_position),
            entry_attempts=int(tally.entry_attempts),
            first_close_ticks=int(tape.close[0]) if len(tape.close) else 0,
            last_close_ticks=int(tape.close[-1]) if len(tape.close) else 0,
            leverage=float(position_leverage(self._play)),
            has_funding=feed.funding is not None,
            rejections={code: int(outcome.rejections[code]) for code in Rejection if outcome.rejections[code]},
            funnel=decisions.funnel,
        )


def has_mark(feed: MultiTFFeedStore) -> bool:
    """Return whether there is a mark price of its own anywhere in the window."""
    return feed.mark is not None and len(feed.mark.between(feed.window.from_ms, feed.window.to_ms)) > 0


def highest_ticks(tape: Tape, payments: Records) -> int:
    """Return the highest price that the run computes a value at."""
    marks = () if tape.mark_high is tape.high else (tape.mark_high,)
    return max(int(prices.max(initial=1)) for prices in (tape.high, *marks, payments["mark_ticks"]))


def make_tape(feed: MultiTFFeedStore) -> Tape:
    """Return the base bars of the window, with the mark beside them."""
    base = feed.base.bars.between(feed.window.from_ms, feed.window.to_ms)
    mark_open, mark_high, mark_low, mark_close = mark_columns(feed.mark, base)
    return Tape(
        ts_open_ms=base.ts_open_ms,
        open=base.open,
        high=base.high,
        low=base.low,
        close=base.close,
        mark_open=mark_open,
        mark_high=mark_high,
        mark_low=mark_low,
        mark_close=mark_close,
        step_ms=base.timeframe.length_ms,
    )


def make_payments(feed: MultiTFFeedStore) -> Records:
    """Return the funding due in the window, rows of `PAYMENT`, each with the mark it is paid at (FUND-1).

    Mark = open of the mark bar at the instant, else the last base close before it, warm-up included.
    """
    base, window = feed.base, feed.window
    due = _due(feed.funding, window)
    bar = np.searchsorted(base.bars.between(window.from_ms, window.to_ms).ts_open_ms, due.ts_ms).astype(np.int64)
    known = last_known(base.ts_close_ms, due.ts_ms)
    mark_ticks = np.where(known >= 0, base.bars.close[known], 0)
    bar_ts_open_ms = np.where(known >= 0, base.bars.ts_open_ms[known], 0)
    price_from = np.full(len(due), int(PriceFrom.CLOSE))
    if feed.mark is not None and len(feed.mark):
        at = np.minimum(np.searchsorted(feed.mark.ts_open_ms, due.ts_ms), len(feed.mark) - 1)
        there = feed.mark.ts_open_ms[at] == due.ts_ms
        mark_ticks = np.where(there, feed.mark.open[at], mark_ticks)
        bar_ts_open_ms = np.where(there, due.ts_ms, bar_ts_open_ms)
        price_from = np.where(there, int(PriceFrom.MARK_OPEN), price_from)
    rate_e12 = np.rint(due.rate * RATE_ONE).astype(np.int64)
    return _rows(PAYMENT, bar, due.ts_ms, rate_e12, mark_ticks, price_from, bar_ts_open_ms)


def _rows(dtype: np.dtype[Any], *columns: Int64 | Int8) -> Records:
    """Return records of a dtype from its columns, in their order."""
    rows = np.empty(len(columns[0]), dtype)
    for name, column in zip(dtype.names or (), columns, strict=True):
        rows[name] = column
    return rows


def _due(funding: Funding | None, window: Window) -> Funding:
    if funding is None:
        return Funding(np.empty(0, np.int64), np.empty(0))
    rows = slice(*np.searchsorted(funding.ts_ms, [window.from_ms, window.to_ms]))
    return Funding(funding.ts_ms[rows], funding.rate[rows])


def make_points(feed: MultiTFFeedStore) -> Points:
    """Return the instants of the equity curve: the window start, then every exec close in (from, to] (TIME-9)."""
    window, base = feed.window, feed.base.bars.between(feed.window.from_ms, feed.window.to_ms)
    ts_ms = feed.exec_timeframe.edges(window.from_ms, window.to_ms)
    if feed.exec_timeframe == base.timeframe and len(base) == len(ts_ms) - 1:  # no gap: each point is the next bar's close
        return Points(ts_ms, np.arange(-1, len(base)))
    return Points(ts_ms, last_known(base.ts_close_ms, ts_ms))


def make_decisions(decisions: Decisions, tape: Tape, ruler: Ruler) -> Records:
    """Return the decisions that want something in any state, rows of `DECISION`, with the base bar at whose close each is taken."""
    rows = np.flatnonzero((decisions.flat | decisions.long | decisions.short) != int(Intent.NOTHING))
    ts_ms, flat = decisions.ts_ms[rows], decisions.flat[rows]
    sides = np.where(flat == int(Intent.ENTRY_LONG), LONG, np.where(flat == int(Intent.ENTRY_SHORT), SHORT, FLAT))
    measured = ruler.at_decisions(ts_ms, sides)
    return _rows(DECISION, _bars_closing(tape, ts_ms), ts_ms, flat, decisions.long[rows], decisions.short[rows], *measured)


def _bars_closing(tape: Tape, ts_close_ms: Int64) -> Int64:
    """Return the rows of the bars that close at these instants: counted where no bar is missing, else searched."""
    opens, ts_open_ms = tape.ts_open_ms, ts_close_ms - tape.step_ms
    if len(opens) and int(opens[-1] - opens[0]) == (len(opens) - 1) * tape.step_ms:
        rows: Int64 = (ts_open_ms - opens[0]) // tape.step_ms
        return rows
    return last_known(opens, ts_open_ms)
