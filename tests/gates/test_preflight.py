"""Every finding of preflight: one history that passes, one that it refuses or warns about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gate_cases import DAY, HOUR, at, bars, case, held, minutes, paid, said

from trade.base.calendar import ClosedSpans, Int64, expected_opens
from trade.base.errors import DataMissing
from trade.base.history import OpenInterest
from trade.base.timeframe import Timeframe
from trade.features.plan import Demand
from trade.gates import coverage, delisting, gaps, open_interest, sanity, warmup
from trade.gates.case import Preflight
from trade.gates.preflight import PREFLIGHT

EIGHT_HOURLY = paid(*range(0, DAY, 8 * HOUR))


def test_a_whole_history_passes_without_a_word() -> None:
    assert PREFLIGHT.require(case(bars(range(DAY)), DAY, funding=EIGHT_HOURLY, mark=bars(range(DAY)))) == ()


def test_a_refusal_brings_everything_there_is_to_say() -> None:
    base = bars(minutes(0, DAY, (100, 400)), volume=np.full(DAY - 300, -1.0))
    with pytest.raises(DataMissing) as refused:
        PREFLIGHT.require(case(base, DAY, reads_open_interest=True))
    assert {f.code for f in refused.value.findings} == {"unstored-series", "history-gaps", "bad-bars", "no-funding"}
    assert refused.value.exit_code == 3


# coverage


@pytest.mark.parametrize("where", [range(0), range(-50, 0), range(DAY, DAY + 9)])
def test_no_bar_inside_the_window_is_refused_with_the_span_that_is_missing(where: range) -> None:
    (finding,) = coverage.check(case(bars(where), DAY))
    assert said([finding]) == [("no-history", "error")]
    assert finding.data["missing"] == [[at(0), at(DAY)]]
    assert "2023-03-24 00:00 .. 2023-03-25 00:00" in finding.fact
    assert "trade data import FILE --symbol BTCUSDT" in finding.hint
    assert said(PREFLIGHT.findings(case(bars(where), DAY, funding=EIGHT_HOURLY)))[0][0] == "no-history"


def test_one_bar_is_some_history() -> None:
    assert list(coverage.check(case(bars([5]), DAY))) == []


# open interest


@pytest.mark.parametrize("stored", [None, held(), held(-5), held(DAY)])
def test_rules_over_open_interest_are_refused_where_none_is_stored_inside_the_window(stored: OpenInterest | None) -> None:
    told = case(bars(range(DAY)), DAY, reads_open_interest=True, open_interest=stored)
    (finding,) = open_interest.check(told)
    assert said([finding]) == [("unstored-series", "error")]
    assert (finding.data["from_ms"], finding.data["to_ms"]) == (at(0), at(DAY))
    assert "trade data import FILE --symbol BTCUSDT --kind oi --venue paper" in finding.hint


def test_whoever_does_not_read_open_interest_needs_none() -> None:
    assert list(open_interest.check(case(bars(range(9)), 9))) == []


def test_open_interest_every_five_minutes_passes_and_a_long_hole_is_named() -> None:
    whole = held(*range(0, DAY, 5))
    assert list(open_interest.check(case(bars(range(DAY)), DAY, reads_open_interest=True, open_interest=whole))) == []
    holed = held(*(m for m in range(0, DAY, 5) if not (2 * HOUR < m < 5 * HOUR or 10 * HOUR < m < 16 * HOUR)))
    (finding,) = open_interest.check(case(bars(range(DAY)), DAY, reads_open_interest=True, open_interest=holed))
    assert said([finding]) == [("open-interest-hole", "warning")]
    assert "2023-03-24 10:00 .. 2023-03-24 16:00 (6.0 h)" in finding.fact
    late = held(*range(0, 12 * HOUR, 5))
    (finding,) = open_interest.check(case(bars(range(DAY)), DAY, reads_open_interest=True, open_interest=late))
    assert (finding.data["from_ms"], finding.data["to_ms"]) == (at(12 * HOUR - 5), at(DAY))


@pytest.mark.parametrize(("minutes", "told"), [(3 * HOUR, []), (3 * HOUR + 1, [("open-interest-hole", "warning")])])
def test_a_hole_in_open_interest_as_long_as_the_longest_gap_allowed_passes(minutes: int, told: list[tuple[str, str]]) -> None:
    holed = held(*range(0, HOUR, 5), *range(HOUR - 5 + minutes, DAY, 5))
    found = open_interest.check(case(bars(range(DAY)), DAY, reads_open_interest=True, open_interest=holed))
    assert said(found) == told


@pytest.mark.parametrize("wrong", [np.nan, -1.0, np.inf])
def test_open_interest_that_nobody_can_hold_is_refused(wrong: float) -> None:
    assert said(sanity.check(case(bars(range(9)), 9, open_interest=held(0, 5, value=wrong)))) == [("bad-open-interest", "error")]
    assert said(sanity.check(case(bars(range(9)), 9, open_interest=held(0, 5, 5)))) == [("bad-open-interest", "error")]
    assert said(sanity.check(case(bars(range(9)), 9, open_interest=held(0, 5)))) == []


# sanity


def changed(column: str, value: float) -> Any:
    base = bars(range(10))
    values = getattr(base, column).copy()
    values[4] = value
    return replace(base, **{column: values})


BAD = {
    "do not ascend": bars([0, 1, 3, 2, 4]),
    "stand twice": bars([0, 1, 1, 2]),
    "off the grid of 1m": replace(bars(range(3)), ts_open_ms=np.array([at(0), at(1) + 1, at(2)])),
    "off the grid of W": replace(bars([0]), timeframe=Timeframe("W")),  # 2023-03-24 was a Friday
    "price is zero or negative": changed("low", 0),
    "high is below": changed("high", 99),
    "low is above": changed("low", 101),
    "high is below open": changed("close", 101),
    "volume is negative": changed("volume", -0.5),
    "a value is not a finite number": changed("volume", np.nan),
    "not a finite number": changed("volume", np.inf),
}


@pytest.mark.parametrize("fact", BAD)
def test_bars_that_no_market_can_have_made_are_refused(fact: str) -> None:
    found = list(sanity.check(case(BAD[fact], 10)))
    assert {finding.code for finding in found} == {"bad-bars"}
    assert any(fact in finding.fact for finding in found)
    assert all("2023-03-24" in finding.fact for finding in found)
    marked = list(sanity.check(case(bars(range(10)), 10, mark=BAD[fact])))
    assert [finding.fact.replace(" mark bars", " bars") for finding in marked] == [finding.fact for finding in found]


def test_a_bad_bar_is_counted_and_its_instant_kept() -> None:
    (finding,) = sanity.check(case(changed("volume", -1), 10))
    assert finding.data == {"count": 1, "first_ms": [at(4)]}
    monday = replace(bars([0]), timeframe=Timeframe("W"), ts_open_ms=np.array([at(3 * DAY)]))
    assert list(sanity.check(case(monday, 10))) == []


@pytest.mark.parametrize("rate", [np.nan, np.inf, 1.01, -1.01])
def test_a_funding_rate_that_is_no_rate_is_refused(rate: float) -> None:
    assert said(sanity.check(case(bars(range(9)), 9, funding=paid(1, rate=rate)))) == [("bad-funding", "error")]


def test_funding_out_of_order_is_refused_and_good_funding_passes() -> None:
    assert said(sanity.check(case(bars(range(9)), 9, funding=paid(1, 1)))) == [("bad-funding", "error")]
    assert said(sanity.check(case(bars(range(9)), 9, funding=paid(1, 2, rate=-1.0)))) == []


# warm-up (TIME-7)


@pytest.mark.parametrize(
    ("first", "code"),
    [(-600, None), (-700, None), (-599, "short-warmup"), (-100, "short-warmup"), (-99, "late-start"), (50, "late-start")],
)
@pytest.mark.parametrize("strict", [False, True])
def test_time_7_short_history_warns_a_moved_start_is_reported_and_strict_refuses_both(first: int, code: str | None, strict: bool) -> None:
    found = list(warmup.check(case(bars(range(first, 200)), DAY, settle=-600, first_valid=-100, strict_warmup=strict)))
    assert said(found) == ([] if code is None else [(code, "error" if strict else "warning")])
    for finding in found:
        wanted = at(-600 if code == "short-warmup" else -100)
        assert finding.data == {"history_starts_ms": at(first), "wanted_ms": wanted, "missing_bars": {}}


def wants(*demands: tuple[str, str, int], end: int = 0) -> tuple[Demand, ...]:
    """What features of these names and timeframes want before a minute, in bars."""
    return tuple(Demand(name, Timeframe(tf), bars, Timeframe(tf).back(at(end), bars)) for name, tf, bars in demands)


def test_time_7_a_short_history_names_the_features_and_the_bars_they_lack() -> None:
    settles = wants(("fast", "15m", 30), ("slow", "1h", 10), ("other", "1m", 450), ("enough", "1h", 6), ("last", "5m", 100))
    (finding,) = warmup.check(case(bars(range(-370, 200)), DAY, settle=-600, first_valid=-300, settles=settles))
    assert finding.data["missing_bars"] == {"other": 80, "last": 26, "fast": 6, "slow": 4}
    assert finding.fact.endswith("to settle: 'other' lacks 80 of 450 bars of 1m, 'last' lacks 26 of 100 bars of 5m, "
                                 "'fast' lacks 6 of 30 bars of 15m and 1 more")  # fmt: skip


def test_time_7_a_late_start_names_the_features_without_a_value() -> None:
    firsts = wants(("fast", "15m", 4), ("slow", "1h", 5))
    (finding,) = warmup.check(case(bars(range(-100, 200)), DAY, settle=-600, first_valid=-300, firsts=firsts))
    assert finding.fact.endswith("to have a value at the window's start: 'slow' lacks 4 of 5 bars of 1h")
    assert finding.data["missing_bars"] == {"slow": 4}
    (without,) = warmup.check(case(bars(range(400, 600)), DAY, settle=-600, first_valid=-300, firsts=firsts))
    assert without.data["missing_bars"] == {"slow": 5, "fast": 4}  # all of them, and no more


def test_a_history_that_begins_ages_later_is_not_counted_minute_by_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = list[int]()

    def counting(closed: ClosedSpans, timeframe: Timeframe, start_ms: int, end_ms: int) -> Int64:
        counted.append((end_ms - start_ms) // timeframe.length_ms)
        return expected_opens(closed, timeframe, start_ms, end_ms)

    monkeypatch.setattr(warmup, "expected_opens", counting)
    firsts = wants(("minute", "1m", 30), ("slow", "1h", 5))
    (finding,) = warmup.check(case(bars(range(10**9, 10**9 + 200)), DAY, first_valid=-300, firsts=firsts, closed=[(-200, -20)]))
    assert finding.data["missing_bars"] == {"minute": 30, "slow": 5}
    assert counted
    assert max(counted) < 1000


def test_without_bars_coverage_speaks_and_warm_up_does_not() -> None:
    assert list(warmup.check(case(bars([]), DAY))) == []
    assert list(gaps.check(case(bars([]), DAY))) == []


def ended(whole: Preflight, minute: float) -> Preflight:
    """The case of a symbol that was delisted at a minute."""
    return replace(whole, history=replace(whole.history, instrument=replace(whole.history.instrument, delisted_ms=at(minute))))


def test_end_2_a_symbol_that_ends_in_the_window_is_a_note_and_no_gap() -> None:
    whole = case(bars(range(DAY)), 2 * DAY, funding=paid(0, 8 * HOUR, 16 * HOUR))
    assert [code for code, _ in said(PREFLIGHT.findings(whole))] == ["history-gaps", "funding-hole"]
    assert said(PREFLIGHT.require(ended(whole, DAY))) == [("delisted", "note")]
    [told] = delisting.check(ended(whole, DAY))
    assert "2023-03-25 00:00" in told.fact


def test_end_2_minutes_missing_before_the_end_are_a_gap() -> None:
    found = list(gaps.check(ended(case(bars(range(DAY)), 2 * DAY), DAY + 10)))
    assert said(found) == [("history-gaps", "warning")]
    assert found[0].data["gaps"] == [[at(DAY), at(DAY + 10)]]


@pytest.mark.parametrize("minute", [2 * DAY, 3 * DAY])
def test_end_2_an_end_at_the_end_of_the_window_or_after_it_says_nothing(minute: int) -> None:
    assert list(delisting.check(ended(case(bars(range(2 * DAY)), 2 * DAY), minute))) == []


def test_end_2_a_window_after_the_end_says_why_there_is_nothing() -> None:
    whole = ended(case(bars(range(DAY)), 3 * DAY, start=2 * DAY), DAY)
    assert list(delisting.check(whole)) == []
    [missing] = coverage.check(whole)
    assert missing.fact.endswith("it was delisted at 2023-03-25 00:00")
