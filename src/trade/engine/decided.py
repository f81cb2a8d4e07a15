"""Which decisions a finished run took, and what its rules read at them; from its rules and its trades, the run itself is not touched."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from trade.base.arrays import Int64
from trade.base.decided import DECIDED, DecisionRecord
from trade.base.records import FLAT, FillKind, Intent, Records
from trade.base.result import Result
from trade.dsl.columns import Columns
from trade.dsl.decide import STATE_ROWS, deciders, intent_of
from trade.dsl.evaluate import find_deciders
from trade.dsl.seen import seen_at
from trade.dsl.tree import Program


def read_decided(program: Program, columns: Columns, result: Result, taken: Collection[str] = ()) -> DecisionRecord:
    """Return every decision up to the stop of the run, whether or not a fill came of it; no value is called one of the names `taken`."""
    start_ms, end_ms = result.trading_start_ms, result.window.to_ms
    instants = columns.instants(program.clock)
    ts_ms = instants[slice(*np.searchsorted(instants, (start_ms, end_ms)))]
    held = _held(result.trades, ts_ms)
    states = np.select([held == side for side in STATE_ROWS], list(STATE_ROWS.values()))
    numbers = find_deciders(program, columns, start_ms, end_ms)[states, np.arange(len(ts_ms))]
    running = ts_ms < result.stop_ts_ms if result.stop_reason else True
    there = np.flatnonzero((numbers > 0) & running)
    asked = deciders(program)
    chosen = [asked[number - 1] for number in numbers[there].tolist()]
    rows = np.zeros(len(there), DECIDED)
    rows["ts_ms"], rows["position"] = ts_ms[there], held[there]
    rows["decision"] = [int(intent_of(each, side, program.mode)) for each, side in zip(chosen, held[there].tolist(), strict=True)]
    rows["case"] = [each.case for each in chosen]
    rows["filled"] = _filled(result.fills, rows)
    return DecisionRecord(
        rows,
        tuple(each.block for each in chosen),
        tuple(each.path for each in chosen),
        seen_at(program, columns, ts_ms[there], taken),
    )


def _held(trades: Records, ts_ms: Int64) -> Int64:
    """Return the side of the position at each close: a fill at the open of that instant comes after it (TIME-5)."""
    last = np.searchsorted(trades["entry_ts_ms"], ts_ms) - 1
    held = np.full(len(ts_ms), FLAT, np.int64)
    entered = last >= 0
    trade = trades[last[entered]]
    held[entered] = np.where(trade["exit_ts_ms"] >= ts_ms[entered], trade["side"], FLAT)
    return held


def _filled(fills: Records, rows: Records) -> Int64:
    """Return 1 where a fill of the kind that was decided names the decision."""
    leaves = rows["decision"] == int(Intent.EXIT)
    entries, exits = (fills["decision_ts_ms"][fills["kind"] == int(kind)] for kind in (FillKind.ENTRY, FillKind.EXIT))
    return np.where(leaves, np.isin(rows["ts_ms"], exits), np.isin(rows["ts_ms"], entries)).astype(np.int64)
