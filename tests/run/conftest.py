"""One store with the sample market for all tests of this folder, and the command called in this process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "cli"))

from command_line import Trade, caller

from trade.cli import console
from trade.synthetic.sample import ensure_sample


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample market; tests that change it copy it first."""
    path = tmp_path_factory.mktemp("market") / "store"
    ensure_sample(path)
    return path


@pytest.fixture
def trade(capsys: Any) -> Trade:
    return caller(capsys)


@pytest.fixture(autouse=True)
def _talk_as_before() -> Any:
    yield
    console.configure()
