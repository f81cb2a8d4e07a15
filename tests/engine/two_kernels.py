"""A package of two kernels, one calling the other from another module: what the cache does is seen in a fraction of a second."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from forked import Forked

from trade import kernels

LEAF = '''"""The callee."""

from two.kernels import kernel


@kernel
def ceil_div(amount: int, divisor: int) -> int:
    return -(-amount // divisor)
'''
CALLER = '''"""A kernel whose callee lives in another module."""

from two.base.constants import PARTS
from two.floor.leaf import ceil_div
from two.kernels import kernel


@kernel
def shares(amount: int) -> int:
    return ceil_div(amount, PARTS)
'''
CONSTANTS = "PARTS = 3\n"
READ = """
import sys
sys.path.insert(0, sys.argv[1])
from two import kernels
from two.floor.caller import shares
from two.floor.leaf import ceil_div
from pathlib import Path
"""


def write_package(folder: Path) -> Path:
    """Write the package `two`, whose door to numba is a copy of ours; returns the folder it lies in."""
    for name, text in (("floor/leaf.py", LEAF), ("floor/caller.py", CALLER), ("base/constants.py", CONSTANTS)):
        file = folder / "two" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        (file.parent / "__init__.py").touch()
    (folder / "two" / "__init__.py").touch()
    shutil.copy(kernels.__file__, folder / "two" / "kernels.py")
    return folder


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1
    file.write_text(text.replace(before, after))


def say(script: str, folder: Path, cache: Path, *words: object) -> list[str]:
    """Return the words that a process with the package prints, its cache in a folder; the script finds its own from the third on."""
    process = Forked(READ + script, folder, *words, env={**os.environ, "TRADE_CACHE_DIR": str(cache)})
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    return out.split()
