"""The help of `trade data import` names the layouts of `docs/layouts.md`."""

from __future__ import annotations

from typer.testing import CliRunner

from trade.cli.data import app
from trade.files import formats


def test_the_help_names_every_layout() -> None:
    shown = CliRunner().invoke(app, ["import", "--help"], terminal_width=200).output
    assert [name for name in formats.NAMES if name not in shown] == []
