"""What the processor reads from a feed and a Play before it runs: the highest price, no payments, the bars that close at instants."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
from tapes import flat_bars, market, spec, stop_points
from term_plays import D, instrument, play

from trade.base.bars import base_bars
from trade.base.history import Window
from trade.base.rules import Rules
from trade.base.timeframe import MINUTE_MS
from trade.engine.limits import exact_lots
from trade.engine.processor import _bars_closing, highest_ticks, make_payments
from trade.engine.terms import make_specs
from trade.feeds.store import FeedStore
from trade.sim.money import LIMIT_QUANTA
from trade.sim.payment import PAYMENT
from trade.sim.spec import SIZE_RISK, STOP_FRACTION, TARGET_RATIO


def test_the_highest_price_of_a_run_is_that_of_bars_mark_and_payments() -> None:
    low = market(flat_bars(1), {})
    assert highest_ticks(low.tape, low.payments) == 1
    assert highest_ticks(market([(5, 9, 4, 6)], {}).tape, low.payments) == 9
    assert highest_ticks(market(flat_bars(5), {}, mark=[(5, 8, 4, 6)]).tape, low.payments) == 8
    paid = np.zeros(1, PAYMENT)
    paid["mark_ticks"] = 7
    assert highest_ticks(low.tape, paid) == 7


def test_without_funding_nothing_is_due() -> None:
    base = base_bars(np.arange(5, dtype=np.int64) * MINUTE_MS, *(np.full(5, 100, np.int64) for _ in range(4)), np.ones(5))
    feed: Any = SimpleNamespace(base=FeedStore(base, base.ts_open_ms + MINUTE_MS), window=Window(0, 5 * MINUTE_MS), funding=None, mark=None)
    assert len(make_payments(feed)) == 0


def test_a_decision_stands_at_the_bar_that_closes_with_it_gap_or_not() -> None:
    for missing in ({}, {2: 3}):
        tape = market(flat_bars(*[100] * 5), {}, missing=missing).tape
        assert _bars_closing(tape, tape.ts_open_ms[[0, 2, 4]] + MINUTE_MS).tolist() == [0, 2, 4]


def test_fill_10_under_a_coarser_step_minimum_and_maximum_are_whole_steps_of_the_finer_grid() -> None:
    fine = instrument(step="0.001", max_qty=D(1))
    later = Rules(10, fine.tick_size, D("0.01"), D("0.015"), D("0.555"), D(0), "by hand")
    first, second = make_specs(play(), fine.with_rules(later), has_mark=False, highest_ticks=10**6)
    assert (first.quantity_step_lots, first.max_lots) == (1, 1000)
    assert (second.quantity_step_lots, second.min_lots, second.max_lots) == (10, 20, 550)


def test_without_a_maximum_the_largest_order_is_the_last_whole_step_of_what_is_exact() -> None:
    fine = instrument(step="0.001", max_qty=None)
    later = Rules(10, fine.tick_size, D("0.007"), D("0.007"), None, D(0), "by hand")
    first, second = make_specs(play(), fine.with_rules(later), has_mark=False, highest_ticks=999_983)
    assert (first.max_lots, second.max_lots) == (first.exact_lots, second.exact_lots // 7 * 7)
    assert second.max_lots < second.exact_lots


def test_the_exact_lots_of_a_size_by_risk_leave_room_for_the_value_at_the_stop() -> None:
    sized = spec(size_model=SIZE_RISK, stop_kind=STOP_FRACTION, stop_num=3, stop_den=2, tick_lot_quanta=1)
    assert exact_lots(sized, 100, Fraction(0)) == LIMIT_QUANTA // (200 + 150)
    assert exact_lots(spec(size_model=SIZE_RISK, tick_lot_quanta=1, **stop_points(70)), 100, Fraction(0)) == LIMIT_QUANTA // (200 + 70)
    assert exact_lots(spec(tick_lot_quanta=1, target_kind=TARGET_RATIO), 100, Fraction(0)) == LIMIT_QUANTA // 200
