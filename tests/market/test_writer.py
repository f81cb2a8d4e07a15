"""One writer, many readers, and no moment at which a crash can hurt."""

from __future__ import annotations

import os
import shutil
import signal
import time

import pytest
from forked import Forked, finished
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars
from processes import HOLDER

from trade.base.errors import DataMissing, Refused
from trade.files.importing import ImportRequest, import_file
from trade.market import writer as writers
from trade.market.collecting import collect
from trade.market.deleting import DeleteRequest, delete_rows
from trade.market.names import Kind
from trade.market.store import Store
from trade.market.vacuum import vacuum
from trade.market.writer import LOCK_NAME, writing

KILLER = """
import os, signal, sys
from pathlib import Path
from trade.files.importing import ImportRequest, import_file

calls = 0
def dying(function):
    def call(*args, **words):
        global calls
        calls += 1
        if calls == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **words)
    return call

os.fsync = dying(os.fsync)
Path.replace = dying(Path.replace)
import_file(Path(sys.argv[1]), ImportRequest(Path(sys.argv[2]), "BTCUSDT"))
"""


def everything(db):
    return {s.series.key: s.months for s in Store(db).series()}


def test_an_import_killed_at_any_point_leaves_the_store_as_it_was(parquet, load_in, db, tmp_path):
    load_in(parquet(make_bars(50_000)))
    before, digest = everything(db), Store(db).load(BTC, 0, 2**60, rehash=True).digest
    file = parquet(make_bars(100_000), "more.parquet")
    died_before, died_after = 0, 0
    for call in range(1, 40):
        copy = tmp_path / f"copy{call}"
        shutil.copytree(db, copy)
        code, err = finished(KILLER, copy, file, call)
        if code == 0:
            break
        assert code == -signal.SIGKILL, err
        if everything(copy) == before:
            died_before += 1
            assert Store(copy).load(BTC, 0, 2**60, rehash=True).digest == digest
        else:  # after the rename of the manifest everything is there
            died_after += 1
            assert Store(copy).series()[0].rows == 100_000
        assert import_file(copy, ImportRequest(file, "BTCUSDT")).rows_stored == 100_000
        Store(copy).load(BTC, 0, 2**60, rehash=True)
    assert died_before >= 6
    assert died_after >= 1


def test_a_first_import_killed_at_any_point_leaves_an_empty_store(parquet, tmp_path):
    file, died_before = parquet(make_bars(100_000)), 0
    for call in range(1, 40):
        fresh = tmp_path / f"fresh{call}"
        code, err = finished(KILLER, fresh, file, call)
        if code == 0:
            break
        assert code == -signal.SIGKILL, err
        died_before += everything(fresh) == {}
        vacuum(fresh)
        assert import_file(fresh, ImportRequest(file, "BTCUSDT")).rows_stored == 100_000
        Store(fresh).load(BTC, 0, 2**60, rehash=True)
    assert died_before >= 6


def test_a_first_import_that_fails_leaves_no_manifest(parquet, load_in, db, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writers, "write_month", full)
    with pytest.raises(Refused):
        load_in(parquet(make_bars(50)))
    assert [path.name for path in db.rglob("*") if path.is_file()] == [LOCK_NAME]


def test_an_import_that_fails_leaves_no_files(parquet, load_in, db, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device", "x")

    load_in(parquet(make_bars(10)))
    before = sorted(path.name for path in db.rglob("*"))
    monkeypatch.setattr(writers.manifests, "write_text", full)
    with pytest.raises(Refused) as caught:
        load_in(parquet(make_bars(50_000)))
    assert caught.value.findings[0].code == "store-not-writable"
    assert "no space left" in caught.value.findings[0].fact
    assert sorted(path.name for path in db.rglob("*")) == before


def test_a_second_writer_is_refused_by_name_and_a_dead_one_blocks_nobody(db):
    with Forked(HOLDER, db, 60) as holder:
        holder.stdout.read(1)
        with pytest.raises(Refused, match=f"process '{holder.pid}' is writing"), writing(db, wait_s=0.1):
            pass
        Store(db)  # readers do not wait
        holder.kill()
    with writing(db, wait_s=5.0):
        pass


def test_a_writer_waits_for_another(db, parquet, load_in):
    with Forked(HOLDER, db, 0.3) as holder:
        holder.stdout.read(1)
        assert load_in(parquet(make_bars(10))).rows_new == 10


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused), writing(tmp_path / "file" / "store"):
        pass


def test_retired_files_stay_for_an_hour(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    [old] = db.rglob("*.parquet")
    os.utime(old, (0, 0))
    snapshot = Store(db)
    load_in(parquet(make_bars(200)))
    assert old.exists()
    assert time.time() - old.stat().st_mtime < 60
    assert len(snapshot.load(BTC, 0, 2**60).base) == 100
    del snapshot
    collect(db, Store(db).manifest, grace_s=-1)
    assert not old.exists()
    assert len(Store(db).load(BTC, 0, 2**60).base) == 200


def test_leftovers_of_a_crash_are_collected_after_an_hour(parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    leftover = next(db.rglob("*.parquet")).with_name(f"2023-01-{0:016x}.parquet.1.tmp")
    leftover.touch()
    load_in(parquet(make_bars(20)))
    assert leftover.exists()
    os.utime(leftover, (0, 0))
    load_in(parquet(make_bars(30)))
    assert not leftover.exists()


def test_importing_the_same_file_again_changes_no_byte(parquet, load_in, db):
    file = parquet(make_bars(50_000))
    load_in(file)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in db.rglob("*") if path.is_file() and path.name != LOCK_NAME}
    report = load_in(file)
    assert (report.rows_new, report.duplicates_agreeing) == (0, 50_000)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_delete_removes_a_series_and_its_instrument_in_one_commit(parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    load_in(parquet({"ts_ms": [JAN_2023_MS], "funding_rate": [0.0001]}))
    assert delete_rows(db, DeleteRequest(BTC, (Kind.BARS,), 7)) == 10
    assert [s.kind for s in Store(db).series()] == [Kind.FUNDING]
    assert Store(db).manifest.instruments == {}
    with pytest.raises(DataMissing):
        delete_rows(db, DeleteRequest(BTC, (Kind.BARS, Kind.MARK), 7))


def test_readers_see_whole_commits_while_a_writer_works(parquet, db):
    files = [parquet(make_bars(500, JAN_2023_MS + i * 500 * MINUTE_MS), f"{i}.parquet") for i in range(12)]
    script = (
        "import sys\nfrom pathlib import Path\nfrom trade.files.importing import ImportRequest, import_file\n"
        "for file in sys.argv[2:]:\n import_file(Path(sys.argv[1]), ImportRequest(Path(file), 'BTCUSDT'))"
    )
    seen = set()
    with Forked(script, db, *files) as process:
        while process.poll() is None:
            store = Store(db)
            if store.series():
                seen.add(len(store.load(BTC, 0, 2**60, rehash=True).base))
    assert process.returncode == 0
    assert len(Store(db).load(BTC, 0, 2**60).base) == 6000
    assert all(rows % 500 == 0 for rows in seen)
