"""The page of the checks names every one, of the kinds it looks at, by the weight it has, and with its thresholds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trade.market.names import Kind
from trade.quality import against_mark, spikes, stuck, volume
from trade.quality.case import CONTEXT_ROWS, Check
from trade.quality.registry import CHECKS

PAGE = (Path(__file__).parents[2] / "docs" / "data-quality.md").read_text(encoding="utf-8")
ROWS = {
    code: (kinds, weight, text)
    for code, kinds, weight, text in re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (\w+) \| (.+) \|$", PAGE, re.MULTILINE)
}


def test_every_check_has_its_row_and_no_row_is_left_over() -> None:
    assert set(ROWS) - {check.code for check in CHECKS} == {"store-damaged", "no-funding"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_row_says_the_kinds_and_the_weight(check: Check) -> None:
    kinds, weight, _ = ROWS[check.code]
    assert kinds == ("all" if check.kinds == tuple(Kind) else ", ".join(check.kinds))
    assert weight == check.severity


def test_the_thresholds_are_those_of_the_code() -> None:
    said = {
        "stuck-prices": [f"{stuck.STUCK_BARS} minutes"],
        "price-spike": [f"{spikes.SPIKE_FRAC:.1%}".replace("%", " %"), f"{spikes.SPIKE_TICKS:g} ticks", f"{spikes.SPIKE_RANGES:g} times"],
        "apart-from-mark": [f"{against_mark.APART_FRAC:.0%}".replace("%", " %"), f"{against_mark.APART_USUAL:g} times"],
        "volume-spike": [f"{volume.VOLUME_NEIGHBOURS:g} times", f"{volume.VOLUME_USUAL:g} times"],
    }
    assert [(code, word) for code, words in said.items() for word in words if word not in ROWS[code][2]] == []
    reaches = {spikes.USUAL_REACH, against_mark.USUAL_REACH, volume.USUAL_REACH}
    assert reaches == {30}
    assert f"the {reaches.pop()} before" in PAGE
    assert CONTEXT_ROWS >= stuck.STUCK_BARS + 30
