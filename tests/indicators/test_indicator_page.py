from pathlib import Path

from trade.indicators.page import render
from trade.indicators.registry import INDICATORS, NOT_YET, UNDEFINED_WORDS

PAGE = Path(__file__).parents[2] / "docs" / "indicators.md"


def test_the_committed_page_is_the_rendered_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "write trade.indicators.page.render() to docs/indicators.md"


def test_the_page_names_everything_a_reader_looks_for() -> None:
    page = render()
    for entry in INDICATORS.values():
        assert f"### {entry.name}\n" in page
        assert all(f"| `{output.name}` |" in page for output in entry.outputs)
    assert all(f"`{word}`" in page for word in (*UNDEFINED_WORDS, *NOT_YET))
