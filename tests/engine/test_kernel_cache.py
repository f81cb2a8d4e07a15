"""The cache trap: numba does not notice an edit in a callee of another module, our cache folder does."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize("trap", ["of another user", "writable by others", "a link", "a file"])
def test_code_is_never_read_from_a_folder_that_others_could_have_written(
    trap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trade import kernels

    shared, place = tmp_path / "tmp", tmp_path / "tmp" / f"trade-kernels-{os.getuid()}"
    shared.mkdir()
    monkeypatch.setattr(kernels.tempfile, "tempdir", str(shared))
    if trap == "a file":
        place.write_text("")
    elif trap == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "theirs")
    else:
        place.mkdir(mode=0o700)
        if trap == "writable by others":
            place.chmod(0o777)
        else:
            monkeypatch.setattr(kernels.os, "getuid", lambda: 12345)
            place.rename(shared / "trade-kernels-12345")
            place = shared / "trade-kernels-12345"
    kernels._passing_folder.cache_clear()
    chosen = kernels._passing_folder()
    kernels._passing_folder.cache_clear()
    assert chosen != place
    assert chosen.parent == shared
    assert chosen.stat().st_mode & 0o077 == 0


def test_a_program_without_a_home_has_its_kernels_in_a_passing_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trade import kernels

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(kernels.tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("TRADE_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(kernels.Path, "home", no_home)
    kernels._passing_folder.cache_clear()
    assert kernels.cache_folder() == tmp_path / f"trade-kernels-{os.getuid()}" / kernels.SOURCES
    kernels._passing_folder.cache_clear()
