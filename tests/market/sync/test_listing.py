"""Rules of listed symbols come with their dates, and change nothing where they did not change."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from bybit_server import DAY_MS, START_MS, Source

from trade.base.errors import Refused
from trade.market.instruments import generic
from trade.market.names import Kind, Series
from trade.market.ruling import change
from trade.market.store import Store
from trade.market.writer import writing

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


def test_another_tick_is_in_force_from_the_instant_it_was_seen(client):
    client.sync("DOGEUSDT", from_ms=START_MS, kinds=(Kind.BARS,))
    client.fake.now_ms += DAY_MS
    client.fake.sources["DOGEUSDT"].tick = "0.50"
    assert rules_only(client).instruments == (DOGE.key,)
    first, later = instrument(client).rule_tables
    assert (str(first.tick_size), first.source) == ("0.1", "bybit 2025-01-06")
    assert (later.from_ms, str(later.tick_size), later.source) == (START_MS + 6 * DAY_MS, "0.5", "bybit 2025-01-07")
    assert all(month.off_grid == 0 for month in Store(client.db).manifest.of(DOGE, Kind.BARS))
    client.sync("DOGEUSDT", from_ms=START_MS, kinds=(Kind.BARS,))
    client.fake.now_ms += DAY_MS
    client.sync("DOGEUSDT", from_ms=START_MS, kinds=(Kind.BARS,))
    [month] = Store(client.db).manifest.of(DOGE, Kind.BARS)
    assert 1000 < month.off_grid <= 1440  # the fake goes on with a tick of 0.1, which only the last day must not


def test_equal_rules_later_add_nothing_and_a_step_that_comes_back_is_a_new_set(client):
    source = client.fake.sources["DOGEUSDT"]
    for step in ("0.001", "0.01", "0.01", "0.001"):
        source.step = step
        rules_only(client)
        client.fake.now_ms += DAY_MS
    assert [str(table.qty_step) for table in instrument(client).rule_tables] == ["0.001", "0.01", "0.001"]
    assert [table.from_ms for table in instrument(client).rule_tables] == [0, START_MS + 6 * DAY_MS, START_MS + 8 * DAY_MS]


def test_rules_that_were_only_proposed_from_data_give_way(client):
    with writing(client.db) as writer:
        writer.commit(writer.manifest.with_instrument(DOGE, generic(DOGE, Decimal("0.2"), Decimal(1))))
    rules_only(client)
    [only] = instrument(client).rule_tables
    assert (str(only.tick_size), str(only.qty_step), only.source) == ("0.1", "0.001", "bybit 2025-01-06")
    assert [table.from_ms for table in instrument(client).tier_tables] == [0, START_MS + 5 * DAY_MS]


def test_end_2_a_delivery_time_is_the_end_of_the_symbol(client):
    rules_only(client)
    assert instrument(client).delisted_ms is None
    source = client.fake.sources["DOGEUSDT"]
    source.status, source.delivery_ms = "Closed", START_MS + 4 * DAY_MS
    assert rules_only(client).instruments == (DOGE.key,)
    assert instrument(client).delisted_ms == START_MS + 4 * DAY_MS
    report = client.sync("DOGEUSDT", from_ms=START_MS)
    assert {one.to_ms for one in report.series} == {START_MS + 4 * DAY_MS}
    history = Store(client.db).load(DOGE, START_MS, START_MS + 5 * DAY_MS)
    assert (len(history.base), history.findings) == (4 * 1440, ())


def test_end_2_an_end_given_by_hand_stays_where_the_exchange_says_none(client):
    rules_only(client)
    change(client.db, DOGE, lambda known: replace(known, delisted_ms=START_MS))
    client.fake.tiers["DOGEUSDT"] = NEW
    rules_only(client)
    assert instrument(client).delisted_ms == START_MS


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


def test_end_2_a_symbol_that_is_closed_already_is_found_with_cautious_tiers(client_of):
    gone = Source("GONEUSDT", 4, 3, status="Closed", delivery_ms=START_MS + 2 * DAY_MS)
    client = client_of(gone)
    client.sync("GONEUSDT", from_ms=START_MS)
    series = Series("bybit", "linear", "GONEUSDT")
    found = Store(client.db).instrument(series)
    assert (found.delisted_ms, str(found.tick_size)) == (START_MS + 2 * DAY_MS, "0.1")
    assert len(found.tiers_at(START_MS)) == 4
    assert client.fake.of("/risk-limit") == []
    assert len(Store(client.db).load(series, START_MS, START_MS + 3 * DAY_MS).base) == 2 * 1440
