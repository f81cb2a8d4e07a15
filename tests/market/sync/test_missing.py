"""What is missing: minutes by their grid, payments by what is usual around them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.timeframe import BASE
from trade.sync.missing import missing_payments, missing_rows

HOUR = 3_600_000
MINUTE = 60_000


def payments(*hours):
    return np.array(hours, np.int64) * HOUR


def test_without_rows_the_whole_span_is_missing():
    assert missing_rows(np.empty(0, np.int64), 0, 10 * MINUTE, BASE) == ((0, 10 * MINUTE),)
    assert missing_payments(payments(), 0, 10 * HOUR, 8 * HOUR) == ((0, 10 * HOUR),)
    assert missing_payments(payments(), 10, 10, 8 * HOUR) == ()


def test_regular_payments_miss_nothing():
    assert missing_payments(payments(*range(0, 80, 8)), 0, 80 * HOUR, 8 * HOUR) == ()
    assert missing_payments(payments(*range(0, 80, 8)), 0, 79 * HOUR, 8 * HOUR) == ()


def test_a_payment_that_is_due_is_asked_for():
    stored = payments(*range(0, 80, 8))
    assert missing_payments(stored, 0, 80 * HOUR + 1, 8 * HOUR) == ((72 * HOUR + 1, 80 * HOUR + 1),)
    assert missing_payments(stored, -8 * HOUR, 80 * HOUR, 8 * HOUR) == ((-8 * HOUR, 0),)
    assert missing_payments(stored, -7 * HOUR, 80 * HOUR, 8 * HOUR) == ()


def test_two_payments_far_apart_are_no_interval():
    assert missing_payments(payments(0, 24), 0, 32 * HOUR, 8 * HOUR) == ((1, 24 * HOUR),)


@settings(max_examples=60)
@given(st.data())
def test_a_payment_taken_out_is_always_noticed(data):
    """Whatever the intervals were, and wherever it was taken from, if each was paid for long enough: three payments on one side."""
    runs = data.draw(st.lists(st.tuples(st.sampled_from([1, 2, 4, 8]), st.integers(7, 12)), min_size=1, max_size=4))
    steps = [hours for hours, count in runs for _ in range(count)]
    stored = payments(*np.concatenate(([0], np.cumsum(steps))))
    gone = data.draw(st.integers(0, len(stored) - 1))
    end = int(stored[-1]) + 1
    spans = missing_payments(np.delete(stored, gone), 0, end, runs[-1][0] * HOUR)
    assert any(first <= stored[gone] < until for first, until in spans)


@settings(max_examples=60)
@given(st.sets(st.integers(0, 60)), st.integers(0, 20), st.integers(21, 60))
def test_minutes_are_stored_or_missing_and_never_both(minutes, first, end):
    spans = missing_rows(np.array(sorted(minutes), np.int64) * MINUTE, first * MINUTE, end * MINUTE, BASE)
    missing = {minute for a, b in spans for minute in range(a // MINUTE, b // MINUTE)}
    assert missing == set(range(first, end)) - minutes
