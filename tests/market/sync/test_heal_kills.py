"""SIGKILL while healing: the journal tells of exactly the rows that came back, and in the end every bar equals the source."""

from __future__ import annotations

import random
import time

import numpy as np
from bybit_server import DAY_MS, MINUTE_MS, START_MS, Source
from forked import Forked

from trade.market import journal
from trade.market.columns import take
from trade.market.journal import FETCHED
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import writing

BTC = Series("bybit", "linear", "BTCUSDT")
DAYS = 10
HEALER = """
import sys
from pathlib import Path
from trade.sync.bybit import Bybit
from trade.quality.healing import HealRequest, heal
from trade.sync.syncing import sync

print(1, flush=True)
heal(Path(sys.argv[2]), HealRequest((), 7), lambda db, request: sync(db, request, Bybit(sys.argv[1])))
"""


def riddle(db):
    """Take every second hundred minutes out of the bars, and return how many are left."""
    with writing(db) as writer:
        [month] = writer.manifest.of(BTC, Kind.BARS)
        rows = writer.rows(Kind.BARS, [month])
        minute = (rows["ts_open_ms"] - START_MS) // MINUTE_MS
        left = take(rows, (minute % 200 < 100) | (minute >= DAYS * 1440 - 100))
        entry = writer.stage(BTC, Kind.BARS, month.month, left)
        writer.commit(writer.manifest.with_series(BTC, Kind.BARS, {month.month: entry}))
    return len(left["ts_open_ms"])


def test_a_heal_that_is_killed_again_and_again_heals_in_the_end(client_of, tmp_path):
    client = client_of(Source("BTCUSDT", 1, DAYS))
    client.sync(from_ms=START_MS)
    left = riddle(client.db)
    client.fake.delay_s = 0.03
    moments, deaths = random.Random(3), 0
    for kills in range(6):
        with Forked(HEALER, client.fake.url, client.db) as process:
            process.stdout.readline()
            if kills < 5:
                time.sleep(moments.uniform(0.3, 1.3))
                process.kill()
        deaths += process.returncode != 0
        entries = journal.read(client.db, Store(client.db).manifest)
        assert sum(entry.rows for entry in entries if entry.result == FETCHED) == len(client.rows()["ts_open_ms"]) - left
    assert deaths >= 3
    client.assert_equal(START_MS, START_MS + DAYS * DAY_MS)
    spans = np.array([(entry.start_ms, entry.end_ms) for entry in entries if entry.kind is Kind.BARS])
    assert bool(np.all((spans[:, 1] - spans[:, 0]) // MINUTE_MS == [entry.rows for entry in entries if entry.kind is Kind.BARS]))
