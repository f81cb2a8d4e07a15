"""What `make docs` writes is what is committed, down to the byte, and it writes the same anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from generated import PAGES, ROOT, block, demo, fenced, strays, write

HINT = "run 'make docs' and look at the difference"


@pytest.mark.parametrize(("name", "page"), PAGES, ids=[f"{number}-{name}" for number, (name, _) in enumerate(PAGES)])
def test_a_page_is_the_rendered_one(name: str, page: Callable[[str], str]) -> None:
    path = ROOT / name
    assert path.is_file(), HINT
    text = path.read_text(encoding="utf-8")
    assert page(text) == text, HINT


def test_the_gallery_holds_nothing_that_is_not_made() -> None:
    assert strays() == [], HINT


def test_a_page_says_that_it_is_made() -> None:
    pages = sorted({name for name, _ in PAGES if name.startswith("docs/") and name.endswith(".md")})
    assert [name for name in pages if "`make docs`" not in (ROOT / name).read_text(encoding="utf-8")] == []


def test_pages_that_are_lost_or_old_are_written_and_strays_go(tmp_path: Path) -> None:
    for name, _ in PAGES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    lost, old, by_hand = tmp_path / "docs/cli.md", tmp_path / "docs/patterns/ranging.svg", tmp_path / "docs/play.md"
    lost.unlink()
    old.write_text("old", encoding="utf-8")
    by_hand.write_text(by_hand.read_text(encoding="utf-8").replace("| `account.max_leverage` | 1 |", "| `account.max_leverage` | 2 |"))
    (tmp_path / "docs/patterns/gone.svg").write_text("of a pattern that was", encoding="utf-8")
    write(tmp_path)
    assert {name for name, _ in PAGES if (tmp_path / name).read_bytes() != (ROOT / name).read_bytes()} == set()
    assert strays(tmp_path) == []


def test_only_what_stands_in_the_block_is_rendered() -> None:
    page = block("numbers", lambda: "1\n2\n")
    assert page("by hand\n<!-- numbers: made -->\n3\n<!-- end of numbers -->\nby hand 3\n") == (
        "by hand\n<!-- numbers: made -->\n1\n2\n<!-- end of numbers -->\nby hand 3\n"
    )
    assert fenced("yaml", lambda old: old.upper())("```yaml\na\n```\n```yaml\nb\n```\n") == "```yaml\nA\n```\n```yaml\nb\n```\n"
    with pytest.raises(LookupError, match="no block"):
        page("nothing here")


def test_the_id_of_the_demo_stays_where_nothing_else_differs() -> None:
    shown = demo("")
    assert shown.startswith("$ make demo\n")
    other = shown.replace(shown.split("\nrun ")[1].split()[0], "0123456789ab")
    assert other != shown
    assert demo(other) == other
    assert demo(other.replace("return", "yield")) == shown
