"""The cache trap: numba does not notice an edit in a callee of another module, our cache folder does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from two_kernels import edit, say, write_package

import trade
from trade.kernels import sources_digest


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package."""
    source = Path(trade.__file__).parent
    shutil.copytree(source, tmp_path / "src" / "trade", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def shares_of_ten(folder: Path) -> tuple[int, bool]:
    """Return the number that a fresh process computes, and whether it was computed by code from the cache."""
    number, hits = say("print(shares(10), sum(shares.stats.cache_hits.values()))", folder, folder / "cache")
    return int(number), hits != "0"


@pytest.mark.parametrize(
    ("file", "before", "after", "number"),
    [
        ("floor/leaf.py", "return -(-amount // divisor)", "return -(-amount // divisor) + 1000", 1004),
        ("base/constants.py", "PARTS = 3", "PARTS = 2", 5),
    ],
    ids=["leaf", "constant"],
)
def test_an_edit_of_another_module_than_the_kernels_own_is_seen(file: str, before: str, after: str, number: int, tmp_path: Path) -> None:
    write_package(tmp_path)
    assert shares_of_ten(tmp_path) == (4, False)
    assert shares_of_ten(tmp_path) == (4, True)
    edit(tmp_path / "two" / file, before, after)
    assert shares_of_ten(tmp_path) == (number, False)


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
