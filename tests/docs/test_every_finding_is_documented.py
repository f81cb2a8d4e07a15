"""Every code that the source can say has its line in the docs, and the docs name no code that nobody says."""

from __future__ import annotations

import re
from pathlib import Path

from finding_codes import code_families, literal_codes

DOCS = Path(__file__).parents[2] / "docs"
LISTED = re.findall(r"^\| `([a-z-]+)` \|", (DOCS / "findings.md").read_text(encoding="utf-8"), re.MULTILINE)


def documented() -> set[str]:
    pages = [(DOCS / name).read_text(encoding="utf-8") for name in ("gates.md", "findings.md", "not-yet.md")]
    return {code for page in pages for code in re.findall(r"`([a-z]+(?:-[a-z]+)*)`", page)}


def test_the_source_is_read() -> None:
    assert {"history-gaps", "unknown-key", "yaml-tag", "disk-full", "type-mismatch", "unsorted", "bug"} <= literal_codes()


def test_every_code_is_documented() -> None:
    assert sorted(literal_codes() - documented()) == []


def test_every_family_of_codes_has_a_documented_member() -> None:
    assert [family for family in sorted(code_families()) if not any(code.startswith(family) for code in LISTED)] == []


def test_every_listed_code_can_be_said() -> None:
    joined = {f"{family}{kind}" for family in code_families() for kind in ("indicator", "structure")}
    assert sorted(set(LISTED) - literal_codes() - joined) == []


def test_the_list_is_sorted_and_says_each_code_once() -> None:
    assert sorted(set(LISTED)) == LISTED
