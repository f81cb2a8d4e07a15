"""A sync over a damaged month fetches it anew and says so; what cannot be given back is kept and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from bybit_server import DAY_MS, START_MS, Source

from trade.base.errors import Mismatch
from trade.market import journal
from trade.market.names import Kind, Series
from trade.market.store import Store

BTC = Series("bybit", "linear", "BTCUSDT")
BARS_ONLY = {"kinds": (Kind.BARS,), "instruments": False}
EVER = (0, 2**60)


def flip(file):
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3] ^= 4
    file.write_bytes(raw)


def emptied(file):
    file.write_bytes(b"")


@pytest.fixture
def hurt(client_of):
    """Four days of everything, and the file of their bars."""
    client = client_of(Source("BTCUSDT", 1, 4))
    client.sync(from_ms=START_MS)
    [month] = Store(client.db).manifest.of(BTC, Kind.BARS)
    return client, client.db / month.file, Store(client.db).load(BTC, *EVER).digest


@pytest.mark.parametrize("damage", [flip, emptied, lambda file: file.unlink()])
@pytest.mark.parametrize("words", [{"from_ms": START_MS}, {"from_ms": START_MS + 3 * DAY_MS}], ids=["all", "a-part"])
def test_a_damaged_month_is_fetched_anew_whatever_part_of_it_is_asked_for(damage, words, hurt):
    client, file, healthy = hurt
    damage(file)
    report = client.sync(**words, **BARS_ONLY)
    assert [one.months_repaired for one in report.series] == [1]
    [finding] = [each for each in report.findings if each.code == "month-repaired"]
    assert (finding.data["month"], finding.data["same_rows"]) == ("2025-01", True)
    assert Store(client.db).load(BTC, *EVER, rehash=True).digest == healthy
    store = Store(client.db)
    assert [entry.result for entry in journal.read(client.db, store.manifest)] == [journal.REPLACED]
    assert [one.months_repaired for one in client.sync(**words, **BARS_ONLY).series] == [0]


def test_what_the_exchange_cannot_give_back_is_kept_and_named(hurt):
    client, file, _ = hurt
    flip(file)
    damaged = file.read_bytes()
    client.fake.sources["BTCUSDT"] = Source("BTCUSDT", 1, 3)
    with pytest.raises(Mismatch, match=file.name):
        client.sync(from_ms=START_MS, to_ms=START_MS + 2 * DAY_MS, **BARS_ONLY)
    assert file.read_bytes() == damaged


def test_a_sync_over_what_is_whole_reads_each_month_once(hurt, monkeypatch):
    client, file, _ = hurt
    read = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or real(path))
    client.sync(from_ms=START_MS, **BARS_ONLY)
    assert [path for path in read if path.suffix == ".parquet"] == [file]


def test_a_damaged_month_is_fetched_anew_by_a_sync_of_days_after_its_rows(client_of):
    client = client_of(Source("BTCUSDT", 1, 8))
    client.sync(from_ms=START_MS, to_ms=START_MS + 4 * DAY_MS, **BARS_ONLY)
    [month] = Store(client.db).manifest.of(BTC, Kind.BARS)
    flip(client.db / month.file)
    report = client.sync(from_ms=START_MS + 6 * DAY_MS, **BARS_ONLY)
    assert [one.months_repaired for one in report.series] == [1]
    assert len(Store(client.db).load(BTC, *EVER, rehash=True).base) == 6 * DAY_MS // 60_000
