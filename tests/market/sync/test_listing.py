"""Rules of listed symbols come with their dates, and change nothing where they did not change."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bybit_server import DAY_MS, START_MS, Source

from trade.base.errors import Refused
from trade.market.names import Kind, Series
from trade.market.store import Store

DOGE = Series("bybit", "linear", "DOGEUSDT")
OLD = [("2000000", "0.005", "0.01", "100.00", ""), ("2600000", "0.0056", "0.0111", "90.00", "1200")]
NEW = [("300000", "0.0033", "0.0066", "150.00", ""), *OLD[1:]]


@pytest.fixture
def client(client_of):
    client = client_of(Source("DOGEUSDT", 3, 10))
    client.fake.tiers["DOGEUSDT"] = OLD
    client.fake.now_ms = START_MS + 5 * DAY_MS
    return client


def instrument(client):
    return Store(client.db).manifest.instruments[DOGE]


def rules_only(client):
    return client.sync("DOGEUSDT", kinds=())


def test_the_rules_of_a_symbol_are_stored_as_the_exchange_lists_them(client):
    assert rules_only(client).instruments == (DOGE.key,)
    found = instrument(client)
    assert (found.tick_size, found.qty_step, found.min_qty, found.max_qty) == tuple(map(Decimal, ("0.1", "0.001", "0.001", "1190")))
    assert str(found.max_qty) == "1190"
    assert found.source == "bybit 2025-01-06"
    assert [table.from_ms for table in found.tier_tables] == [START_MS + 5 * DAY_MS]
    assert [(str(t.limit_usdt), str(t.mmr), str(t.max_leverage), str(t.deduction_usdt)) for t in found.tier_tables[0].tiers] == [
        ("2000000", "0.005", "100", "0"),
        ("2600000", "0.0056", "90", "1200"),
    ]


def test_equal_rules_on_another_day_change_no_digest(client):
    rules_only(client)
    before = instrument(client)
    client.fake.now_ms += DAY_MS
    assert rules_only(client).instruments == ()
    assert instrument(client) == before


def test_changed_tiers_are_in_force_from_the_day_they_were_seen(client):
    rules_only(client)
    client.fake.now_ms += DAY_MS
    client.fake.tiers["DOGEUSDT"] = NEW
    assert rules_only(client).instruments == (DOGE.key,)
    found = instrument(client)
    assert [table.from_ms for table in found.tier_tables] == [START_MS + 5 * DAY_MS, START_MS + 6 * DAY_MS]
    assert str(found.tiers_at(START_MS + 6 * DAY_MS)[0].limit_usdt) == "300000"
    assert str(found.tiers_at(START_MS + 6 * DAY_MS - 1)[0].limit_usdt) == "2000000"


def test_packaged_tables_stay_in_order(client_of):
    client = client_of(Source("BTCUSDT", 1, 2))
    client.sync(kinds=())
    tables = Store(client.db).manifest.instruments[Series("bybit", "linear", "BTCUSDT")].tier_tables
    assert [table.from_ms for table in tables] == sorted(table.from_ms for table in tables)
    assert len(tables) == 2


def test_another_tick_counts_the_rows_that_no_longer_fit(client):
    client.sync("DOGEUSDT", from_ms=START_MS, kinds=(Kind.BARS,))
    assert all(month.off_grid == 0 for month in Store(client.db).manifest.of(DOGE, Kind.BARS))
    client.fake.sources["DOGEUSDT"].tick = "0.50"
    rules_only(client)
    assert str(instrument(client).tick_size) == "0.5"
    assert all(month.off_grid > 1000 for month in Store(client.db).manifest.of(DOGE, Kind.BARS))


def test_bars_without_the_kind_instruments_bring_the_rules_once(client):
    client.sync("DOGEUSDT", kinds=(Kind.BARS,), instruments=False)
    client.sync("DOGEUSDT", kinds=(Kind.BARS,), instruments=False)
    assert len(client.fake.of("/risk-limit")) == 1


@pytest.mark.parametrize("row", [("x", "0.005", "0.01", "100.00", ""), ("1", "", "0.01", "100.00", "")])
def test_tiers_that_cannot_be_read_are_refused(client, row):
    client.fake.tiers["DOGEUSDT"] = [row]
    with pytest.raises(Refused) as refused:
        rules_only(client)
    assert refused.value.findings[0].code == "exchange-unreadable"
