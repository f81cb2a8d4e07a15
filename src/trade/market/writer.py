"""One writer at a time: a lock, staged month files, and a commit that is one rename of the manifest."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

import duckdb

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.market import journal
from trade.market import manifest as manifests
from trade.market.collecting import collect
from trade.market.columns import Columns
from trade.market.journal import Entry
from trade.market.manifest import Manifest, Month
from trade.market.names import Kind, Series
from trade.market.parquet import make_folder, month_of, sync, write_month
from trade.market.reader import connect, read_months
from trade.market.snapshots import keep

LOCK_NAME = ".lock"
WAIT_S = 10.0


@dataclass
class Writer:
    """The holder of the lock. `manifest` is the last committed one; staged files stay invisible until `commit`.

    `draft` is what is going to be committed, so that several files can be staged one on the other.
    """

    folder: Path
    manifest: Manifest
    draft: Manifest = field(init=False)
    _created: list[str] = field(default_factory=list)
    _connection: duckdb.DuckDBPyConnection = field(default_factory=connect)

    def __post_init__(self) -> None:
        self.draft = self.manifest

    def stage(self, series: Series, kind: Kind, month: str, columns: Columns, off_grid: int = 0) -> Month:
        """Write the rows of one month, ascending and unique, as a file that no reader sees yet."""
        entry = month_of(series, kind, month, columns, off_grid)
        if not (self.folder / entry.file).exists():
            self._created.append(entry.file)  # before it is there: Ctrl-C may come between
        write_month(self.folder, entry, kind, columns)
        return entry

    def rows(self, kind: Kind, months: Sequence[Month]) -> Columns:
        """Return the rows of months, staged ones too."""
        return read_months(self._connection, self.folder, kind, months)

    def commit(self, manifest: Manifest, entries: Sequence[Entry] = ()) -> None:
        """Make a manifest the store's next snapshot, the entries part of its journal, then collect files that nobody can need."""
        manifest = replace(manifest, generation=self.manifest.generation + 1)
        _touch(self.folder, self.manifest.files - manifest.files)
        journal.append(self.folder, entries, manifest.generation, self.manifest.generation)
        draft = self.folder / manifests.DRAFT_NAME
        draft.write_text(manifests.write_text(manifest), encoding="utf-8")
        sync(draft)
        keep(self.folder)
        draft.replace(self.folder / manifests.FILE_NAME)
        sync(self.folder)
        self.manifest = self.draft = manifest
        self._created = [file for file in self._created if file not in manifest.files]
        self.abandon()
        collect(self.folder, manifest)

    def note(self, entries: Sequence[Entry]) -> None:
        """Write entries that change nothing of the snapshot."""
        journal.append(self.folder, entries, self.manifest.generation, self.manifest.generation)

    def abandon(self) -> None:
        """Remove what was staged and not committed."""
        for file in self._created:
            (self.folder / file).unlink(missing_ok=True)
        self._created.clear()


@contextmanager
def writing(folder: Path, wait_s: float = WAIT_S) -> Iterator[Writer]:
    """Hold the store's lock. Raises Refused if another writer keeps it for `wait_s` seconds or the disk refuses."""
    try:
        make_folder(folder, folder)
        with (folder / LOCK_NAME).open("a+") as lock:
            _acquire(lock, folder, wait_s)
            writer = Writer(folder, manifests.read(folder))
            try:
                yield writer
            finally:
                writer.abandon()
    except OSError as error:
        fact = f"'{error.filename or folder}': {(error.strerror or str(error)).lower()}"
        raise Refused(
            Finding("store-not-writable", fact, "the store is as it was; free the disk, fix permissions, or use another --db")
        ) from error


def _touch(folder: Path, files: frozenset[str]) -> None:
    for file in files:
        if (folder / file).exists():
            os.utime(folder / file)


def _acquire(lock: TextIO, folder: Path, wait_s: float) -> None:
    """Take the lock. The kernel drops it with its holder, so a dead writer blocks nobody."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                fact = f"process '{holder}' is writing to '{folder}'"
                raise Refused(Finding("store-busy", fact, "wait until it is done, then try again; readers are not affected")) from None
            time.sleep(0.05)
        else:
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            return
