"""The worked tapes of `docs/fills.md` come out as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from worked_tapes import WorkedTape, worked_tapes

from trade.base.records import Rule

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "fills.md").read_text(encoding="utf-8")
TAPES = worked_tapes(PAGE)


@pytest.mark.parametrize("tape", TAPES, ids=[f"line-{tape.line}" for tape in TAPES])
def test_a_worked_tape_comes_out_as_the_page_says(tape: WorkedTape) -> None:
    assert tape.run() == list(tape.result)


def test_the_page_has_worked_tapes() -> None:
    assert len(TAPES) >= 15


def test_every_rule_a_row_can_name_has_its_heading_on_the_page() -> None:
    headed = set(re.findall(r"^#+ ([A-Z]+-\d+)", PAGE, re.MULTILINE))
    assert {rule.word for rule in Rule} <= headed
    assert {f"FILL-{n}" for n in range(1, 12)} | {f"STOP-{n}" for n in range(1, 4)} <= headed
