"""What other engines publish, through ours: equal to the last digit, or outside of it for a reason that the page counts."""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import backtestingpy_cases
import freqtrade_cases
import jesse_cases
import pytest
import tradingview_cases
import vectorbt_cases
from outside_play import Market, both_halves, crossing_of
from page_tables import table_with
from published import FOLDER_VARIABLE, Case, folder, read
from tradingview_runs import after_ties, bars_of, days_of, exported

from trade.base.timeframe import Timeframe

ADAPTERS = (freqtrade_cases, vectorbt_cases, backtestingpy_cases, jesse_cases, tradingview_cases)
PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"

pytestmark = pytest.mark.skipif(folder() is None, reason="no shared/conformance above, and TRADE_CONFORMANCE names none")

CASES = [case for adapter in ADAPTERS for case in adapter.cases()]
RUN = [case for case in CASES if case.outside is None]
of_the_page = pytest.mark.skipif(FOLDER_VARIABLE in os.environ, reason="the page speaks of shared/conformance")


@pytest.mark.parametrize("case", RUN, ids=lambda case: f"{case.source}-{case.name}")
def test_a_case_that_our_engine_can_run_comes_out_as_published(case: Case) -> None:
    assert case.ours is not None
    assert case.ours() == case.theirs


def test_no_two_cases_of_a_source_share_a_name() -> None:
    assert [name for name, n in Counter((case.source, case.name) for case in CASES).items() if n > 1] == []


@of_the_page
def test_the_bar_magnifier_needs_the_bars_inside_the_day() -> None:
    told = read("tradingview/cases.json")["tradingview_strategies"]["bar_magnifier_tv"]
    strategy, theirs = crossing_of(told["rule"]), exported(told)
    assert strategy is not None
    days = Market(days_of(bars_of(told)), Decimal("0.01"), Decimal(1), Timeframe("D"))
    equal = [(our.entry, our.exit) == (their.entry, their.exit) for our, their in zip(both_halves(strategy, days), theirs, strict=True)]
    assert (len(equal), equal.count(False)) == (56, 3)


@of_the_page
def test_one_reversal_of_the_future_is_at_an_exact_tie_of_two_averages() -> None:
    told = read("tradingview/cases.json")["tradingview_strategies"]["futures_pnl"]
    theirs = exported(told)
    moved = [(one, tied) for one, tied in zip(theirs, after_ties(theirs, bars_of(told), told), strict=True) if one != tied]
    assert [(one.exit, tied.exit) for one, tied in moved][:1] == [(Decimal("91.425"), Decimal("90.350"))]
    assert [(one.entry, tied.entry) for one, tied in moved][1:] == [(Decimal("91.425"), Decimal("90.350"))]


@of_the_page
def test_the_page_counts_what_holds() -> None:
    told = {row["source"]: (int(row["run and equal"]), int(row["outside"])) for row in table_with(PAGE.read_text(), "run and equal")}
    held, beyond = Counter(case.source for case in RUN), Counter(case.source for case in CASES if case.outside is not None)
    assert told == {source: (held[source], beyond[source]) for source in dict.fromkeys(case.source for case in CASES)}


@of_the_page
def test_the_page_names_every_reason_to_be_outside() -> None:
    told = {(row["reason"], row["source"]): int(row["cases"]) for row in table_with(PAGE.read_text(), "reason", "source")}
    assert told == Counter((case.outside, case.source) for case in CASES if case.outside is not None)
