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

from trade.base.errors import Mismatch, Refused
from trade.base.findings import Finding
from trade.market import journal
from trade.market import manifest as manifests
from trade.market.collecting import collect
from trade.market.columns import Columns, empty
from trade.market.damage import not_restored
from trade.market.journal import JournalEntry
from trade.market.manifest import Manifest, Month, series_of
from trade.market.names import Kind, Series
from trade.market.parquet import flush_to_disk, make_folder, month_of, write_month
from trade.market.reader import read_months
from trade.market.snapshots import keep
from trade.market.tables import encoded

LOCK_NAME = ".lock"
WAIT_S = 10.0


@dataclass
class Writer:
    """The holder of the lock. `manifest` is the last committed one; staged files stay invisible until `commit`.

    `draft` is what is going to be committed, so that several files can be staged one on the other. `lost` are the months whose file
    turned out to be damaged when something was merged into them.
    """

    folder: Path
    manifest: Manifest
    draft: Manifest = field(init=False)
    lost: dict[str, tuple[Kind, Month]] = field(default_factory=dict)
    _created: list[str] = field(default_factory=list)
    _founded: bool = False  # an empty manifest was written, so that no month ever lies where there is none

    def __post_init__(self) -> None:
        self.draft = self.manifest

    def stage(self, series: Series, kind: Kind, month: str, columns: Columns, off_grid: int = 0) -> Month:
        """Write the rows of one month, ascending and unique, as a file that no reader sees yet."""
        raw = encoded(columns, kind)
        self._found()
        entry = month_of(series, kind, month, columns, off_grid, raw)
        if entry.file not in self.manifest.files and not (self.folder / entry.file).exists():
            self._created.append(entry.file)  # before it is there: Ctrl-C may come between
        write_month(self.folder, entry, raw)
        return entry

    def rows(self, kind: Kind, months: Sequence[Month]) -> Columns:
        """Return the rows of months, staged ones too."""
        return read_months(self.folder, kind, months)

    def mergeable(self, kind: Kind, month: Month) -> Columns:
        """Return the rows of a month that new ones are merged into; none if its file is damaged.

        It is noted in `lost` then, and `commit` takes care that its rows have come back.
        """
        try:
            return self.rows(kind, [month])
        except Mismatch:
            if month.file not in self.manifest.files:
                raise
            self.lost[month.file] = (kind, month)
            return empty(kind)

    def commit(self, manifest: Manifest, entries: Sequence[JournalEntry] = ()) -> None:
        """Make a manifest the store's next snapshot, the entries part of its journal, then collect files that nobody can need.

        Raises Mismatch if a month whose file is damaged would come out with fewer rows than it had.
        """
        self._require_restored(manifest)
        end = journal.append(self.folder, entries, self.manifest)
        manifest = replace(manifest, generation=self.manifest.generation + 1, journal=end)
        _touch(self.folder, self.manifest.files - manifest.files)
        draft = self._draft(manifest)
        if self.manifest.generation:  # of an empty one no reader needs a file
            keep(self.folder)
        draft.replace(self.folder / manifests.FILE_NAME)
        flush_to_disk(self.folder)
        self.manifest = self.draft = manifest
        self._created = [file for file in self._created if file not in manifest.files]
        self.abandon()
        collect(self.folder, manifest)

    def _draft(self, manifest: Manifest) -> Path:
        draft = self.folder / manifests.DRAFT_NAME
        draft.write_bytes(manifests.write_text(manifest).encode())
        flush_to_disk(draft)
        return draft

    def _found(self) -> None:
        target = self.folder / manifests.FILE_NAME
        if not target.exists():
            self._founded = True  # before it is there: Ctrl-C may come between
            self._draft(self.manifest).replace(target)
            flush_to_disk(self.folder)

    def _require_restored(self, manifest: Manifest) -> None:
        found = []
        for kind, before in self.lost.values():
            after = manifest.months.get((series_of(before.file), kind), {}).get(before.month)
            if after is not None and after != before and not _covers(after, before):
                found.append(not_restored(kind, before, after.rows))
        if found:
            raise Mismatch(found)

    def abandon(self) -> None:
        """Remove what was staged and not committed."""
        for file in self._created:
            (self.folder / file).unlink(missing_ok=True)
        self._created.clear()
        if self._founded and not self.manifest.generation:
            (self.folder / manifests.FILE_NAME).unlink(missing_ok=True)
            self._founded = False


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


def _covers(after: Month, before: Month) -> bool:
    return after.rows >= before.rows and after.first_ms <= before.first_ms and after.last_ms >= before.last_ms


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
