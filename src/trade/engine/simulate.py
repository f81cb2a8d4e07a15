"""From what the loop reads to what it wrote: the arrays of one run are made here, filled by the kernel, and cut to length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Int64
from trade.base.curve import STANDING, EquityCurve
from trade.base.records import FILL, TRADE, Intent, Records, Rejection
from trade.engine.loop import run_bars
from trade.engine.marking import NO_LOW, TALLY, TallyRow
from trade.engine.tape import CURSOR, Points, Tape
from trade.sim.account import new_account
from trade.sim.bar import BAR
from trade.sim.order import ORDER
from trade.sim.orders import MOST
from trade.sim.position import POSITION
from trade.sim.wake import WAKE


@dataclass(frozen=True)
class Outcome:
    """What a run wrote: rows of `trade.base.records`, the running figures, and rejections by code."""

    trades: Records
    fills: Records
    equity: EquityCurve
    tally: TallyRow
    rejections: Int64


def simulate(rules: Records, tiers: Records, tape: Tape, payments: Records, points: Points, decisions: Records, trails: Int64) -> Outcome:
    """Run one window.

    Records are rows of `sim.spec.RULES`, `sim.margin.TIER`, `sim.payment.PAYMENT` and `tape.DECISION`; `trails` are distances in ticks,
    one per point, negative where missing, and read only where a trail is measured.
    """
    cash = int(rules[0].initial_cash_quanta)
    most_trades = int(np.count_nonzero(decisions["flat"] != int(Intent.NOTHING))) + 1
    trades = np.zeros(most_trades, TRADE)
    fills = np.zeros(2 * most_trades + len(payments) + 1, FILL)
    size = len(points.ts_ms)
    equities, low_equities, standings = np.empty(size, np.int64), np.empty(size, np.int64), np.zeros(len(fills) + 1, STANDING)
    rejections = np.zeros(len(Rejection), np.int64)
    accounts, positions, bar = new_account(cash), np.zeros(1, POSITION), np.zeros(1, BAR)
    orders, wakes = np.zeros(MOST, ORDER), np.zeros(1, WAKE)
    cursors, tallies = np.zeros(1, CURSOR), np.zeros(1, TALLY)
    tallies["peak_quanta"], tallies["low_quanta"], tallies["stood_fills"] = cash, NO_LOW, -1
    run_bars(
        rules,
        tiers,
        accounts,
        positions,
        orders,
        wakes,
        bar,
        cursors,
        tallies,
        tape,
        payments,
        points.last_bar,
        trails,
        decisions,
        trades,
        fills,
        equities,
        low_equities,
        standings,
        rejections,
    )
    account, tally = accounts[0], tallies[0]
    equity = EquityCurve(points.ts_ms, equities, low_equities, standings[: tally.standings])
    return Outcome(trades[: account.trades], fills[: account.fills], equity, tally, rejections)
