"""Vacuum removes what nobody needs, at once, and nothing else."""

from __future__ import annotations

import json

import pytest
from forked import Forked
from market_tables import BTC, make_bars
from processes import HOLDER
from typer.testing import CliRunner

from trade.base.errors import Refused
from trade.cli import console
from trade.cli.data import app
from trade.market import writer as writers
from trade.market.deleting import DeleteRequest, delete_rows
from trade.market.manifest import Manifest, write_text
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.vacuum import vacuum


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def used(parquet, load_in, db):
    """A store with a replaced file, what killed writers left, an empty folder, and files of the user's own."""
    load_in(parquet(make_bars(10)))
    load_in(parquet(make_bars(50)))
    folder = next(db.rglob("*.parquet")).parent
    (folder / f"2023-02-{1:016x}.parquet.77.tmp").write_bytes(b"1234")
    (db / "manifest.json.tmp").write_text("{")
    (db / "funding" / "venue=other" / "market=linear" / "symbol=GONEUSDT").mkdir(parents=True)
    (folder / "notes.txt").touch()
    (folder / "2023-01.parquet").touch()
    (db / "bars" / "mine").mkdir()
    (db / "bars" / "mine" / f"2023-02-{1:016x}.parquet").touch()
    (db / "backup").mkdir()
    return db


def everything(db):
    return {path.relative_to(db).as_posix() for path in db.rglob("*")} - {".lock", ".snapshots"}


def test_everything_that_is_not_needed_goes_and_everything_else_stays(used):
    before, digest = everything(used), Store(used).load(BTC, 0, 2**60, rehash=True).digest
    report = vacuum(used)
    gone = before - everything(used)
    assert gone == {*(one.name for one in report.removed), *report.folders}
    assert sorted(name.rpartition("/")[2][:8] for name in gone) == sorted(
        ["2023-01-", "2023-02-", "manifest", "funding", "venue=ot", "market=l", "symbol=G"]
    )
    assert Store(used).load(BTC, 0, 2**60, rehash=True).digest == digest
    assert vacuum(used).removed == ()


def test_a_dry_run_tells_the_same_and_removes_nothing(used):
    before = everything(used)
    told = vacuum(used, dry_run=True)
    assert everything(used) == before
    assert vacuum(used) == told
    assert len(told.removed) == 3
    assert told.removed_bytes == sum(one.size_bytes for one in told.removed) > 1000


def test_what_a_reader_holds_stays_and_is_counted(used, parquet, load_in):
    held = Store(used)
    load_in(parquet(make_bars(90)))
    [needed] = held.manifest.files
    report = vacuum(used)
    assert [one.name for one in report.held] == [needed]
    assert len(held.load(BTC, 0, 2**60, rehash=True).base) == 50
    del held
    assert needed in {one.name for one in vacuum(used).removed}


def test_a_deleted_series_leaves_no_folder(parquet, load_in, db):
    for symbol in ("BTCUSDT", "ETHUSDT"):
        load_in(parquet(make_bars(10)), symbol, grid=None)
    delete_rows(db, DeleteRequest(BTC, tuple(Kind), 7))
    vacuum(db)
    assert [path.name for path in db.rglob("symbol=*")] == ["symbol=ETHUSDT"]
    delete_rows(db, DeleteRequest(Series("generic", "linear", "ETHUSDT"), tuple(Kind), 7))
    vacuum(db)
    assert everything(db) == {"manifest.json", "journal.jsonl"}


def test_an_import_collects_no_files_of_others(parquet, load_in, db):
    """A folder that is no store yet may have a folder called bars, with the user's own files in it."""
    mine = db / "bars" / "btc.csv"
    mine.parent.mkdir(parents=True)
    mine.touch()
    load_in(parquet(make_bars(10)))
    vacuum(db)
    assert mine.exists()


def test_a_store_that_is_not_there_is_not_made(db):
    assert vacuum(db).removed == ()
    assert not db.exists()


def test_leftovers_of_a_first_import_that_was_killed_go(db):
    staged = db / "bars" / "venue=generic" / "market=linear" / "symbol=BTCUSDT" / f"2023-02-{1:016x}.parquet"
    staged.parent.mkdir(parents=True)
    staged.touch()
    (db / "manifest.json").write_text(write_text(Manifest()))  # it is there before the first file
    assert len(vacuum(db).removed) == 1
    assert everything(db) == {"manifest.json"}


def test_vacuum_waits_for_no_writer_forever(used, monkeypatch):
    real = writers._acquire
    monkeypatch.setattr(writers, "_acquire", lambda lock, folder, _: real(lock, folder, 0.1))
    with Forked(HOLDER, used, 60) as holder:
        holder.stdout.read(1)
        with pytest.raises(Refused, match=f"process '{holder.pid}' is writing"):
            vacuum(used, dry_run=True)
        holder.kill()


def test_the_command_says_how_many_files_and_bytes(used):
    def said(*words):
        result = CliRunner().invoke(app, ["vacuum", *words, "--db", str(used)])
        assert result.exit_code == 0, result.output
        return result.stdout

    document = json.loads(said("--dry-run", "--json"))
    assert (document["files_removed"], document["folders_removed"], document["dry_run"]) == (3, 4, True)
    assert document["bytes_removed"] == sum(file["bytes"] for file in document["files"])
    assert said("--dry-run").startswith("would remove 3 files (0.0 MB) and 4 empty folders")
    held = Store(used)
    assert said().startswith("removed 3 files")
    assert held.series()
    assert "Example: trade data vacuum" in CliRunner().invoke(app, ["vacuum", "--help"]).stdout
