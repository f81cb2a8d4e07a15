"""Collection of what a store needs no more: replaced files, leftovers of killed writers, empty folders."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trade.market import manifest as manifests
from trade.market.manifest import Manifest
from trade.market.names import Kind
from trade.market.snapshots import kept

GRACE_S = 3600.0
_FILE = re.compile(r"\d{4}-\d{2}-[0-9a-f]{16}\.parquet(?:\.\d+\.tmp)?")
_FOLDERS = ("venue=", "market=", "symbol=")


@dataclass(frozen=True)
class Unneeded:
    """A file that the manifest does not name, relative to the store; `held` if a reader may still open it."""

    name: str
    size_bytes: int
    held: bool = False


def collect(folder: Path, manifest: Manifest, grace_s: float = GRACE_S) -> None:
    """Remove the files that nobody can need and nobody touched for `grace_s`; only the writer may do so.

    A file is touched when it is retired: whoever reads the files without this program has that long.
    """
    remove(folder, unneeded(folder, manifest, grace_s))


def unneeded(folder: Path, manifest: Manifest, grace_s: float) -> tuple[Unneeded, ...]:
    """Return the files of the store that its manifest does not name and nobody touched for `grace_s`.

    Files of other programs are never among them. Only the writer may ask: what it has staged is not named yet.
    """
    snapshots = kept(folder)
    limit = time.time() - grace_s
    stats = [(name, (folder / name).stat()) for name in _files(folder) if name not in manifest.files]
    found = [(name, stat.st_size) for name, stat in stats if not grace_s or stat.st_mtime < limit]
    held = snapshots.files() if found else frozenset()
    free = [Unneeded(str(path.relative_to(folder)), path.stat().st_size) for path in snapshots.free]
    return (*(Unneeded(name, size, name in held) for name, size in sorted(found)), *free)


def remove(folder: Path, files: Iterable[Unneeded]) -> None:
    """Remove files that no reader holds."""
    for one in files:
        if not one.held:
            (folder / one.name).unlink()


def empty_folders(folder: Path, gone: Iterable[Unneeded]) -> tuple[Path, ...]:
    """Return the folders of series in which nothing is left without the files that go, the deepest first."""
    empty: list[Path] = []
    left = {folder / one.name for one in gone if not one.held}
    for kind in Kind:
        for name, folders, files in os.walk(folder / kind, topdown=False):
            path = Path(name)
            if _is_ours(path.name) and all(path / inside in left for inside in (*folders, *files)):
                left.add(path)
                empty.append(path)
    return tuple(empty)


def _is_ours(name: str) -> bool:
    return name in list(Kind) or name.startswith(_FOLDERS) or bool(_FILE.fullmatch(name))


def _files(folder: Path) -> Iterator[str]:
    """Yield the files that have names as this program gives them, staged ones too."""
    for kind in Kind:
        if (folder / kind).is_dir():
            yield from _below(folder / kind, str(kind), _FOLDERS)
    if (folder / manifests.DRAFT_NAME).is_file():
        yield manifests.DRAFT_NAME


def _below(path: Path | str, name: str, folders: tuple[str, ...]) -> Iterator[str]:
    with os.scandir(path) as entries:
        for entry in entries:
            if not folders and _FILE.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                yield f"{name}/{entry.name}"
            elif folders and entry.name.startswith(folders[0]) and entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, f"{name}/{entry.name}", folders[1:])
