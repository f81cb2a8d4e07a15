"""Vacuum: everything that the store needs no more goes now, not in an hour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trade.market.collecting import GRACE_S, Unneeded, empty_folders, remove, unneeded
from trade.market.snapshots import knows_readers
from trade.market.writer import writing


@dataclass(frozen=True)
class Vacuumed:
    """What went, or would go: files, folders relative to the store, and the files that stay because a reader holds them.

    Where `readers_known` is false, only what was retired an hour ago goes.
    """

    removed: tuple[Unneeded, ...] = ()
    held: tuple[Unneeded, ...] = ()
    folders: tuple[str, ...] = ()
    readers_known: bool = True

    @property
    def removed_bytes(self) -> int:
        """The room that is free afterwards."""
        return sum(one.size_bytes for one in self.removed)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "files_removed": len(self.removed),
            "bytes_removed": self.removed_bytes,
            "folders_removed": len(self.folders),
            "files_held": len(self.held),
            "bytes_held": sum(one.size_bytes for one in self.held),
            "readers_known": self.readers_known,
            "files": [{"file": one.name, "bytes": one.size_bytes} for one in self.removed],
        }


def vacuum(store: Path, *, dry_run: bool = False) -> Vacuumed:
    """Remove every file that the manifest does not name and no reader holds, leftovers of killed writers, and empty folders.

    With `dry_run` only say which. Raises Refused while another process writes, or if the store cannot be written.
    """
    if not store.is_dir():
        return Vacuumed()
    with writing(store) as writer:
        known = knows_readers(store)
        files = unneeded(store, writer.manifest, 0.0 if known else GRACE_S)
        folders = empty_folders(store, files)
        if not dry_run:
            remove(store, files)
            for folder in folders:
                folder.rmdir()
    names = tuple(str(folder.relative_to(store)) for folder in folders)
    return Vacuumed(tuple(one for one in files if not one.held), tuple(one for one in files if one.held), names, known)
