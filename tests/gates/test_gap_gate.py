"""Missing base bars: a warning, or a refusal when they are too many or one hole too long (GAP-1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gate_cases import DAY, HOUR, at, bars, case, minutes, said

from trade.base.timeframe import MINUTE_MS, Timeframe
from trade.features.plan import Demand
from trade.gates import gaps, outside, warmup

LONG = 150 * DAY  # so long that three hours are less than 0.1 %


@pytest.mark.parametrize(
    ("holes", "end", "allowed", "severity"),
    [
        ([], DAY, {}, None),
        ([(10, 11)], DAY, {}, "warning"),
        ([(100, 280)], DAY, {}, "warning"),  # 3 h: not longer than the longest allowed, not more than 3 h together
        ([(100, 281)], DAY, {}, "error"),
        ([(100, 281)], DAY, {"max_gap_ms": 4 * HOUR * MINUTE_MS}, "error"),  # more than 3 h, and more than 0.1 %
        ([(100, 281)], DAY, {"max_gap_ms": 4 * HOUR * MINUTE_MS, "max_missing_frac": 0.5}, "warning"),
        ([(100, 281)], LONG, {"max_gap_ms": 4 * HOUR * MINUTE_MS}, "warning"),  # more than 3 h, but not 0.1 %
        ([(100, 281)], LONG, {}, "error"),
        ([(100, 200), (300, 380)], DAY, {}, "warning"),  # 3 h together
        ([(100, 200), (300, 381)], DAY, {}, "error"),
        ([(100, 200), (300, 381)], LONG, {}, "warning"),
        ([(m, m + 10) for m in range(100, LONG - 100, 1000)], LONG, {}, "error"),  # 1 %, each ten minutes
        ([(100, 161)], DAY, {"max_gap_ms": 60 * MINUTE_MS}, "error"),
    ],
)
def test_gap_1_one_hole_too_long_or_all_together_too_many_refuse_and_less_warns(
    holes: list[tuple[int, int]], end: int, allowed: dict[str, Any], severity: str | None
) -> None:
    there = np.ones(end, np.bool_)
    for start, stop in holes:
        there[start:stop] = False
    found = list(gaps.check(case(bars(np.flatnonzero(there).tolist()), end, **allowed)))
    assert said(found) == ([] if severity is None else [("history-gaps", severity)])
    for finding in found:
        assert finding.data["gaps"] == [[at(start), at(stop)] for start, stop in holes]
        assert finding.data["count"] == len(holes)
        assert finding.data["missing_bars"] == sum(stop - start for start, stop in holes)


@pytest.mark.parametrize(
    ("base", "hole"),
    [
        (bars(range(90, DAY)), (0, 90)),  # leading
        (bars(range(DAY - 80)), (DAY - 80, DAY)),  # trailing
        (bars(minutes(-600, DAY, (-300, -220))), (-300, -220)),  # inside the warm-up
    ],
)
def test_gap_1_leading_trailing_and_warm_up_holes_count(base: Any, hole: tuple[int, int]) -> None:
    (finding,) = gaps.check(case(base, DAY, settle=-600))
    assert finding.data["gaps"] == [[at(hole[0]), at(hole[1])]]
    assert finding.severity == "warning"
    refused = gaps.check(case(base, DAY, settle=-600, max_gap_ms=79 * MINUTE_MS))
    assert said(refused) == [("history-gaps", "error")]


def test_warm_up_that_was_never_stored_is_no_gap() -> None:
    assert list(gaps.check(case(bars(range(DAY)), DAY, settle=-600))) == []


def test_gap_1_the_longest_five_are_named_and_the_hint_fits_the_cause() -> None:
    holes = [(100 * n, 100 * n + n) for n in range(1, 8)]
    (finding,) = gaps.check(case(bars(minutes(0, DAY, *holes)), DAY))
    assert "7 gaps, 28 base bars missing (1.944%)" in finding.fact
    assert finding.fact.count(" .. ") == 5
    assert finding.fact.index("(7 min)") < finding.fact.index("(6 min)") < finding.fact.index("(3 min)")
    assert "(2 min)" not in finding.fact
    assert "GAP-1" in finding.hint
    (long,) = gaps.check(case(bars(minutes(0, DAY, (100, 400))), DAY))
    assert "--max-gap" in long.hint
    (many,) = gaps.check(case(bars(minutes(0, DAY, (100, 250), (300, 450))), DAY))
    assert "--max-missing" in many.hint


def accepted(*spans: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple((at(first), at(end)) for first, end in spans)


def test_gap_1_an_accepted_gap_is_closed_market_and_named() -> None:
    base = bars(minutes(0, DAY, (100, 400)))
    (finding,) = gaps.check(case(base, DAY, accepted_gaps=accepted((100, 400))))
    assert said([finding]) == [("accepted-gaps", "note")]
    assert finding.data["accepted"] == [[at(100), at(400)]]
    assert "1 accepted gaps, 300 base bars" in finding.fact


def test_gap_1_what_is_not_accepted_of_a_gap_is_still_missing() -> None:
    base = bars(minutes(0, DAY, (100, 400)))
    missing, known = gaps.check(case(base, DAY, accepted_gaps=accepted((120, 400))))
    assert said([missing, known]) == [("history-gaps", "warning"), ("accepted-gaps", "note")]
    assert missing.data["gaps"] == [[at(100), at(120)]]
    assert "20 base bars missing (1.724%)" in missing.fact  # of the 1160 minutes that are expected


def test_gap_1_existing_bars_win_over_an_acceptance() -> None:
    assert list(gaps.check(case(bars(range(DAY)), DAY, accepted_gaps=accepted((100, 400))))) == []


NIGHTS = [(0, 570), (960, 2010), (2400, 2880)]  # two days, open from 09:30 to 16:00
SESSIONS = [*range(570, 960), *range(2010, 2400)]


def test_a_closed_market_has_no_gaps() -> None:
    assert list(gaps.check(case(bars(SESSIONS), 2 * DAY, closed=NIGHTS))) == []
    assert said(gaps.check(case(bars(SESSIONS), 2 * DAY))) == [("history-gaps", "error")]


def test_a_missing_minute_is_measured_by_the_minutes_that_are_expected() -> None:
    (finding,) = gaps.check(case(bars(sorted(set(SESSIONS) - {600})), 2 * DAY, closed=NIGHTS))
    assert finding.data["gaps"] == [[at(600), at(601)]]
    assert "1 gap, 1 base bar missing (0.128%)" in finding.fact  # of 780


def test_a_hole_over_a_night_is_two() -> None:
    base = bars([m for m in SESSIONS if not 950 <= m < 2020])
    (finding,) = gaps.check(case(base, 2 * DAY, closed=NIGHTS))
    assert finding.data["gaps"] == [[at(950), at(960)], [at(2010), at(2020)]]
    assert finding.severity == "warning"


def test_bars_of_a_closed_market_are_counted_and_used() -> None:
    base = bars(sorted([*SESSIONS, 300, 301, 2400]))
    (finding,) = outside.check(case(base, 2 * DAY, closed=NIGHTS))
    assert said([finding]) == [("bars-outside-calendar", "warning")]
    assert (finding.data["count"], finding.data["first_ms"], finding.data["last_ms"]) == (3, at(300), at(2400))
    assert "3 of 783 bars" in finding.fact
    assert "2023-03-24 05:00" in finding.fact
    assert list(outside.check(case(bars(SESSIONS), 2 * DAY, closed=NIGHTS))) == []
    assert list(outside.check(case(base, 2 * DAY))) == []


@pytest.mark.parametrize(("first", "code"), [(570, None), (571, "short-warmup"), (631, "late-start")])
def test_warm_up_is_wanted_from_the_first_minute_that_is_expected(first: int, code: str | None) -> None:
    base = bars([m for m in SESSIONS if m >= first])  # slow bars of 09:00 and 10:30: the first begins before the market opens
    found = list(warmup.check(case(base, 2 * DAY, start=2000, settle=540, first_valid=630, closed=NIGHTS)))
    assert [finding.code for finding in found] == ([] if code is None else [code])
    assert [finding.data["wanted_ms"] for finding in found] == ([] if code is None else [at({571: 570, 631: 630}[first])])


def test_bars_that_a_closed_market_does_not_have_are_not_lacking() -> None:
    base = bars([m for m in SESSIONS if m >= 2010])
    settles = (Demand("slow", Timeframe("1h"), 8, at(660)),)  # 11:00 to 15:00, then 09:00 the next day
    (finding,) = warmup.check(case(base, 2 * DAY, start=2200, settle=660, first_valid=2100, closed=NIGHTS, settles=settles))
    assert finding.data["missing_bars"] == {"slow": 5}


def test_gap_1_of_a_calendar_what_is_expected_is_neither_closed_nor_accepted() -> None:
    base = bars([m for m in SESSIONS if not (600 <= m < 620 or 2010 <= m < 2110)])
    missing, known = gaps.check(case(base, 2 * DAY, closed=NIGHTS, accepted_gaps=accepted((900, 2110))))
    assert (missing.data["gaps"], known.data["accepted"]) == ([[at(600), at(620)]], [[at(2010), at(2110)]])
    assert "20 base bars missing (2.941%)" in missing.fact  # of 780 less 100
