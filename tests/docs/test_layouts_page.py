"""`docs/layouts.md` shows the layouts that `trade data import` knows, and the help of the command names the same."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from trade.cli.data import app
from trade.files import formats

PAGE = (Path(__file__).parents[2] / "docs" / "layouts.md").read_text(encoding="utf-8")


def test_the_table_is_the_one_of_the_source() -> None:
    assert f"\n\n{formats.table()}\n" in PAGE


def test_the_help_names_every_layout() -> None:
    shown = CliRunner().invoke(app, ["import", "--help"], terminal_width=200).output
    assert [name for name in formats.NAMES if name not in shown] == []
