"""The bar over the stages of a run: every stage that a run tells is one that it knows, and a terminal sees it through."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from installed import SOURCE, typed

from trade.cli.progress import _STAGES

RUN = SOURCE / "trade" / "run"


def told() -> set[str]:
    """Return every stage that is told anywhere."""
    found = set()
    for path in RUN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "say":
                found |= {word.value for word in node.args if isinstance(word, ast.Constant)}
    return found


def test_every_stage_that_is_told_has_its_words() -> None:
    assert {"decisions", "bars"} <= told() <= set(_STAGES)


@pytest.mark.parametrize("words", ["", "--record decisions", "--set risk.stop_loss_pct=3,4 --record decisions"])
def test_a_run_on_a_terminal_shows_its_stages_and_ends(words: str, tmp_path: Path) -> None:
    shown = typed(SOURCE, tmp_path, "backtest", "run", "sample", "--from", "2025-04-20", *words.split())
    assert "error" not in shown
    assert "completed" in shown
