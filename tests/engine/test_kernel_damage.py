"""Compiled code that is not what was written is never run: it is compiled anew, and put in the place of what was damaged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from two_kernels import say, write_package

from trade import kernels

FLIPS = """
import random
kernels_of_it = (ceil_div, shares)
folder = Path(shares._cache.cache_path).parent

def contents(kernel):
    \"\"\"Return of each signature of a kernel whether its code is loaded from its files.\"\"\"
    own = kernel._cache._cache_file
    file = type(own)(kernel._cache.cache_path, own._index_name.removesuffix(".nbi"), own._source_stamp)
    return [file.load(key) is not None for key in file._load_index()]

assert [contents(kernel) for kernel in kernels_of_it] == [[True], [True]]
files = sorted(path for path in folder.rglob("*.nb?") if path.is_file())
chance = random.Random(3)
for number in range(int(sys.argv[2])):
    file = chance.choice(files)
    raw = file.read_bytes()
    flipped = bytearray(raw)
    flipped[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    file.write_bytes(flipped)
    other = [loaded for loaded in map(contents, kernels_of_it) if loaded != [True]]
    assert other == ([[]] if file.suffix == ".nbi" else [[False]]), (file, other)  # of one nothing is known, or nothing is loaded
    file.write_bytes(raw)
assert [contents(kernel) for kernel in kernels_of_it] == [[True], [True]]
print(len(files))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("package"))


def numbers(package: Path, cache: Path) -> tuple[list[int], int]:
    """Return what a fresh process computes, and how many damaged files it found."""
    said = say("print(ceil_div(10, 3), ceil_div(-10, 4), shares(100), shares(7), len(kernels.damaged_files()))", package, cache)
    *values, damaged = map(int, said)
    return values, damaged


@pytest.fixture(scope="module")
def compiled(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that holds two kernels."""
    cache = tmp_path_factory.mktemp("cache")
    assert numbers(package, cache) == (NUMBERS, 0)
    return cache


NUMBERS = [4, -2, 34, 3]


def files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*.nb?") if path.is_file())


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.deep)])
def test_no_flipped_bit_of_the_cache_is_loaded(count: int, package: Path, compiled: Path) -> None:
    assert say(FLIPS, package, compiled, count) == ["4"]


def flipped(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) * 2 // 3] ^= 16
    file.write_bytes(raw)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def of_another_kernel(file: Path) -> None:
    others = [each for each in files(file.parents[2]) if each != file and each.suffix == file.suffix]
    shutil.copy(others[0], file)


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", [flipped, emptied, cut, of_another_kernel])
def test_damaged_code_is_compiled_anew_and_the_numbers_are_right(
    damage: Callable[[Path], None], suffix: str, package: Path, compiled: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(compiled, cache)
    damage(next(each for each in files(cache) if each.suffix == suffix))
    assert numbers(package, cache) == (NUMBERS, 1)
    assert numbers(package, cache) == (NUMBERS, 0)


def test_a_file_that_cannot_be_written_costs_a_compilation_and_nothing_else(package: Path, compiled: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(compiled, cache)
    victim = files(cache)[0]
    victim.unlink()
    victim.mkdir()
    assert numbers(package, cache) == (NUMBERS, 1)
    assert numbers(package, cache) == (NUMBERS, 1)


def test_caches_of_older_sources_go_when_a_new_one_comes_but_for_those_in_use(tmp_path: Path) -> None:
    parent = tmp_path / "kernels"
    for number in range(8):
        (parent / f"{number:016x}" / "sim_0").mkdir(parents=True)
        os.utime(parent / f"{number:016x}", (number, number))
    (parent / "somebody's").mkdir()
    kernels.prune(parent / f"{0:016x}", kept=3)
    assert sorted(path.name for path in parent.iterdir()) == [*(f"{number:016x}" for number in (0, 5, 6, 7)), "somebody's"]


def test_a_cache_that_is_removed_while_it_is_used_is_written_again(package: Path, tmp_path: Path) -> None:
    script = """
import shutil
shutil.rmtree(kernels.cache_folder())
print(ceil_div(10, 3), kernels.is_compiled())
"""
    assert say(script, package, tmp_path) == ["4", "True"]
