"""A few sealed runs. A pin that moves is a number that a user sees: it needs a line in the changelog.

To renew the pins: `python tests/run/test_golden.py` writes `golden.json` anew; say in CHANGELOG.md what changed and why.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from runs import NAMES, receipt

GOLDEN = Path(__file__).with_name("golden.json")
KEPT = ("play_hash", "data_digest")


def pins(name: str, market: Path, out: Path) -> dict[str, Any]:
    """Return what is pinned of a run: its hashes, and a few figures that say where to look when they move."""
    summary = receipt(name, market, out).summary
    figures = {key: summary["metrics"][key] for key in ("total_trades", "net_return_pct", "max_drawdown_pct")}
    return {**summary["hashes"], **{key: summary[key] for key in KEPT}, **figures}


@pytest.mark.parametrize("name", NAMES)
def test_a_sealed_run_comes_out_as_it_was(name: str, market: Path, tmp_path: Path) -> None:
    assert pins(name, market, tmp_path / "out") == json.loads(GOLDEN.read_text())[name]


def test_every_pinned_run_has_its_play() -> None:
    assert sorted(json.loads(GOLDEN.read_text())) == sorted(NAMES)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = {name: pins(name, Path(folder) / "store", Path(folder) / "out") for name in NAMES}
    GOLDEN.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(f"{GOLDEN} has {len(found)} runs\n")
