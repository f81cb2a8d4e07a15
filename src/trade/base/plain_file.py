"""Files that users name: a pipe without a writer never ends, a device never stops, and a folder is none."""

from __future__ import annotations

import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
    (stat.S_ISSOCK, "it is a socket"),
)


def require_plain(path: Path) -> None:
    """Raise OSError, whose `strerror` says what it is, for a path that is no plain file."""
    mode = path.stat().st_mode
    for is_kind, word in _KINDS:
        if is_kind(mode):
            raise OSError(None, word, str(path))


def read_plain(path: Path, most_bytes: int) -> bytes:
    """Return the first bytes of a plain file, at most so many, however long it is. Raises OSError."""
    require_plain(path)
    with path.open("rb") as file:
        return file.read(most_bytes)
