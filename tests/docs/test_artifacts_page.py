"""`docs/artifacts.md` names every file, every column in its section, and every word of the codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trade.artifacts.decided import DECISIONS, TAKEN
from trade.artifacts.receipt import FILES, TIMES
from trade.artifacts.tables import TABLES, Table
from trade.base.records import ExitReason, FillKind, Intent, PriceFrom, StopReason

PAGE = (Path(__file__).parents[2] / "docs" / "artifacts.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_a_table_is_explained_and_no_other(table: Table) -> None:
    section = PAGE.split(f"## {table.file}\n")[1].split("\n## ")[0]
    named = [name for row in re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(table.columns)


def test_every_column_of_the_record_of_decisions_is_explained() -> None:
    section = PAGE.split(f"## {DECISIONS}\n")[1].split("\n## ")[0]
    named = [name for row in re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(TAKEN)
    assert [intent.word for intent in Intent if intent and f"`{intent.word}`" not in section] == []


def test_every_file_is_named() -> None:
    assert [name for name in (*FILES, DECISIONS, TIMES) if f"| `{name}` |" not in PAGE] == []


@pytest.mark.parametrize("words", [ExitReason, FillKind, PriceFrom, StopReason], ids=lambda words: words.__name__)
def test_every_word_of_a_code_is_named(words: type[ExitReason | FillKind | PriceFrom | StopReason]) -> None:
    assert [code.word for code in words if f"`{code.word}`" not in PAGE] == []
