"""The door to numba: `kernel` compiles a function once per version of all kernels, and keeps it in a folder that knows what it holds.

Numba's own file cache does not notice an edit in a callee of another module: the old number would come back silently. So the
folder is named after a hash of all kernel sources and of the numba, llvmlite, numpy and Python versions, and it is set before
numba is imported. Nor does it notice a damaged file: each begins with a digest of what follows, of its name and of its folder, and one
that has another is compiled anew. Kernels take int64 and float64 C-contiguous arrays, have one signature each, and never raise.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

_PACKAGE = Path(__file__).parent
_MARKER = b"import kernel"
_FOLDER = re.compile(r"[0-9a-f]{16}")
_KEPT = 30  # folders of other sources, of 5 MB each
_DIGEST_BYTES = 32
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


SOURCES = sources_digest()  # of what this process runs


def cache_folder() -> Path:
    """Return the folder of compiled kernels: `$TRADE_CACHE_DIR`, else `$XDG_CACHE_HOME/trade`, else `~/.cache/trade`."""
    try:
        chosen = os.environ.get("TRADE_CACHE_DIR")
        parent = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trade"
        folder = parent / "kernels" / SOURCES
        is_new = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)  # that it is in use
        if is_new:
            prune(folder)
    except (OSError, RuntimeError):  # read-only, or no home at all (RuntimeError): compiled anew in each session rather than not at all
        folder = _passing_folder() / SOURCES
        folder.mkdir(exist_ok=True)
    return folder


@cache
def _passing_folder() -> Path:
    """Return a folder of ours among what all users of a machine write: code is read from it, so nobody else may have made it."""
    folder = Path(tempfile.gettempdir()) / f"trade-kernels-{os.getuid()}"
    with suppress(OSError):
        folder.mkdir(mode=0o700)
    try:
        found = folder.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="trade-kernels-"))
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
    return folder if ours else Path(tempfile.mkdtemp(prefix="trade-kernels-"))


def is_compiled() -> bool:
    """Return whether any kernel of these sources was compiled on this machine before; if not, the first run takes a while."""
    return any(cache_folder().rglob("*.nbc"))


def prune(folder: Path, kept: int = _KEPT) -> None:
    """Remove the caches of other sources beside a folder, but for those that were used last.

    A process that uses one of them finds nothing there and compiles anew.
    """
    others = [each for each in folder.parent.iterdir() if _FOLDER.fullmatch(each.name) and each != folder]
    used: list[tuple[float, Path]] = []
    for each in others:
        with suppress(FileNotFoundError):  # another process was faster
            used.append((each.stat().st_mtime, each))
    for _, each in sorted(used, reverse=True)[kept:]:
        shutil.rmtree(each, ignore_errors=True)


os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())

from trade.imports import without  # noqa: E402

with without("scipy"):  # numba looks at its version
    import numba  # - the folder has to be known before numba reads its settings
    from numba.core import event
    from numba.core.caching import IndexDataCacheFile

setattr(numba.config, "CACHE_DIR", os.environ["NUMBA_CACHE_DIR"])  # noqa: B010 - numba declares no such name; and where somebody imported numba before us, it is told now


def _leave_scipy_alone() -> None:
    """Let numba import its array functions without scipy, which it tries only to see whether `dot` can work (0.1 s).

    A kernel that does call `dot` imports it then, as ever: `ensure_blas` is numba's own again afterwards.
    """
    from numba.np import linalg

    ours = find_spec("scipy") is not None and "numba.np.arraymath" not in sys.modules
    if not ours:
        return
    ensure_blas = linalg.ensure_blas
    linalg.ensure_blas = lambda: None
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        linalg.ensure_blas = ensure_blas


_leave_scipy_alone()


class _Checked(cast(Any, IndexDataCacheFile)):  # type: ignore[misc]
    """The cache of one kernel: an index file and a file per signature, each behind the digest of what was written."""

    damaged: ClassVar[list[str]] = []  # the files that were not what was written

    def _load_index(self) -> Any:
        found = self._content(self._index_name)
        stamp, overloads = (None, {}) if found is None else pickle.loads(found)  # noqa: S301 - checked bytes of our own
        return overloads if stamp == self._source_stamp else {}

    def _save_index(self, overloads: Any) -> None:
        self._write(self._index_name, (self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        found = self._content(name)
        return None if found is None else pickle.loads(found)  # noqa: S301 - as above

    def _save_data(self, name: str, data: Any) -> None:
        self._write(name, data)

    def _content(self, name: str) -> bytes | None:
        """Return what was written into a file; None if that is not what is there."""
        try:
            raw = Path(self._data_path(name)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            raw = b""
        if raw[:_DIGEST_BYTES] == self._digest(name, raw[_DIGEST_BYTES:]):
            return raw[_DIGEST_BYTES:]
        self.damaged.append(name)
        return None

    def _write(self, name: str, content: Any) -> None:
        """Put a file in its place, whole or not at all; a disk that refuses only means that the next session compiles too."""
        raw = self._dump(content)
        with suppress(OSError):
            Path(self._cache_path).mkdir(parents=True, exist_ok=True)
            with self._open_for_write(self._data_path(name)) as file:
                file.write(self._digest(name, raw) + raw)

    def _digest(self, name: str, content: bytes) -> bytes:
        place = f"{Path(self._cache_path).parent.name}/{name}"
        return hashlib.blake2b(content, digest_size=_DIGEST_BYTES, key=hashlib.sha256(place.encode()).digest()).digest()


def damaged_files() -> tuple[str, ...]:
    """Return the files of the cache that this process found damaged; their kernels were compiled anew."""
    return tuple(dict.fromkeys(_Checked.damaged))


_KERNELS = set[Any]()  # all of this process
Told = Callable[[int, int, str], None]


class _Listener(cast(Any, event.Listener)):  # type: ignore[misc]
    """Counts the kernels that are compiled, and those that what began so far will need."""

    def __init__(self, told: Told) -> None:
        self._told, self._begun, self._needed = told, 0, set[Any]()

    def on_start(self, event: Any) -> None:
        begun = event.data["dispatcher"]
        if begun in _KERNELS:  # numba compiles functions of its own, too
            self._begun += 1
            self._needed |= {begun, *(each for each in _called_by(begun) if not _is_ready(each))}
            self._told(self._begun, len(self._needed), begun.__name__)

    def on_end(self, event: Any) -> None:
        """Know nothing more."""


def _called_by(begun: Any) -> set[Any]:
    """Return the kernels that a kernel calls, and those that they call."""
    found, left = set[Any](), [begun]
    while left:
        function = left.pop().py_func
        called = {function.__globals__.get(name) for name in function.__code__.co_names} & _KERNELS
        left += called - found
        found |= called
    return found


def _is_ready(one: Any) -> bool:
    return bool(one.overloads) or bool(one._cache._cache_file._load_index())


@contextmanager
def compiling(told: Told) -> Iterator[None]:
    """Call `told` with (number, of how many, name) of each kernel when its compilation begins; a kernel in the cache is no news."""
    with event.install_listener("numba:compile", _Listener(told)):
        yield


def _without_literals(template: Callable[..., Any]) -> Callable[..., Any]:
    """Let a kernel that is called with a constant be compiled for its type: numba would compile it again for each number."""
    typed: Callable[[Any], Any] = numba.types.unliteral

    def plain(args: tuple[Any, ...], words: dict[str, Any]) -> Any:
        return template(tuple(map(typed, args)), {name: typed(one) for name, one in words.items()})

    return plain


def kernel(function: _F) -> _F:
    """Compile a function to machine code on its first call, cached on disk, without the GIL, in strict IEEE arithmetic."""
    compiled: Any = numba.njit(cache=True, nogil=True)(function)
    if compiled is not function:  # NUMBA_DISABLE_JIT gives the function back
        cache = compiled._cache
        cache._cache_file = _Checked(cache.cache_path, cache._impl.filename_base, cache._impl.locator.get_source_stamp())
        compiled.get_call_template = _without_literals(compiled.get_call_template)
        _KERNELS.add(compiled)
    return cast(_F, compiled)
