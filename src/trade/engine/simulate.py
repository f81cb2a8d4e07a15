"""From what the loop reads to what it wrote: the arrays of one run are made here, filled by the kernel, and cut to length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trade.base.arrays import Int64
from trade.base.curve import STANDING, EquityCurve
from trade.base.records import FILL, TRADE, Intent, Records, Rejection
from trade.engine.loop import run_bars
from trade.engine.marking import NO_LOW, TALLY
from trade.engine.tape import DESK, Curve, Payments, Points, Schedule, Session, Tape
from trade.sim.book import new_book
from trade.sim.spec import Spec


@dataclass(frozen=True)
class Outcome:
    """What a run wrote: rows of `trade.base.records`, the tally (one record of `marking.TALLY`), and rejections by code."""

    trades: Records
    fills: Records
    equity: EquityCurve
    tally: Any
    rejections: Int64


def simulate(spec: Spec, tape: Tape, payments: Payments, points: Points, schedule: Schedule, tiers: Int64, rules: Int64) -> Outcome:
    """Run one window. All arrays are C-contiguous int64 (intents int8).

    Rows of `tiers` as in `trade.sim.margin`, of `rules` as in `trade.sim.rules`, the first of them as in the spec.
    """
    most_trades = int(np.count_nonzero(schedule.flat != int(Intent.NOTHING))) + 1
    trades = np.zeros(most_trades, TRADE)
    fills = np.zeros(2 * most_trades + len(payments.bar) + 1, FILL)
    size = len(points.ts_ms)
    curve = Curve(np.empty(size, np.int64), np.empty(size, np.int64), np.zeros(len(fills) + 1, STANDING))
    rejections = np.zeros(len(Rejection), np.int64)
    books, tallies, desks = new_book(spec.initial_cash_quanta), np.zeros(1, TALLY), np.zeros(1, DESK)
    tallies["peak_quanta"], tallies["low_quanta"], tallies["stood_fills"] = spec.initial_cash_quanta, NO_LOW, -1
    run_bars(Session(spec, tape, payments, points, schedule, tiers, rules, trades, fills, curve, rejections), books, tallies, desks)
    book, tally = books[0], tallies[0]
    equity = EquityCurve(points.ts_ms, curve.equity_quanta, curve.low_equity_quanta, curve.standings[: tally["standings"]])
    return Outcome(trades[: book["trades"]], fills[: book["fills"]], equity, tally, rejections)
