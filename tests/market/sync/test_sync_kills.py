"""SIGKILL at random moments: what was reported stored is stored, and in the end every bar equals the source."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from bybit_server import DAY_MS, START_MS, Source, every_tenth
from forked import Forked

from trade.market.names import Kind, parse_series
from trade.market.store import Store

SYNCER = """
import sys
from pathlib import Path
from trade.sync.bybit import Bybit
from trade.sync.request import SyncRequest, parse_symbols
from trade.sync.syncing import sync

def say(said):
    print(said.series, said.kind, said.stored, file=log, flush=True)

url, db, first_ms, log, *symbols = sys.argv[1:]
log = open(log, "w")
sync(Path(db), SyncRequest(parse_symbols(symbols), from_ms=int(first_ms)), Bybit(url), say)
"""


def killed_sync(client, symbols, log, kill_after_s):
    """Sync in a process of its own, killed some time after its first word; returns whether it died of that."""
    log.touch()
    with Forked(SYNCER, client.fake.url, client.db, START_MS, log, *symbols) as process:
        while kill_after_s is not None and process.poll() is None and not log.stat().st_size:
            time.sleep(0.01)
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            process.kill()
    return process.returncode != 0


def last_words(log: Path) -> dict[tuple[str, str], int]:
    """Return the rows that a sync last said to have stored, per series and kind; a line that was cut says nothing."""
    told = {}
    for line in log.read_text().rpartition("\n")[0].splitlines():
        series, kind, stored = line.split()
        told[series, kind] = int(stored)
    return told


def stored_rows(db, series, kind):
    return len(next(iter(Store(db).rows(parse_series(series), Kind(kind), 0, 2**60, rehash=True).columns.values())))


def survive(client, symbols, days, kills, longest_s, tmp_path):
    client.fake.delay_s = 0.01
    client.fake.fault_of = every_tenth(11)
    moments = random.Random(13)
    reported: dict[tuple[str, str], int] = {}
    deaths = 0
    for number in range(kills):
        log = tmp_path / f"log{number}"
        deaths += killed_sync(client, symbols, log, moments.uniform(0.0, longest_s))
        for key, rows in last_words(log).items():
            reported[key] = reported.get(key, 0) + rows
            assert stored_rows(client.db, *key) >= reported[key]
    assert not killed_sync(client, symbols, tmp_path / "log", None)
    client.assert_equal(START_MS, START_MS + days * DAY_MS, *symbols)
    assert sum(reported.values()) > 0
    return deaths


def test_two_weeks_of_two_symbols_survive_five_kills(client_of, tmp_path):
    client = client_of(Source("BTCUSDT", 1, 14), Source("ETHUSDT", 2, 14))
    assert survive(client, ["BTCUSDT", "ETHUSDT"], 14, 5, 1.6, tmp_path) == 5


@pytest.mark.deep
def test_three_months_of_three_symbols_survive_twenty_kills(client_of, tmp_path):
    symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    client = client_of(*(Source(symbol, seed, 90) for seed, symbol in enumerate(symbols)))
    assert survive(client, symbols, 90, 20, 3.5, tmp_path) == 20


@pytest.mark.parametrize("days", [35, pytest.param(90, marks=pytest.mark.deep)])
def test_three_symbols_with_every_tenth_request_spoiled_are_complete(client_of, days):
    symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    client = client_of(*(Source(symbol, seed, days) for seed, symbol in enumerate(symbols)))
    client.fake.fault_of = every_tenth(5)
    client.sync(*symbols, from_ms=START_MS)
    client.assert_equal(START_MS, START_MS + days * DAY_MS, *symbols)
