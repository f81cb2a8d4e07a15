"""The cache trap: numba does not notice an edit in a callee of another module, our cache folder does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import trade
from trade.kernels import sources_digest

CALLER = '''"""A kernel whose callee lives in another module."""

from trade.kernels import kernel
from trade.sim.prices import ceil_div


@kernel
def thirds(amount: int) -> int:
    return ceil_div(amount, 3)
'''


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package, and one more kernel in it that calls a leaf of another module."""
    source = Path(trade.__file__).parent
    shutil.copytree(source, tmp_path / "src" / "trade", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "src" / "trade" / "sim" / "caller.py").write_text(CALLER)
    return tmp_path


def thirds_of_ten(copied: Path) -> tuple[int, bool]:
    """Return the number that a fresh process computes, and whether it was computed by code from the cache."""
    script = "from trade.sim.caller import thirds; print(thirds(10), sum(thirds.stats.cache_hits.values()))"
    environment = {**os.environ, "PYTHONPATH": str(copied / "src"), "TRADE_CACHE_DIR": str(copied / "cache")}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    number, hits = done.stdout.split()
    return int(number), hits != "0"


def test_an_edit_in_a_leaf_kernel_of_another_module_is_seen(copied: Path) -> None:
    assert thirds_of_ten(copied) == (4, False)
    assert thirds_of_ten(copied) == (4, True)
    leaf = copied / "src" / "trade" / "sim" / "prices.py"
    text = leaf.read_text()
    assert text.count("return -(-amount // divisor)") == 1
    leaf.write_text(text.replace("return -(-amount // divisor)", "return -(-amount // divisor) + 1000"))
    assert thirds_of_ten(copied) == (1004, False)


def test_the_folder_is_named_after_every_kernel_source(copied: Path) -> None:
    package = copied / "src" / "trade"
    before = sources_digest(package)
    assert sources_digest(package) == before
    for path in ("sim/prices.py", "engine/loop.py", "kernels.py"):
        file = package / path
        file.write_text(file.read_text() + "\n# an edit\n")
        after = sources_digest(package)
        assert after != before
        before = after


def test_an_edit_of_a_constant_that_kernels_freeze_is_seen(copied: Path) -> None:
    constants = copied / "src" / "trade" / "sim" / "spec.py"
    before = sources_digest(copied / "src" / "trade")
    text = constants.read_text()
    assert text.count("WORST, PATH = 0, 1") == 1
    constants.write_text(text.replace("WORST, PATH = 0, 1", "WORST, PATH = 1, 0"))
    assert sources_digest(copied / "src" / "trade") != before
