"""Outputs that exist on one side of the market only: what a rule asks of them that cannot be is said, and only that."""

from __future__ import annotations

from typing import Any

import pytest
from rule_world import compiled

from trade.base.findings import Finding, Severity

EARLIER = {"feature_id": "sar", "field": "short", "offset": 1}


def said(*rule: Any) -> list[Finding]:
    return [finding for finding in compiled({"entry_long": {"all": [list(rule)]}})[1] if "side" in finding.code]


@pytest.mark.parametrize("op", ["cross_above", "cross_below"])
@pytest.mark.parametrize(
    ("left", "right", "named", "when"),
    [
        ("sar", "close", "sar.long", "up"),
        ("close", "sar", "sar.long", "up"),
        ("ema_9", "sar.short", "sar.short", "down"),
        ("close", ["sar.short", "*", 1.01], "sar.short", "down"),
        (EARLIER, 100, "sar.short", "down"),
    ],
)
def test_a_crossing_with_one_is_warned_of_with_its_side_and_what_to_read_instead(
    op: str, left: Any, right: Any, named: str, when: str
) -> None:
    (finding,) = said(left, op, right)
    assert (finding.code, finding.severity, finding.place.path) == ("one-sided-crossing", Severity.WARNING, "actions.entry_long.all[0]")
    assert f"{op}" in finding.fact
    assert finding.fact.endswith(f"needs '{named}' at two closes, and it is there only while the trend is {when}")
    assert finding.hint == "the bar on which it changes is no crossing; 'sar.reversal' is 1 on the bar of each change"


def test_two_sides_of_one_indicator_never_stand_together() -> None:
    (finding,) = said("sar.long", "<", "sar.short")
    assert (finding.code, finding.severity) == ("never-by-side", Severity.WARNING)
    assert finding.fact == (
        "'sar < sar.short' can never hold: 'sar.long' is there only while the trend is up, 'sar.short' while the trend is down"
    )
    assert [f.code for f in said("sar.long", "cross_above", "sar.short")] == ["never-by-side"]


@pytest.mark.parametrize(
    "rule",
    [
        ("sar", "<", "close"),
        ("sar.long", ">=", ["sar.long", "-", 1]),
        ("sar", ">", EARLIER),  # on the bar of a change
        ("sar.reversal", "==", 1),
        ("close", "cross_above", "ema_9"),
    ],
)
def test_what_can_hold_is_not_spoken_of(rule: tuple[Any, ...]) -> None:
    assert said(*rule) == []
