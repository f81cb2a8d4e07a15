"""While one process syncs fresh months, and vacuums, runs in four others give the hashes of a quiet run (HASH-2)."""

from __future__ import annotations

import pytest
from bybit_server import DAY_MS, START_MS, Source
from processes import RUNS, lines, start

from trade.market.store import Store

SYNCS = """
import sys, time
from pathlib import Path
from trade.sync.bybit import Bybit
from trade.sync.request import SyncRequest, parse_symbols
from trade.sync.syncing import sync
from trade.market.vacuum import vacuum

url, db, start_ms, first, last, seconds = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:])
end = time.monotonic() + seconds
for day in range(first, last):
    sync(db, SyncRequest(parse_symbols(["BTCUSDT"]), from_ms=start_ms, to_ms=start_ms + day * 86_400_000), Bybit(url))
    vacuum(db)
    print(day, flush=True)
    if time.monotonic() >= end:
        break
"""


@pytest.mark.parametrize("seconds", [4, pytest.param(120, marks=pytest.mark.deep)])
def test_runs_beside_a_sync_have_the_hashes_of_a_quiet_run(client_of, db, tmp_path, seconds):
    client = client_of(Source("BTCUSDT", 1, 600))

    def sync(first, last, seconds):
        return start(SYNCS, client.fake.url, db, START_MS, first, last, seconds)

    assert lines(sync(45, 46, 0)) == ["45"]
    quiet = lines(start(RUNS, db, tmp_path / "quiet", "BTCUSDT", 0))
    generation = Store(db).manifest.generation
    syncing = sync(46, 600, seconds)
    readers = [start(RUNS, db, tmp_path / f"runs{i}", "BTCUSDT", seconds) for i in range(4)]
    found = [run for reader in readers for run in lines(reader)]
    days = [int(day) for day in lines(syncing)]
    commits = Store(db).manifest.generation - generation
    assert set(found) == set(quiet)
    assert len(found) >= max(4, seconds)
    assert commits >= 2 * len(days) >= seconds // 2
    client.assert_equal(START_MS, START_MS + days[-1] * DAY_MS)
