"""Run one market through the kernels and through the oracle, and say where they differ."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from exchange import Exchange
from exchange_rows import Bar, Decision, Payment, Regime, Tier
from tapes import Market, ruled, simulated

from trade.base.records import EQUITY, FILL, TRADE
from trade.engine.simulate import Outcome
from trade.sim.spec import Spec

Table = list[dict[str, int]]


def fast(spec: Spec, market: Market) -> Outcome:
    return simulated(spec, market)


def slow(spec: Spec, market: Market) -> Exchange:
    tape = market.tape
    bars = [Bar(*row) for row in zip(*(column.tolist() for column in tape[:-1]), strict=True)]
    payments = [Payment(*row[1:]) for row in market.payments.tolist()]
    decisions = {bar: Decision(*row) for bar, *row in market.decisions.tolist()}
    tiers = [Tier(*row) for row in market.tiers.tolist()]
    regimes = [Regime(*astuple(each)[:6]) for each in ruled(spec, market.changes)]
    return Exchange(spec, bars, payments, decisions, tiers, regimes, market.trails.tolist()).run(tape.step_ms, market.points.ts_ms.tolist())


def rows(records: Any) -> Table:
    return [dict(zip(records.dtype.names, row, strict=True)) for row in records.tolist()]


def expected(table: Table, dtype: Any) -> Table:
    assert all(set(row) <= set(dtype.names) for row in table)
    return [{name: int(row.get(name, 0)) for name in dtype.names} for row in table]


def described(outcome: Outcome) -> dict[str, Any]:
    """Return every field of an outcome as plain values; a completed run has no instant at which it stopped."""
    tally = outcome.tally
    return {
        "fills": rows(outcome.fills),
        "trades": rows(outcome.trades),
        "equity": rows(outcome.equity.records()),
        "rejections": {code: count for code, count in enumerate(outcome.rejections.tolist()) if count},
        "stop": (int(tally.stop_reason), int(tally.stop_ts_ms) if tally.stop_reason else 0),
        "drawdown": (int(tally.max_drawdown_quanta), float(tally.max_drawdown_frac)),
        "bars_in_position": int(tally.bars_in_position),
        "entry_attempts": int(tally.entry_attempts),
    }


def described_slowly(oracle: Exchange) -> dict[str, Any]:
    return {
        "fills": expected(oracle.fills, FILL),
        "trades": expected(oracle.trades, TRADE),
        "equity": expected(oracle.equity, EQUITY),
        "rejections": dict(sorted(oracle.rejections.items())),
        "stop": (int(oracle.stop_reason), oracle.stop_ts if oracle.stop_reason else 0),
        "drawdown": (oracle.max_drawdown, oracle.max_drawdown_frac),
        "bars_in_position": oracle.bars_in_position,
        "entry_attempts": oracle.entry_attempts,
    }


def assert_equal_to_oracle(spec: Spec, market: Market) -> Outcome:
    """Compare field by field, tables row by row, so that the first difference is the message."""
    outcome = fast(spec, market)
    ours, theirs = described(outcome), described_slowly(slow(spec, market))
    for name, value in theirs.items():
        if isinstance(value, list):
            for number, (mine, other) in enumerate(zip(ours[name], value, strict=False)):
                differing = {key: (mine[key], other[key]) for key in other if mine[key] != other[key]}
                assert not differing, f"{name}[{number}] (kernel, oracle): {differing}\nkernel row: {mine}"
            assert len(ours[name]) == len(value), name
        else:
            assert ours[name] == value, name
    return outcome
