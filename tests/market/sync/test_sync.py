"""A sync against the fake Bybit: complete, equal to the source, and never asking for what is there."""

from __future__ import annotations

import numpy as np
import pytest
from bybit_server import DAY_MS, FAULTS, HOUR_MS, MINUTE_MS, START_MS, Source, every_tenth

from trade.base.errors import DataMissing, Malformed, Refused
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import writing

BARS_ONLY = {"kinds": (Kind.BARS,), "instruments": False}


def cut(db, kind, first_ms, end_ms):
    """Take rows out of the store, as if they had never been there."""
    series = Series("bybit", "linear", "BTCUSDT")
    with writing(db) as writer:
        months = {}
        for month in writer.manifest.of(series, kind):
            rows = writer.rows(kind, [month])
            clock = next(iter(rows.values()))
            keep = (clock < first_ms) | (clock >= end_ms)
            if keep.any():
                months[month.month] = writer.stage(series, kind, month.month, {name: values[keep] for name, values in rows.items()})
        writer.commit(writer.manifest.with_series(series, kind, months))


def spans(fake, path):
    return [(int(one.query["start"]), int(one.query["end"])) for one in fake.of(path)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_tenth_request_may_fail_and_the_store_is_equal_to_the_source(client_of, seed):
    client = client_of(Source("BTCUSDT", 1, 20), Source("ETHUSDT", 2, 20))
    client.fake.fault_of = every_tenth(seed, (*FAULTS, "http-403"))
    client.sync("BTCUSDT", "ETHUSDT", from_ms=START_MS)
    client.assert_equal(START_MS, START_MS + 20 * DAY_MS, "BTCUSDT", "ETHUSDT")
    assert len({one.fault for one in client.fake.asked}) > 5


@pytest.mark.parametrize("fault", [*FAULTS, "http-403"])
def test_each_fault_alone_is_survived(client_of, fault):
    client = client_of(Source("BTCUSDT", 1, 2))
    client.fake.fault_of = lambda number, _path: fault if number in (4, 7, 9) else ""
    client.sync(from_ms=START_MS)
    client.assert_equal(START_MS, START_MS + 2 * DAY_MS)
    assert [one.fault for one in client.fake.asked].count(fault) == 3


def test_the_forming_minute_is_never_stored(client_of):
    client = client_of(Source("BTCUSDT", 1, 1))
    client.fake.now_ms = START_MS + 100 * MINUTE_MS + 59_999
    client.sync(from_ms=START_MS, **BARS_ONLY)
    assert client.rows()["ts_open_ms"][-1] == START_MS + 99 * MINUTE_MS
    client.fake.now_ms += 1
    assert client.sync(from_ms=START_MS, **BARS_ONLY).series[0].rows_new == 1
    assert len(client.rows()["ts_open_ms"]) == 101


def test_a_second_sync_asks_for_no_row(client_of):
    client = client_of(Source("BTCUSDT", 1, 5))
    client.sync(from_ms=START_MS)
    asked = len(client.fake.asked)
    generation = Store(client.db).manifest.generation
    report = client.sync(from_ms=START_MS)
    assert [one.path.rpartition("/")[2] for one in client.fake.asked[asked:]] == ["time", "instruments-info", "risk-limit"]
    assert [one.rows_new for one in report.series] == [0, 0, 0]
    assert Store(client.db).manifest.generation == generation


def test_without_a_span_the_stored_history_is_brought_up_to_date(client_of):
    client = client_of(Source("BTCUSDT", 1, 10))
    client.sync(from_ms=START_MS + 2 * DAY_MS, to_ms=START_MS + 4 * DAY_MS)
    report = client.sync()
    assert (report.series[0].from_ms, report.series[0].to_ms) == (START_MS + 2 * DAY_MS, START_MS + 10 * DAY_MS)
    client.assert_equal(START_MS + 2 * DAY_MS, START_MS + 10 * DAY_MS)


def test_holes_in_the_middle_are_filled_and_nothing_else_is_asked_for(client_of):
    client = client_of(Source("BTCUSDT", 1, 10))
    client.sync(from_ms=START_MS)
    holes = [(START_MS + 2 * DAY_MS, START_MS + 3 * DAY_MS), (START_MS + 5 * DAY_MS, START_MS + 5 * DAY_MS + MINUTE_MS)]
    for first, end in holes:
        cut(client.db, Kind.BARS, first, end)
    client.fake.asked.clear()
    report = client.sync(from_ms=START_MS)
    assert report.series[0].rows_new == 1441
    asked = spans(client.fake, "/kline")
    assert [first for first, _ in asked] == [holes[0][0], holes[0][0], holes[1][0]]
    assert asked[1] == (holes[0][0], holes[0][1] - 1001 * MINUTE_MS)  # the second page goes backwards
    client.assert_equal(START_MS, START_MS + 10 * DAY_MS)


def test_a_range_older_than_what_is_stored_is_fetched(client_of):
    client = client_of(Source("BTCUSDT", 1, 40))
    client.sync(days=3)
    client.fake.asked.clear()
    client.sync(days=40)
    assert max(end for _, end in spans(client.fake, "/kline")) == START_MS + 37 * DAY_MS - MINUTE_MS
    client.assert_equal(START_MS, START_MS + 40 * DAY_MS)


def test_an_outage_of_the_exchange_stays_a_gap_and_is_named(client_of):
    outage = (START_MS + 1000 * MINUTE_MS, START_MS + 2500 * MINUTE_MS)
    client = client_of(Source("BTCUSDT", 1, 3, outages=(outage,)))
    report = client.sync(from_ms=START_MS, **BARS_ONLY)
    assert report.series[0].absent == (outage,)
    assert [(f.code, f.data["gaps"]) for f in report.findings] == [("exchange-has-gap", [list(outage)])]
    assert len(client.rows()["ts_open_ms"]) == 3 * 1440 - 1500


def test_funding_follows_an_interval_that_changes(client_of):
    hours = ((START_MS, 8), (START_MS + 10 * DAY_MS, 4), (START_MS + 15 * DAY_MS, 1), (START_MS + 16 * DAY_MS + 4 * HOUR_MS, 8))
    client = client_of(Source("BTCUSDT", 1, 30, intervals=hours))
    for days in (12, 3):  # older last: its range ends where payments are stored
        client.sync(from_ms=START_MS + days * DAY_MS, kinds=(Kind.FUNDING,))
    client.sync(from_ms=START_MS, kinds=(Kind.FUNDING,))
    expected = client.fake.sources["BTCUSDT"].expected("funding", START_MS, START_MS + 30 * DAY_MS + 1)
    np.testing.assert_array_equal(client.rows(Kind.FUNDING)["ts_ms"], expected["ts_ms"])
    np.testing.assert_array_equal(client.rows(Kind.FUNDING)["rate"], expected["rate"])


@pytest.mark.parametrize("hours", [(10 * 24 + 4, 10 * 24 + 12), (15 * 24 + 3, 15 * 24 + 4), (8, 16), (15 * 24 - 4, 15 * 24 + 9)])
def test_a_hole_in_funding_is_filled(client_of, hours):
    client = client_of(Source("BTCUSDT", 1, 30, intervals=((START_MS, 8), (START_MS + 10 * DAY_MS, 4), (START_MS + 15 * DAY_MS, 1))))
    client.sync(from_ms=START_MS, kinds=(Kind.FUNDING,))
    before = client.rows(Kind.FUNDING)
    cut(client.db, Kind.FUNDING, START_MS + hours[0] * HOUR_MS, START_MS + hours[1] * HOUR_MS)
    assert len(client.rows(Kind.FUNDING)["ts_ms"]) < len(before["ts_ms"])
    client.sync(from_ms=START_MS, kinds=(Kind.FUNDING,))
    np.testing.assert_array_equal(client.rows(Kind.FUNDING)["ts_ms"], before["ts_ms"])


def test_a_row_that_no_market_can_have_made_is_kept_out(client_of):
    client = client_of(Source("BTCUSDT", 1, 1))
    client.fake.sources["BTCUSDT"].bars[77, 2] = 1  # a high of 0.1
    report = client.sync(from_ms=START_MS, **BARS_ONLY)
    assert [(f.code, f.data.get("rows")) for f in report.findings] == [("high-below-body", 1), ("exchange-has-gap", None)]
    assert report.series[0].absent == ((START_MS + 77 * MINUTE_MS, START_MS + 78 * MINUTE_MS),)


def test_what_is_said_to_be_stored_is_stored(client_of):
    client = client_of(Source("BTCUSDT", 1, 10))
    seen = []

    class Checking(list):
        def append(self, said):
            if said.kind is Kind.BARS and said.stored:
                seen.append(said.stored)
                assert len(client.rows()["ts_open_ms"]) >= said.stored

    client.said = Checking()
    client.sync(from_ms=START_MS)
    assert seen[-1] == 10 * 1440


def test_a_sync_that_gives_up_keeps_what_it_committed_and_the_next_goes_on(client_of):
    client = client_of(Source("BTCUSDT", 1, 5))
    client.fake.fault_of = lambda _number, path: "http-500" if path.endswith("mark-price-kline") else ""
    with pytest.raises(Refused) as refused:
        client.sync(from_ms=START_MS)
    assert refused.value.findings[0].code == "exchange-unreachable"
    assert len(client.rows()["ts_open_ms"]) == 5 * 1440
    client.fake.fault_of = lambda _number, _path: ""
    client.fake.asked.clear()
    client.sync(from_ms=START_MS)
    assert not client.fake.of("/kline")
    client.assert_equal(START_MS, START_MS + 5 * DAY_MS)


@pytest.mark.parametrize("code", ["10001", "10003", "10017", "10029"])
def test_a_code_that_will_not_change_is_not_asked_again(client_of, code):
    client = client_of(Source("BTCUSDT", 1, 1))
    client.fake.fault_of = lambda _number, path: code if path.endswith("/kline") else ""
    with pytest.raises(Refused) as refused:
        client.sync(from_ms=START_MS)
    assert refused.value.findings[0].code == "exchange-refuses"
    assert (len(client.fake.of("/kline")), client.slept) == (1, [])


def test_an_empty_span_and_one_before_the_listing(client_of):
    client = client_of(Source("BTCUSDT", 1, 2))
    with pytest.raises(Malformed, match="is empty"):
        client.sync(from_ms=START_MS + 9 * DAY_MS)
    report = client.sync(from_ms=START_MS - 50 * DAY_MS, to_ms=START_MS - 40 * DAY_MS)
    assert [finding.code for finding in report.findings] == ["listed-later"]
    assert report.series[0].rows_new == 0


def test_symbols_that_are_not_listed_are_all_named_before_anything_is_fetched(client_of):
    client = client_of(Source("BTCUSDT", 1, 2), Source("ETHUSDT", 2, 2))
    client.fake.page_of_symbols = 1
    with pytest.raises(DataMissing) as missing:
        client.sync("BTCUSDT", "ETHUSD", "NOSUCH")
    assert {f.code for f in missing.value.findings} == {"symbol-not-listed"}
    assert [f.data["nearest"][:1] for f in missing.value.findings] == [["ETHUSDT"], []]
    assert [one.query.get("cursor") for one in client.fake.of("/instruments-info")[-2:]] == [None, "first=ETHUSDT"]  # the second page
    assert not client.fake.of("/kline")
    assert not Store(client.db).series()


def test_wrong_words_are_all_named():
    from trade.sync.request import parse_kinds, parse_symbols

    with pytest.raises(Malformed) as wrong:
        parse_kinds("bars,foo,bar")
    assert len(wrong.value.findings) == 2
    with pytest.raises(Malformed) as wrong:
        parse_symbols(["btc", "bybit:spot:BTCUSDT", "../x", "ETHUSDT"])
    assert {finding.code for finding in wrong.value.findings} == {"bad-symbol", "cannot-sync"}
    assert parse_kinds("funding, bars") == ((Kind.BARS, Kind.FUNDING), False)
