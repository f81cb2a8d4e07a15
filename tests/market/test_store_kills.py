"""SIGKILL at every step of what changes history: a reader sees the old state or the new one, and the command can be repeated."""

from __future__ import annotations

import os
import shutil
import signal

import pytest
from forked import finished
from market_tables import BTC, make_bars

from trade.base.errors import DataMissing
from trade.market.names import Kind
from trade.market.store import Store
from trade.market.vacuum import vacuum

DYING = """
import os, signal, sys
from pathlib import Path

calls = 0
def dying(function):
    def call(*given, **words):
        global calls
        calls += 1
        if calls == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **words)
    return call

for name in ("fsync", "replace", "link", "unlink", "rmdir", "utime", "mkdir"):
    setattr(os, name, dying(getattr(os, name)))

db = Path(sys.argv[1])
from trade.market.names import Kind, Series
SERIES = Series("generic", "linear", "BTCUSDT")
"""

DELETE = (
    "from trade.market.deleting import DeleteRequest, delete_rows\ndelete_rows(db, DeleteRequest(SERIES, (Kind.BARS, Kind.FUNDING), 7))"
)
DELETE_SPAN = """
from trade.market.deleting import DeleteRequest, delete_rows
delete_rows(db, DeleteRequest(SERIES, (Kind.BARS, Kind.FUNDING), 7, 1_672_531_200_000, 1_672_531_200_000 + 40 * 60_000))
"""
REPLACE = """
from trade.files.importing import ImportRequest, import_file
import_file(db, ImportRequest(db.parent / "revised.parquet", "BTCUSDT", replace_at_ms=7))
"""
VACUUM = "from trade.market.vacuum import vacuum\nvacuum(db)"
SYNC = """
import numpy as np
from trade.sync.pages import Page
from trade.sync.shelf import Shelf

clock = 1_672_531_200_000 + 60_000 * np.arange(100, 50_000)
close = 30_000 + np.arange(len(clock)) / 10
values = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": close / 100}
Shelf(db, SERIES, Kind.BARS).put([Page(clock, values)])
"""


def state(db):
    """Return what a reader sees, every row hashed; nothing if the series is not stored."""
    try:
        history = Store(db).load(BTC, 0, 2**60, rehash=True)
    except DataMissing:
        return None
    return len(history.base), history.digest


def run(script, db, call):
    code, err = finished(DYING + script, db, call)
    assert code in (0, -signal.SIGKILL), err
    return code == 0


@pytest.fixture
def store(parquet, load_in, db):
    """A store with two kinds, a file that was replaced just now, one that was replaced long ago, and leftovers of a killed writer."""
    load_in(parquet(make_bars(10)))
    [old] = db.rglob("*.parquet")
    load_in(parquet(make_bars(50)))
    load_in(parquet({"ts_ms": [1_672_531_200_000], "funding_rate": [0.0001]}))
    load_in(parquet(make_bars(100)))
    os.utime(old, (0, 0))
    old.with_name(f"2023-01-{1:016x}.parquet.1.tmp").touch()
    revised = make_bars(100)
    revised["close"][50] -= 0.1
    parquet(revised, "revised.parquet")
    (db / "bars" / "venue=other" / "market=linear" / "symbol=GONEUSDT").mkdir(parents=True)
    return db


@pytest.mark.parametrize(
    ("script", "least"),
    [(DELETE, 6), (DELETE_SPAN, 8), (REPLACE, 8), (VACUUM, 8), (SYNC, 12)],
    ids=["delete", "delete-span", "replace", "vacuum", "sync"],
)
def test_a_command_killed_at_any_step_leaves_the_old_state_or_the_new_one_and_can_be_repeated(script, least, store, tmp_path):
    shutil.copytree(store, tmp_path / "whole")
    assert run(script, tmp_path / "whole", 0)
    before, after = state(store), state(tmp_path / "whole")
    seen = []
    for call in range(1, 100):
        copy = tmp_path / f"copy{call}"
        shutil.copytree(store, copy)
        if run(script, copy, call):
            break
        seen.append(state(copy))
        if seen[-1] == before and before != after:
            assert run(script, copy, 0)
        assert state(copy) == after
        vacuum(copy)
        assert state(copy) == after
        on_disk = {file.relative_to(copy).as_posix() for kind in Kind for file in (copy / kind).rglob("*")}
        assert {name for name in on_disk if name.endswith(".tmp")} == set()
        assert {name for name in on_disk if name.endswith(".parquet")} == set(Store(copy).manifest.files)
        assert not any((copy / name).is_dir() and not any((copy / name).iterdir()) for name in on_disk)
        shutil.rmtree(copy)
    assert len(seen) >= least
    assert set(seen) == {before, after}
    assert seen == sorted(seen, key=lambda each: each == after)  # once it is new it stays new
