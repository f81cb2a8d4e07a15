"""What the page of the first hour shows is what somebody sees who installs the program and types."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from first_hour import COMMANDS, render, without_ids
from installed import ROOT, build_wheel, install, typed


@pytest.mark.deep
def test_the_first_hour_of_an_installed_program_is_the_page(tmp_path: Path) -> None:
    installed = install(build_wheel(tmp_path / "wheel"), tmp_path / "installed")
    (warm := tmp_path / "warm").mkdir()
    (folder := tmp_path / "hour").mkdir()
    typed(installed, warm, "backtest", "run", "sample")  # so that no kernel is compiled while somebody watches
    shown = render(lambda command: typed(installed, folder, *shlex.split(command)[1:]).lstrip("\n"))
    page = (ROOT / "docs" / "first-hour.md").read_text(encoding="utf-8")
    assert without_ids(shown) == without_ids(page)


def test_the_first_hour_has_forty_commands() -> None:
    assert len(COMMANDS) >= 40
