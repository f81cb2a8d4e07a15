"""What the loop reads: tape, payments, points and decisions of a window (FUND-1, TIME-9, TIME-5)."""

from __future__ import annotations

import numpy as np
import pytest
from feed_cases import START, at, bars, feed, funding
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.records import PriceFrom
from trade.base.timeframe import DAY_MS, Timeframe
from trade.dsl.evaluate import Decisions
from trade.engine.measured import Ruler
from trade.engine.processor import has_mark, highest_ticks, make_decisions, make_payments, make_points, make_tape
from trade.feeds.store import MultiTFFeedStore

CLOSE, MARK = int(PriceFrom.CLOSE), int(PriceFrom.MARK_OPEN)


def test_the_tape_is_the_window_end_exclusive_with_the_mark_beside_it() -> None:
    tape = make_tape(feed(bars(range(20)), window=(5, 10), mark=bars([6], first_price=900)))
    assert tape.ts_open_ms.tolist() == [at(m) for m in range(5, 10)]
    assert (tape.close.tolist(), tape.mark_close.tolist()) == ([106, 107, 108, 109, 110], [106, 901, 108, 109, 110])
    assert (tape.mark_high[1], tape.mark_low[1], tape.mark_open[1], tape.step_ms) == (903, 898, 900, 60_000)
    assert all(column.flags["C_CONTIGUOUS"] and column.dtype == np.int64 for column in tape[:-1])


def test_fund_1_the_mark_is_the_open_of_the_mark_bar_at_the_instant_else_the_last_base_close() -> None:
    store = feed(bars(range(20)), window=(5, 20), mark=bars([8], first_price=900), paid=funding((4, 0.1), (8, 0.2), (9, -0.3), (20, 0.4)))
    due = make_payments(store)
    assert due["ts_ms"].tolist() == [at(8), at(9)]  # the window's own span, end exclusive
    assert due["bar"].tolist() == [3, 4]
    assert due["mark_ticks"].tolist() == [900, 109]  # bar 8 closed at 109, at the instant of the second
    assert due["price_from"].tolist() == [MARK, CLOSE]
    assert due["bar_ts_open_ms"].tolist() == [at(8), at(8)]
    assert due["rate_e12"].tolist() == [2 * 10**11, -3 * 10**11]


def test_fund_1_payments_inside_a_gap_are_due_at_the_next_bar_in_order() -> None:
    minutes = [m for m in range(30) if not 10 <= m < 20]
    due = make_payments(feed(bars(minutes), window=(0, 30), paid=funding((11, 0.1), (15, 0.2), (20, 0.3))))
    assert due["bar"].tolist() == [10, 10, 10]
    assert due["mark_ticks"].tolist() == [110, 110, 110]  # close of minute 9
    assert due["bar_ts_open_ms"].tolist() == [at(9)] * 3


def test_fund_1_a_payment_at_the_first_bar_uses_the_close_before_the_window() -> None:
    due = make_payments(feed(bars(range(10)), window=(5, 10), paid=funding((5, 0.1))))
    assert (due["bar"].tolist(), due["mark_ticks"].tolist(), due["bar_ts_open_ms"].tolist()) == ([0], [105], [at(4)])


def test_a_payment_before_the_first_bar_of_all_has_no_price_and_comes_after_no_position() -> None:
    due = make_payments(feed(bars(range(5, 20)), window=(0, 20), paid=funding((2, 0.1), (19, 0.1))))
    assert (due["bar"].tolist(), due["mark_ticks"].tolist(), due["bar_ts_open_ms"].tolist()) == ([0, 14], [0, 114], [0, at(18)])


def test_end_2_a_payment_after_the_last_bar_is_due_at_no_bar() -> None:
    due = make_payments(feed(bars(range(10)), window=(0, 20), paid=funding((15, 0.1))))
    assert due["bar"].tolist() == [10]


def test_a_run_without_funding_pays_none() -> None:
    due = make_payments(feed(bars(range(10)), window=(0, 10)))
    assert len(due) == 0


def test_rates_reach_the_ledger_as_the_decimals_an_exchange_publishes() -> None:
    due = make_payments(feed(bars(range(10)), window=(0, 10), paid=funding((1, 0.0001), (2, -0.00012345), (3, 1.25e-06))))
    assert due["rate_e12"].tolist() == [100_000_000, -123_450_000, 1_250_000]


def test_time_9_the_curve_begins_at_the_window_and_has_a_point_per_exec_close_gaps_included() -> None:
    minutes = [m for m in range(40) if not 12 <= m < 21]
    points = make_points(feed(bars(minutes), window=(5, 30)))
    assert points.ts_ms.tolist() == [at(m) for m in (5, 10, 15, 20, 25, 30)]
    assert points.last_bar.tolist() == [-1, 4, 6, 6, 10, 15]


@settings(max_examples=30)
@given(days=st.integers(1, 120), name=st.sampled_from(["D", "W", "M"]))
def test_time_9_weeks_and_months_have_a_point_per_close(days: int, name: str) -> None:
    timeframe = Timeframe(name)
    start = timeframe.ceil_at(START)
    end = timeframe.ceil_at(start + days * DAY_MS)
    base = bars(range(400), timeframe=Timeframe("D"))
    points = make_points(feed(base, name, window=((start - START) // 60_000, (end - START) // 60_000)))
    assert points.ts_ms[0] == start
    assert points.ts_ms[-1] == end
    assert [timeframe.floor_at(t) for t in points.ts_ms.tolist()] == points.ts_ms.tolist()
    assert points.last_bar.tolist() == [(t - start) // DAY_MS - 1 for t in points.ts_ms.tolist()]


def unmeasured(store: MultiTFFeedStore) -> Ruler:
    """Return the ruler of orders that are measured by no column."""
    return Ruler(store, store.instrument.grid, 10**9, {})


def test_time_5_a_decision_is_taken_at_the_close_of_its_base_bar() -> None:
    minutes = [m for m in range(20) if m not in (6, 7)]
    store = feed(bars(minutes), window=(0, 20))
    ts = store.exec_closes
    codes = np.array([1, 2, 3], np.int8)
    decided = make_decisions(Decisions(ts[:3], codes, codes[::-1], codes * 0, ()), make_tape(store), unmeasured(store))
    assert decided["ts_ms"].tolist() == [at(5), at(10), at(15)]
    assert decided["bar"].tolist() == [4, 7, 12]
    tape = make_tape(store)
    assert (tape.ts_open_ms[decided["bar"]] + tape.step_ms).tolist() == decided["ts_ms"].tolist()
    assert decided["long"].tolist() == [3, 2, 1]


def test_a_decision_that_wants_nothing_in_any_state_is_no_row() -> None:
    store = feed(bars(range(20)), window=(0, 20))
    ts = store.exec_closes
    codes = np.array([1, 0, 3], np.int8)
    decided = make_decisions(Decisions(ts[:3], codes, codes * 0, codes * 0, ()), make_tape(store), unmeasured(store))
    assert decided["ts_ms"].tolist() == [at(5), at(15)]
    assert decided["flat"].tolist() == [1, 3]


@pytest.mark.parametrize(("minutes", "there"), [(None, False), ([], False), ([0, 1], False), ([30], False), ([7], True)])
def test_a_mark_series_counts_only_where_it_has_a_bar_in_the_window(minutes: list[int] | None, there: bool) -> None:
    mark = bars(minutes, first_price=700) if minutes is not None else None
    assert has_mark(feed(bars(range(20)), window=(5, 10), mark=mark)) is there


def test_the_highest_price_looks_at_last_price_mark_and_payments() -> None:
    plain = feed(bars(range(20)), window=(5, 10))
    assert highest_ticks(make_tape(plain), make_payments(plain)) == 112
    marked = feed(bars(range(20)), window=(5, 10), mark=bars([7], first_price=700))
    assert highest_ticks(make_tape(marked), make_payments(marked)) == 703
    before = feed(bars(range(5), first_price=900), window=(5, 10), paid=funding((5, 0.1)))
    assert highest_ticks(make_tape(before), make_payments(before)) == 905
