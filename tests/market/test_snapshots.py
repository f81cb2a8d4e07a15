"""A reader keeps the files of its snapshot for as long as it lives, and not a moment longer."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from market_tables import BTC, MINUTE_MS, make_bars

from trade.market import snapshots
from trade.market.collecting import collect
from trade.market.store import Store
from trade.market.vacuum import vacuum
from trade.market.writer import writing

READER = """
import sys
from pathlib import Path
from trade.market.store import Store

store = Store(Path(sys.argv[1]))
print("holds", flush=True)
for _ in sys.stdin:
    print(store.load(store.resolve("BTCUSDT"), 0, 2**60, rehash=True).digest, flush=True)
"""


@contextmanager
def reader(db):
    """Start a process that has taken a snapshot."""
    with subprocess.Popen([sys.executable, "-c", READER, str(db)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "holds\n"
        yield process
        process.kill()


def digest_of(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def digest(db):
    return Store(db).load(BTC, 0, 2**60, rehash=True).digest


def collect_now(db):
    with writing(db) as writer:
        collect(db, writer.manifest, grace_s=0)


def month_files(db):
    return sorted(path.name for path in db.rglob("*.parquet"))


def second_names(db):
    return list((db / snapshots.FOLDER).glob("*"))


def test_files_of_a_living_reader_stay_however_often_they_are_replaced_and_go_once_it_is_killed(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    [first], before = month_files(db), digest(db)
    with reader(db) as process:
        for rows in (200, 300, 400):
            load_in(parquet(make_bars(rows)))
            collect_now(db)
        assert len(month_files(db)) == 2
        assert first in month_files(db)
        assert digest_of(process) == before
        process.kill()
        process.wait()
        collect_now(db)
    assert len(month_files(db)) == 1
    assert first not in month_files(db)
    assert len(Store(db).load(BTC, 0, 2**60, rehash=True).base) == 400


def test_readers_of_several_snapshots_each_keep_theirs(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    held = [Store(db)]
    for rows in (200, 300):
        load_in(parquet(make_bars(rows)))
        held.append(Store(db))
    load_in(parquet(make_bars(400)))
    collect_now(db)
    assert len(month_files(db)) == 4
    assert [len(store.load(BTC, 0, 2**60).base) for store in held] == [100, 200, 300]
    del held[1]
    collect_now(db)
    assert [len(store.load(BTC, 0, 2**60).base) for store in held] == [100, 300]
    assert len(month_files(db)) == 3
    held.clear()
    collect_now(db)
    assert len(month_files(db)) == 1
    assert second_names(db) == []


def test_a_commit_between_reading_and_holding_gives_the_next_snapshot(parquet, load_in, db, monkeypatch):
    """The moment at which a reader has opened a manifest and holds nothing yet."""
    load_in(parquet(make_bars(100)))
    real = snapshots._locked
    asked = []

    def late(handle, operation):
        asked.append(operation)
        if len(asked) == 1:
            monkeypatch.setattr(snapshots, "_locked", real)
            load_in(parquet(make_bars(200)))
            collect_now(db)
        return real(handle, operation)

    monkeypatch.setattr(snapshots, "_locked", late)
    store = Store(db)
    assert asked == [fcntl.LOCK_SH]
    assert len(month_files(db)) == 1
    assert len(store.load(BTC, 0, 2**60, rehash=True).base) == 200


def test_a_reader_does_not_wait_for_a_collector_that_looks_at_its_manifest(parquet, load_in, db, monkeypatch):
    """A collector locks only what is replaced; a reader that comes that late takes the next one at once."""
    load_in(parquet(make_bars(100)))
    real = snapshots._locked
    answers = [False, True]
    monkeypatch.setattr(snapshots, "_locked", lambda handle, operation: answers.pop(0) and real(handle, operation))
    assert len(Store(db).load(BTC, 0, 2**60).base) == 100
    assert answers == []


def test_a_reader_writes_nothing(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    before = {path: (path.stat().st_mtime_ns, path.stat().st_nlink) for path in (db, *db.rglob("*"))}
    assert len(Store(db).load(BTC, 0, 2**60).base) == 100
    assert {path: (path.stat().st_mtime_ns, path.stat().st_nlink) for path in (db, *db.rglob("*"))} == before


def no_locks(*_):
    raise OSError(errno.ENOLCK, "No locks available")


def no_links(*_):
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize(
    ("name", "instead"), [("trade.market.snapshots._locked", lambda *_: None), ("os.link", no_links), ("os.link", shutil.copy)]
)
def test_where_the_file_system_cannot_show_readers_the_hour_protects_them(parquet, load_in, db, monkeypatch, name, instead):
    load_in(parquet(make_bars(100)))
    monkeypatch.setattr(name, instead)
    store = Store(db)
    load_in(parquet(make_bars(200)))
    report = vacuum(db)
    assert (report.readers_known, report.removed) == (False, ())
    assert len(store.load(BTC, 0, 2**60, rehash=True).base) == 100
    for file in db.rglob("*.parquet"):
        os.utime(file, (time.time() - 4000,) * 2)
    assert len(vacuum(db).removed) == 1


def test_no_locks_at_all_is_seen_as_such(tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", no_locks)
    handle = os.open(tmp_path, os.O_RDONLY)
    assert snapshots._locked(handle, fcntl.LOCK_SH) is None
    os.close(handle)


def test_a_full_disk_is_not_taken_for_a_file_system_without_second_names(parquet, load_in, db, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    load_in(parquet(make_bars(100)))
    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OSError, match="No space left"):
        snapshots.keep(db)


def test_second_names_of_a_copied_store_mean_nothing(parquet, load_in, db, tmp_path):
    load_in(parquet(make_bars(100)))
    with reader(db):
        load_in(parquet(make_bars(200)))
        assert len(second_names(db)) == 1
        shutil.copytree(db, tmp_path / "copy")
    copy = tmp_path / "copy"
    number = (copy / "manifest.json").stat().st_ino
    (copy / snapshots.FOLDER / f"{number}.json").write_text("{")
    with writing(copy) as writer:
        writer.commit(writer.manifest)
    assert second_names(copy) == []
    assert json.loads((copy / "manifest.json").read_text())["generation"] == 3
    assert len(vacuum(copy).removed) == 1
    assert len(Store(copy).load(BTC, 0, 100 * MINUTE_MS + 2**60).base) == 200
