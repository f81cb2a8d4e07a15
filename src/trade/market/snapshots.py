"""Which snapshots are in use: a reader holds a shared lock on the manifest it has read, and the kernel drops it with its process.

A commit leaves the manifest it replaces under a second name, where that lock can be seen (docs/decisions/0007-readers.md).
"""

from __future__ import annotations

import errno
import fcntl
import os
import weakref
from dataclasses import dataclass
from pathlib import Path

from trade.market import manifest as manifests
from trade.market.manifest import Manifest

FOLDER = ".snapshots"
_NO_SECOND_NAMES = (errno.EPERM, errno.EMLINK, errno.ENOSYS, errno.EOPNOTSUPP)


def hold(folder: Path, owner: object) -> Manifest:
    """Return the manifest of a store, whose files stay as long as `owner` and this process live. Raises as `manifest.read`.

    It writes nothing, so whoever may read the store may hold it; where the file system has no locks, only the grace protects it.
    """
    path = folder / manifests.FILE_NAME
    while True:
        try:
            handle = os.open(path, os.O_RDONLY)
            close = weakref.finalize(owner, os.close, handle)
            if _locked(handle, fcntl.LOCK_SH) is not False and _is_file(handle, path):  # still the current one, now that it is locked
                return manifests.parse(_bytes(handle), path)
        except (FileNotFoundError, NotADirectoryError):
            return manifests.of_none(folder)
        except OSError as error:
            raise manifests.unreadable(path, error) from error
        close()


def keep(folder: Path) -> bool:
    """Give the current manifest a second name, under which its readers are found when it is replaced.

    Returns False where the file system knows no locks or no second names: there readers cannot be known.
    """
    path = folder / manifests.FILE_NAME
    if not path.exists():
        return True
    handle = os.open(path, os.O_RDONLY)
    try:
        if _locked(handle, fcntl.LOCK_SH) is None:
            return False
    finally:
        os.close(handle)
    name = _name(folder)
    name.parent.mkdir(exist_ok=True)
    try:
        if name.exists() and not name.samefile(path):  # the folder was copied
            name.unlink()
        if not name.exists():
            os.link(path, name)
    except OSError as error:
        if error.errno not in _NO_SECOND_NAMES:
            raise
        return False
    if not name.samefile(path):  # some file systems give each name an identity of its own, and locks with it
        name.unlink()
        return False
    return True


def knows_readers(folder: Path) -> bool:
    """Return whether every reader of this store can be seen: a trial that leaves nothing behind."""
    if not (folder / manifests.FILE_NAME).exists():
        return True
    known = keep(folder)
    _name(folder).unlink(missing_ok=True)
    return known


@dataclass(frozen=True)
class Kept:
    """The second names of replaced manifests: `free` ones that nobody reads any more, `held` ones that somebody does."""

    free: tuple[Path, ...]
    held: tuple[Path, ...]

    def files(self) -> frozenset[str]:
        """Return the files that readers of replaced manifests may open. Raises as `manifest.parse`."""
        return frozenset().union(*(manifests.parse(name.read_bytes(), name).files for name in self.held))


def kept(folder: Path) -> Kept:
    """Return what replaced manifests there are; only the writer may ask."""
    current = _name(folder)
    found = [(name, _is_free(name)) for name in sorted((folder / FOLDER).glob("*.json")) if name != current]
    return Kept(tuple(name for name, free in found if free), tuple(name for name, free in found if not free))


def _name(folder: Path) -> Path:
    """Return the second name of the current manifest: the number of its inode, which no other file has while one name is left."""
    path = folder / manifests.FILE_NAME
    return folder / FOLDER / f"{path.stat().st_ino if path.exists() else 0}.json"


def _is_free(name: Path) -> bool:
    """Return whether nobody holds a replaced manifest. Nobody can come to hold it later, since it is no longer the current one."""
    handle = os.open(name, os.O_RDWR if os.access(name, os.W_OK) else os.O_RDONLY)  # NFS locks for one what is open for writing
    try:
        return _locked(handle, fcntl.LOCK_EX) is True
    finally:
        os.close(handle)


def _locked(handle: int, operation: int) -> bool | None:
    """Take a lock without waiting and say whether it was free; None where the file system has no locks."""
    try:
        fcntl.flock(handle, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _bytes(handle: int) -> bytes:
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read()
