"""A funding history that is missing, ends, or has holes is a warning that names the span (FUND-1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gate_cases import DAY, HOUR, at, bars, case, paid, said

from trade.gates import funding
from trade.market.names import Kind, Series


@pytest.mark.parametrize("none", [None, paid()])
def test_fund_1_a_run_without_funding_says_so(none: Any) -> None:
    assert said(funding.check(case(bars(range(DAY)), DAY, funding=none))) == [("no-funding", "warning")]


def test_fund_1_a_run_without_funding_names_the_command_that_brings_it_under_its_name() -> None:
    (finding,) = funding.check(case(bars(range(DAY)), DAY))
    assert "'paper:linear:BTCUSDT'" in finding.fact
    assert finding.hint == "bring it in with 'trade data import FILE --symbol BTCUSDT --kind funding --venue paper'"


def test_fund_1_of_spot_bars_that_name_is_the_perpetuals_and_of_bybits_it_can_be_fetched() -> None:
    told = case(bars(range(DAY)), DAY)
    spot, bybit = (replace(told.history.instrument, **changes) for changes in ({"market": "spot"}, {"venue": "bybit"}))
    (finding,) = funding.check(replace(told, history=replace(told.history, instrument=spot)))
    assert "'paper:linear:BTCUSDT'" in finding.fact
    (finding,) = funding.check(replace(told, history=replace(told.history, instrument=bybit)))
    assert "'trade data sync --symbol BTCUSDT --kinds funding'" in finding.hint


def test_fund_1_funding_under_another_name_is_named_with_the_command_that_copies_it() -> None:
    others = tuple(Series(venue, "linear", "BTCUSDT") for venue in ("generic", "okx"))
    (finding,) = funding.check(case(bars(range(DAY)), DAY, elsewhere={Kind.FUNDING: others}))
    assert "'generic:linear:BTCUSDT' and 'okx:linear:BTCUSDT'" in finding.fact
    assert finding.hint.partition(": ")[2].split(", then ") == [
        "'trade data export generic:linear:BTCUSDT --kind funding --to-file copied-funding.parquet'",
        "'trade data import copied-funding.parquet --symbol BTCUSDT --kind funding --venue paper'",
    ]


def test_fund_1_payments_all_outside_the_window_are_none() -> None:
    before = paid(*range(-DAY, 0, 8 * HOUR))
    assert said(funding.check(case(bars(range(DAY)), DAY, funding=before))) == [("no-funding", "warning")]


def test_fund_1_a_window_between_two_payments_lacks_none() -> None:
    around = paid(-8 * HOUR, 0)
    assert list(funding.check(case(bars(range(1, 5 * HOUR)), 5 * HOUR, start=1, funding=around))) == []


@pytest.mark.parametrize(
    ("where", "hole"),
    [
        (range(0, 3 * DAY, 8 * HOUR), None),
        ([0, 8 * HOUR, 20 * HOUR, 28 * HOUR, 36 * HOUR, 44 * HOUR, 52 * HOUR, 60 * HOUR, 68 * HOUR], None),  # 12 h: 1.5 times
        ([m for m in range(0, 3 * DAY, 8 * HOUR) if m != DAY], (16 * HOUR, 32 * HOUR)),
        (range(2 * DAY - 8 * HOUR, 3 * DAY, 8 * HOUR), (0, 2 * DAY - 8 * HOUR)),  # begins late
        (range(0, 2 * DAY, 8 * HOUR), (2 * DAY - 8 * HOUR, 3 * DAY)),  # ends early
    ],
)
def test_fund_1_a_hole_or_an_end_inside_the_window_names_its_span(where: Any, hole: tuple[int, int] | None) -> None:
    found = list(funding.check(case(bars(range(3 * DAY)), 3 * DAY, funding=paid(*where))))
    assert said(found) == ([] if hole is None else [("funding-hole", "warning")])
    for finding in found:
        assert hole is not None
        assert finding.data == {"from_ms": at(hole[0]), "to_ms": at(hole[1])}
        assert "usual interval 8.0 h" in finding.fact


def test_fund_1_the_usual_interval_is_the_one_of_the_series() -> None:
    hourly = paid(*[m for m in range(0, DAY, HOUR) if m != 5 * HOUR])
    (finding,) = funding.check(case(bars(range(DAY)), DAY, funding=hourly))
    assert "usual interval 60 min" in finding.fact


def steps(*hours: int) -> list[int]:
    """Minutes of payments that are these hours apart, the first at 0."""
    return [0, *(np.cumsum(hours) * HOUR).tolist()]


CHANGED = {
    "8 to 4 to 1": [8] * 6 + [4] * 6 + [1] * 12,
    "1 to 4 to 8": [1] * 12 + [4] * 6 + [8] * 6,
    "to 1 and back": [8] * 4 + [1] * 5 + [8] * 4,
    "4 for two payments": [8] * 4 + [4] * 2 + [1] * 6,
}


@pytest.mark.parametrize("kind", CHANGED)
def test_fund_1_an_interval_that_changes_is_no_hole(kind: str) -> None:
    hours = CHANGED[kind]
    end = (sum(hours) + hours[-1]) * HOUR
    assert list(funding.check(case(bars([0]), end, funding=paid(*steps(*hours))))) == []


@pytest.mark.parametrize("missed", [3, 17, 20])
@pytest.mark.parametrize("kind", ["8 to 4 to 1", "1 to 4 to 8"])
def test_fund_1_two_missed_payments_are_a_hole_before_between_and_after_changes(kind: str, missed: int) -> None:
    hours = CHANGED[kind]
    where = steps(*hours)
    end = (sum(hours) + hours[-1]) * HOUR
    lost = [m for m in where if m not in where[missed : missed + 2]]
    (finding,) = funding.check(case(bars([0]), end, funding=paid(*lost)))
    assert finding.data == {"from_ms": at(where[missed - 1]), "to_ms": at(where[missed + 2])}


def test_fund_1_one_payment_in_a_long_window_is_two_holes_of_eight_hour_steps() -> None:
    found = list(funding.check(case(bars([0]), 4 * DAY, funding=paid(2 * DAY))))
    assert [finding.data["from_ms"] for finding in found] == [at(0), at(2 * DAY)]


def test_fund_1_of_two_steps_the_longer_is_the_hole() -> None:
    (finding,) = funding.check(case(bars([0]), 40 * HOUR, funding=paid(0, 24 * HOUR, 32 * HOUR)))
    assert finding.data == {"from_ms": at(0), "to_ms": at(24 * HOUR)}
