"""Plays as the terms read them: one plain account, and what a test changes of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from trade.base.instrument import Instrument, Tier, TierTable
from trade.base.timeframe import Timeframe
from trade.engine.terms import make_specs
from trade.play.spec import Account, EntryOrder, Execution, Play, Policy, Risk, RuleSource, Sizing, StopLoss, TakeProfit, Validation
from trade.sim.spec import Spec

D = Decimal


def instrument(tick: str = "0.1", step: str = "0.001", **changes: Any) -> Instrument:
    tiers = (
        Tier(D(2_000_000), D("0.005"), D(100), D(0)),
        Tier(D(10_000_000), D("0.01"), D("57.14"), D(10_000)),
    )
    plain = Instrument(
        "paper", "linear", "BTCUSDT", D(tick), D(step), D(step), D(step) * 10**6, D(5), D("5.5"), D(2), (TierTable(0, tiers),), "by hand"
    )
    return replace(plain, **changes)


PLAIN = Account(D(10_000), D(1), D(100), D(0), D("5.5"), D(2), D(2), D(10), None, None, None, D(0), "reject")


def play(
    stop: tuple[str, str] | None = None,
    target: tuple[str, str] | None = None,
    sizing: tuple[str, str, str] = ("percent_equity", "100", "200"),
    basis: str = "margin",
    target_type: str = "Market",
    mode: str = "long_short",
    execution: tuple[str, str, str, str] = ("worst", "touch", "fill", "stop"),
    **account: Any,
) -> Play:
    """A Play without rules; stop and target are (kind, value), sizing (model, value, leverage), the rest fields of the account."""
    changed = {name: D(value) if name != "on_sl_beyond_liq" and value is not None else value for name, value in account.items()}
    model, value, leverage = sizing
    risk = Risk(
        StopLoss(stop[0], D(stop[1])) if stop else None,
        TakeProfit(target[0], D(target[1]), target_type) if target else None,
        Sizing(model, D(value), D(leverage)),
        basis,
    )
    return Play(
        version="3.0.0",
        name="terms",
        description="",
        symbol="BTCUSDT",
        exec_timeframe=Timeframe("15m"),
        timeframes={},
        account=replace(PLAIN, **changed),
        features={},
        structures={},
        rules=RuleSource({}, {}, {}),
        policy=Policy(mode, "first_hit"),
        risk=risk,
        entry=EntryOrder(),
        execution=Execution(*execution),
        expected=None,
        validation=Validation(),
        canonical={},
        play_hash="",
    )


def spec_of(made: Play, on: Instrument | None = None, highest_ticks: int = 1_000_000) -> Spec:
    return make_specs(made, instrument() if on is None else on, False, highest_ticks)[0]
