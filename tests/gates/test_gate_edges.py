"""The ends of what gates look at: the first stored bar, the first few instants that are named."""

from __future__ import annotations

from gate_cases import bars, case, minutes, paid

from trade.gates import gaps, sanity


def test_a_gap_right_after_the_first_stored_bar_is_counted() -> None:
    (gap,) = gaps.check(case(bars(minutes(-100, 1000, (-99, -50))), 1000))
    assert (gap.data["count"], gap.data["missing_bars"]) == (1, 49)
    assert "(4.455%)" in gap.fact  # of the 1,100 minutes from the first bar on


def test_of_many_bad_rows_the_first_three_are_named_and_ten_kept() -> None:
    (bad,) = sanity.check(case(bars(range(9)), 9, funding=paid(*range(12), rate=2.0)))
    assert bad.fact.endswith("first at 2023-03-24 00:00, 2023-03-24 00:01, 2023-03-24 00:02")
    assert (bad.data["count"], len(bad.data["first_ms"])) == (12, 10)
