"""The command, called in this process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[2] / "cli"))

from command_line import Trade, caller

from trade.cli import console


@pytest.fixture
def trade(capsys: Any) -> Trade:
    return caller(capsys)


@pytest.fixture(autouse=True)
def _talk_as_before() -> Any:
    yield
    console.configure()
