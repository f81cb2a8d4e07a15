"""The door to numba: `kernel` compiles a function once per machine and keeps it in a cache folder that knows what it holds.

Numba's own file cache does not notice an edit in a callee of another module: the old number would come back silently. So the
folder is named after a hash of all kernel sources and of the numba, llvmlite, numpy and Python versions, and it is set before
numba is imported. Kernels take int64 and float64 C-contiguous arrays, have one signature each, and never raise.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

_PACKAGE = Path(__file__).parent
_MARKER = b"import kernel"
_F = TypeVar("_F", bound=Callable[..., Any])


def sources_digest(package: Path = _PACKAGE) -> str:
    """Return a hash of all that compiled code is made of: the floors that hold kernels, the constants they freeze, the compilers."""
    digest = hashlib.sha256()
    sources = {path: path.read_bytes() for path in package.rglob("*.py")}
    folders = {path.parent for path, text in sources.items() if _MARKER in text} | {package / "base"}
    for path in sorted(path for path in sources if path.parent in folders or path.name == Path(__file__).name):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + sources[path] + b"\0")
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(version(name).encode() + b"\0")
    digest.update(f"{sys.version}{platform.machine()}".encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder of compiled kernels: `$TRADE_CACHE_DIR`, else `$XDG_CACHE_HOME/trade`, else `~/.cache/trade`."""
    chosen = os.environ.get("TRADE_CACHE_DIR")
    parent = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trade"
    folder = parent / "kernels" / sources_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home compiles anew in each session rather than not at all
        folder = Path(tempfile.gettempdir()) / f"trade-kernels-{os.getuid()}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_compiled() -> bool:
    """Return whether kernels of these sources were compiled on this machine before; if not, the first run takes a while."""
    return any(cache_folder().rglob("*.nbc"))


os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())

import numba  # noqa: E402 - the folder has to be known before numba reads its settings

setattr(numba.config, "CACHE_DIR", os.environ["NUMBA_CACHE_DIR"])  # noqa: B010 - numba declares no such name; and where somebody imported numba before us, it is told now


def kernel(function: _F) -> _F:
    """Compile a function to machine code on its first call, cached on disk, without the GIL, in strict IEEE arithmetic."""
    return cast(_F, numba.njit(cache=True, nogil=True)(function))
