"""Compiled code that is not what was written is never run: it is compiled anew, and put in the place of what was damaged."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trade import kernels
from trade.sim import money, prices

SMALL = (prices.ceil_div, prices.on_step, money.times_rate, money.times_ratio, money.divide_half_even, money.over_leverage)
SCRIPT = """
from trade import kernels
from trade.sim import money, prices
numbers = (
    prices.ceil_div(10, 3), prices.on_step(10, 3, 1), money.times_rate(10**6, 10**9), money.times_ratio(7, 3, 2),
    money.divide_half_even(5, 2), money.over_leverage(1000, 250),
)
print(*numbers, len(kernels.damaged_files()))
"""


def numbers(cache: Path) -> tuple[list[int], int]:
    """Return what a fresh process computes, and how many damaged files it found."""
    environment = {**os.environ, "TRADE_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    *values, damaged = (int(word) for word in done.stdout.split())
    return values, damaged


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """Return a cache that holds a few kernels, and what they computed when they were compiled."""
    cache = tmp_path_factory.mktemp("cache")
    values, damaged = numbers(cache)
    assert damaged == 0
    return cache, values


def files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*.nb?") if path.is_file())


def contents(kernel: Any, folder: Path) -> list[bool]:
    """Return of each signature of a kernel whether its code is loaded from the files in a folder."""
    own = kernel._cache._cache_file
    file = type(own)(str(folder), own._index_name.removesuffix(".nbi"), own._source_stamp)
    return [file.load(key) is not None for key in file._load_index()]


def all_contents(cache: Path) -> list[list[bool]]:
    parent = files(cache)[0].parents[1]
    return [contents(kernel, parent / Path(kernel._cache.cache_path).name) for kernel in SMALL]


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.deep)])
def test_no_flipped_bit_of_the_cache_is_loaded(count: int, compiled: tuple[Path, list[int]]) -> None:
    cache, _ = compiled
    whole = all_contents(cache)
    assert whole == [[True]] * len(SMALL)
    chance = random.Random(3)
    for _ in range(count):
        file = chance.choice(files(cache))
        raw = file.read_bytes()
        flipped = bytearray(raw)
        flipped[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        file.write_bytes(flipped)
        other = [loaded for loaded, before in zip(all_contents(cache), whole, strict=True) if loaded != before]
        assert other == ([[]] if file.suffix == ".nbi" else [[False]])  # of one kernel nothing is known, or nothing is loaded
        file.write_bytes(raw)
    assert all_contents(cache) == whole


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
    damage: Callable[[Path], None], suffix: str, compiled: tuple[Path, list[int]], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(compiled[0], cache)
    for file in [each for each in files(cache) if each.suffix == suffix][::3]:
        damage(file)
    values, damaged = numbers(cache)
    assert values == compiled[1]
    assert damaged >= 2
    assert numbers(cache) == (values, 0)


def test_a_file_that_cannot_be_written_costs_a_compilation_and_nothing_else(compiled: tuple[Path, list[int]], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(compiled[0], cache)
    victim = files(cache)[0]
    victim.unlink()
    victim.mkdir()
    assert numbers(cache) == (compiled[1], 1)
    assert numbers(cache) == (compiled[1], 1)


def test_caches_of_older_sources_go_when_a_new_one_comes_but_for_those_in_use(tmp_path: Path) -> None:
    parent = tmp_path / "kernels"
    for number in range(8):
        (parent / f"{number:016x}" / "sim_0").mkdir(parents=True)
        os.utime(parent / f"{number:016x}", (number, number))
    (parent / "somebody's").mkdir()
    kernels.prune(parent / f"{0:016x}", kept=3)
    assert sorted(path.name for path in parent.iterdir()) == [*(f"{number:016x}" for number in (0, 5, 6, 7)), "somebody's"]


def test_a_cache_that_is_removed_while_it_is_used_is_written_again(tmp_path: Path) -> None:
    script = """
import shutil, sys
from trade import kernels
from trade.sim.prices import ceil_div
shutil.rmtree(kernels.cache_folder())
print(ceil_div(10, 3), kernels.is_compiled())
"""
    environment = {**os.environ, "TRADE_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "True"]
