"""The command line, called in this process."""

from __future__ import annotations

from typing import Any

import pytest
from command_line import Trade, caller

from trade.cli import console


@pytest.fixture
def trade(capsys: Any) -> Trade:
    return caller(capsys)


@pytest.fixture(autouse=True)
def _talk_as_before() -> Any:
    yield
    console.configure()
