"""What holds on every run: money is conserved, rows are the ledger, fills are inside their bars, the past knows no future."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from generated_runs import cases, mirrored_cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle_parity import fast, rows
from tapes import MINUTE, Market, ruled

from trade.base.records import NO_PRICE, ExitReason, FillKind, PriceFrom, Rejection, Rule
from trade.engine.simulate import Outcome
from trade.engine.tape import Points, Tape
from trade.sim.spec import OFFSET_POINTS, STOP_POINTS, TARGET_POINTS, Spec

Check = Callable[[Spec, Market, Outcome], None]
SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)
MANY = settings(max_examples=20_000, deadline=None, database=None)
ENDS = (Rule.END_1, Rule.END_2)  # a tape that is cut ends there, delisted or not


def money_is_conserved(spec: Spec, market: Market, outcome: Outcome) -> None:
    """MONEY-2."""
    trades, final = outcome.trades, outcome.equity[-1]
    made = trades["gross_quanta"].sum() - trades["fees_quanta"].sum() + trades["funding_quanta"].sum()
    assert final["cash_quanta"] == final["equity_quanta"] == spec.initial_cash_quanta + made
    assert trades["net_quanta"].sum() == outcome.fills["cash_quanta"].sum() == made
    assert (trades["gross_quanta"] - trades["fees_quanta"] + trades["funding_quanta"] == trades["net_quanta"]).all()


def fills_make_their_trade(spec: Spec, market: Market, outcome: Outcome) -> None:
    fills = outcome.fills
    for number, trade in enumerate(outcome.trades):
        own = fills[fills["trade"] == number]
        funding = own["kind"] == FillKind.FUNDING
        assert own["fee_quanta"].sum() == trade["fees_quanta"]
        assert own["cash_quanta"].sum() == trade["net_quanta"]
        assert own["cash_quanta"][funding].sum() == trade["funding_quanta"]
        assert own["kind"][0] == FillKind.ENTRY
        assert own["kind"][-1] in (FillKind.EXIT, FillKind.LIQUIDATION)
        assert np.isin(own["kind"][1:-1], FillKind.FUNDING).all()


def the_curve_is_the_ledger(spec: Spec, market: Market, outcome: Outcome) -> None:
    """MONEY-3."""
    assert outcome.equity["ts_ms"].tolist() == market.points.ts_ms.tolist()
    assert outcome.equity["equity_quanta"][0] == spec.initial_cash_quanta
    for row in outcome.equity:
        side = int(np.sign(row["position_lots"]))
        if side == 0:
            assert row["equity_quanta"] == row["cash_quanta"]
            assert row["used_margin_quanta"] == row["notional_quanta"] == row["maintenance_margin_quanta"] == 0
        else:
            held = outcome.trades[outcome.trades["entry_ts_ms"] < row["ts_ms"]][-1]
            assert row["position_lots"] == held["side"] * held["quantity_lots"]
            assert row["equity_quanta"] == row["cash_quanta"] + side * (row["notional_quanta"] - held["entry_value_quanta"])
            assert 0 <= row["used_margin_quanta"] <= min(held["margin_quanta"], row["cash_quanta"])
        assert row["low_equity_quanta"] <= row["equity_quanta"]


def a_liquidation_loses_no_more_than_the_margin(spec: Spec, market: Market, outcome: Outcome) -> None:
    """LIQ-1: what was posted, less what funding took of it before."""
    for fill in outcome.fills[outcome.fills["kind"] == FillKind.LIQUIDATION]:
        trade = outcome.trades[fill["trade"]]
        assert trade["exit_reason"] == ExitReason.LIQUIDATION
        assert 0 <= -fill["cash_quanta"] <= trade["margin_quanta"]
        bar = int(np.searchsorted(market.tape.ts_open_ms, fill["bar_ts_open_ms"]))
        mark = market.tape.mark_low[bar] if trade["side"] > 0 else market.tape.mark_high[bar]
        assert trade["side"] * (mark - fill["reference_price_ticks"]) <= 0


def tick_at(spec: Spec, market: Market, ts_ms: int) -> int:
    """Return the tick in force at an instant."""
    return [each.price_step_ticks for each in ruled(spec, market.changes) if each.from_ms <= ts_ms][-1]


def fills_are_inside_their_bars(spec: Spec, market: Market, outcome: Outcome) -> None:
    """Before slippage; but a resting limit that is opened beyond fills at its own price (FILL-6)."""
    for fill in outcome.fills[np.isin(outcome.fills["kind"], (FillKind.ENTRY, FillKind.EXIT))]:
        bar = int(np.searchsorted(market.tape.ts_open_ms, fill["bar_ts_open_ms"]))
        reference = int(fill["reference_price_ticks"])
        low, high = int(market.tape.low[bar]), int(market.tape.high[bar])
        if fill["price_from"] in (PriceFrom.TARGET_LEVEL, PriceFrom.LIMIT_PRICE) and fill["rule"] == Rule.FILL_6:
            assert -fill["side"] * (market.tape.open[bar] - reference) >= 0
        else:
            assert low <= reference <= high
        against = int(fill["side"]) * (int(fill["price_ticks"]) - reference)
        assert 0 <= against < -(-reference * spec.slippage_e9 // 10**9) + tick_at(spec, market, int(fill["ts_ms"]))


def time_in_position_is_the_sum_of_the_trades(spec: Spec, market: Market, outcome: Outcome) -> None:
    assert outcome.trades["bars_held"].sum() == outcome.tally.bars_in_position


def every_attempt_is_accounted_for(spec: Spec, market: Market, outcome: Outcome) -> None:
    assert outcome.tally.entry_attempts == len(outcome.trades) + outcome.rejections.sum()


CHECKS: list[Check] = [
    money_is_conserved,
    fills_make_their_trade,
    the_curve_is_the_ledger,
    a_liquidation_loses_no_more_than_the_margin,
    fills_are_inside_their_bars,
    time_in_position_is_the_sum_of_the_trades,
    every_attempt_is_accounted_for,
]


def check_all(drawn: Any) -> None:
    _, (spec, market) = drawn
    outcome = fast(spec, market)
    for check in CHECKS:
        check(spec, market, outcome)


@SOME
@given(cases())
def test_the_ledger_holds_on_every_run(drawn: Any) -> None:
    check_all(drawn)


def until(market: Market, bars: int) -> Market:
    """Return the market as it was known at the close of a bar, with one last point of the curve there."""
    tape, due, plan = market.tape, market.payments, market.decisions
    earlier = market.points.last_bar < bars - 1
    end = tape.ts_open_ms[bars - 1] + MINUTE
    return Market(
        Tape(*(column[:bars] for column in tape[:-1]), tape.step_ms),
        due[due["bar"] < bars],
        Points(np.append(market.points.ts_ms[earlier], end), np.append(market.points.last_bar[earlier], bars - 1)),
        plan[plan["bar"] < bars],
        market.tiers,
        np.append(market.trails[earlier], -1),
        market.changes,
    )


def assert_prefix(drawn: Any, cut_at: float) -> None:
    _, (spec, market) = drawn
    bars = len(market.tape.close)
    cut = 1 + int(cut_at * (bars - 1))
    whole, part = fast(spec, market), fast(spec, until(market, cut))
    later = int(market.tape.ts_open_ms[cut]) if cut < bars else 2**62
    known = [row for row in rows(part.fills) if row["rule"] not in ENDS]
    assert rows(whole.fills[: len(known)]) == known
    for row in rows(whole.fills[len(known) :]):
        due_later = row["kind"] == FillKind.FUNDING and row["ts_ms"] > market.tape.ts_open_ms[cut - 1]
        assert due_later or row["rule"] in ENDS or row["ts_ms"] >= later
    points = len(part.equity) - 1
    assert rows(whole.equity[:points]) == rows(part.equity[:points])
    if part.tally.stop_reason:
        assert [whole.tally[name] for name in ("stop_reason", "stop_ts_ms")] == [part.tally[name] for name in ("stop_reason", "stop_ts_ms")]
    more = whole.rejections - part.rejections
    more[[Rejection.NO_NEXT_BAR, Rejection.UNFILLED]] = 0  # it ended before they could act
    assert (more >= 0).all()
    assert whole.tally.entry_attempts >= part.tally.entry_attempts


@SOME
@given(cases(), st.floats(0, 1))
def test_time_6_what_comes_later_changes_nothing_before(drawn: Any, cut_at: float) -> None:
    assert_prefix(drawn, cut_at)


SAME = ("decision_ts_ms", "entry_ts_ms", "exit_ts_ms", "quantity_lots", "gross_quanta", "net_quanta", "mae_ticks", "mfe_ticks")
SAME = (*SAME, "bars_held", "exit_reason", "ambiguous")
REFLECTED = ("entry_price_ticks", "exit_price_ticks", "stop_price_ticks", "target_price_ticks")


def assert_mirror(drawn: Any) -> None:
    spec, market, reflected_spec, reflected, centre = drawn
    ours, theirs = fast(spec, market), fast(reflected_spec, reflected)
    for name in SAME:
        assert ours.trades[name].tolist() == theirs.trades[name].tolist(), name
    for name in REFLECTED:
        levels = ours.trades[name]
        assert np.where(levels < 0, levels, 2 * centre - levels).tolist() == theirs.trades[name].tolist(), name
    assert (ours.trades["side"] == -theirs.trades["side"]).all()
    assert ours.equity["equity_quanta"].tolist() == theirs.equity["equity_quanta"].tolist()
    assert ours.tally.max_drawdown_quanta == theirs.tally.max_drawdown_quanta
    assert ours.rejections.tolist() == theirs.rejections.tolist()


@SOME
@given(mirrored_cases())
def test_a_short_on_the_reflected_tape_is_a_long(drawn: Any) -> None:
    assert_mirror(drawn)


@pytest.mark.deep
@MANY
@given(cases(200), st.floats(0, 1))
def test_every_property_on_very_many_runs(drawn: Any, cut_at: float) -> None:
    check_all(drawn)
    assert_prefix(drawn, cut_at)


@pytest.mark.deep
@settings(MANY, max_examples=5_000)
@given(mirrored_cases())
def test_the_mirror_on_very_many_runs(drawn: Any) -> None:
    assert_mirror(drawn)


def finer(spec: Spec, market: Market, ticks: int, lots: int) -> tuple[Spec, Market, Spec, Market]:
    """Return a run without changes of its rules, and the same on a grid that is so many times finer."""
    exact = spec.exact_lots // (ticks * lots)
    coarse = replace(spec, tick_lot_quanta=spec.tick_lot_quanta * ticks * lots, exact_lots=exact, max_lots=min(spec.max_lots, exact))
    points = [{STOP_POINTS: "stop_num"}.get(spec.stop_kind), {TARGET_POINTS: "target_num"}.get(spec.target_kind)]
    points += ["offset_num"] if spec.offset_kind == OFFSET_POINTS else []
    fine = replace(
        spec,
        exact_lots=exact * lots,
        price_step_ticks=ticks,
        quantity_step_lots=lots,
        min_lots=spec.min_lots * lots,
        max_lots=coarse.max_lots * lots,
        **{name: getattr(spec, name) * ticks for name in points if name},
    )
    tape, due = market.tape, market.payments
    closer = Tape(tape.ts_open_ms, *(column * ticks for column in tape[1:-1]), tape.step_ms)
    dearer = due.copy()
    dearer["mark_ticks"] *= ticks
    plan = market.decisions.copy()
    for name in ("offset_ticks", "stop_ticks", "target_ticks"):
        plan[name] *= np.where(plan[name] == NO_PRICE, 1, ticks)
    trails = market.trails * np.where(market.trails == NO_PRICE, 1, ticks)
    return coarse, market, fine, replace(market, tape=closer, payments=dearer, decisions=plan, trails=trails)


@SOME
@given(cases(), st.integers(1, 7), st.integers(1, 7))
def test_a_finer_grid_under_the_same_rules_changes_nothing(drawn: Any, ticks: int, lots: int) -> None:
    _, (spec, market) = drawn
    assume(not market.changes and spec.tick_lot_quanta <= 10**5)
    coarse, theirs, fine, ours = finer(spec, market, ticks, lots)
    plain, scaled = fast(coarse, theirs), fast(fine, ours)
    for expected, found in ((plain.trades, scaled.trades), (plain.fills, scaled.fills)):
        for name in expected.dtype.names:
            factor = ticks if name.endswith("_ticks") else lots if name.endswith("_lots") else 1
            times = np.where(expected[name] == NO_PRICE, 1, factor) if name.endswith("_ticks") else factor
            assert (expected[name] * times).tolist() == found[name].tolist(), name
    assert plain.equity["equity_quanta"].tolist() == scaled.equity["equity_quanta"].tolist()
    assert plain.rejections.tolist() == scaled.rejections.tolist()
