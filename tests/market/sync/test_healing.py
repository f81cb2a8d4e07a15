"""Healing fetches what can be fetched, marks the rest, says so in the journal, and neither makes up nor loses a row."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from bybit_server import DAY_MS, HOUR_MS, MINUTE_MS, START_MS, Source

from trade.base.errors import DataMissing, Refused
from trade.cli import console
from trade.cli.app import run
from trade.market import journal
from trade.market.columns import clock_column, take
from trade.market.instruments import packaged
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.market.writer import writing
from trade.quality.accepting import AcceptRequest, accept_gap
from trade.quality.checking import check_series
from trade.quality.healing import HealRequest, heal
from trade.sync.bybit import Bybit
from trade.sync.patience import Machine
from trade.sync.syncing import sync

BTC = Series("bybit", "linear", "BTCUSDT")
NOW_MS = 1_767_225_600_000
END_MS = START_MS + 4 * DAY_MS
OUTAGE = (START_MS + DAY_MS, START_MS + DAY_MS + 2 * HOUR_MS)


def at(minute):
    return START_MS + minute * MINUTE_MS


def kept(kind, columns, *spans):
    """Return rows without those in spans."""
    clock = columns[clock_column(kind)]
    there = np.ones(len(clock), np.bool_)
    for start_ms, end_ms in spans:
        there &= (clock < start_ms) | (clock >= end_ms)
    return take(columns, there)


def put(db, kind, columns, series=BTC):
    """Store rows as they are, all in the month they are of."""
    with writing(db) as writer:
        entry = writer.stage(series, kind, "2025-01", columns)
        writer.commit(writer.manifest.with_series(series, kind, {"2025-01": entry}).with_instrument(series, packaged(series)))


def cut(client, kind, *spans):
    put(client.db, kind, kept(kind, client.rows(kind), *spans))


def change(client, minute, **values):
    rows = {name: column.copy() for name, column in client.rows().items()}
    for name, value in values.items():
        rows[name][minute] = value
    put(client.db, Kind.BARS, rows)


def file_of(client, kind=Kind.BARS):
    [month] = Store(client.db).manifest.of(BTC, kind)
    return client.db / month.file


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def client(client_of):
    """Four days of everything, as it is at the exchange."""
    client = client_of(Source("BTCUSDT", 1, 4))
    client.sync(from_ms=START_MS, kinds=tuple(Kind))
    client.fake.asked.clear()
    return client


@pytest.fixture
def holed(client_of):
    """Four days, of which the exchange itself lacks two hours of bars and mark prices."""
    client = client_of(Source("BTCUSDT", 1, 4, outages=(OUTAGE,)))
    client.sync(from_ms=START_MS, kinds=tuple(Kind))
    client.fake.asked.clear()
    return client


def healed(client, *symbols, again=False):
    """Heal, and return what was done of each kind."""

    def fetch(db, request):
        return sync(db, request, Bybit(client.fake.url, timeout_s=5.0), machine=Machine(sleep=client.slept.append, random=random.Random(7)))

    return {one.kind: one for one in heal(client.db, HealRequest(symbols, NOW_MS, again), fetch)}


def told(client, kind=Kind.BARS):
    """Return what the journal says of a kind: result, span and rows."""
    entries = journal.read(client.db, Store(client.db).manifest)
    assert {entry.at_ms for entry in entries} <= {NOW_MS}
    return [(entry.result, (entry.start_ms, entry.end_ms), entry.rows) for entry in entries if entry.kind is kind]


def test_a_whole_store_needs_no_question(client):
    done = healed(client)
    assert [(one.rows_fetched, one.unhealable, one.findings) for one in done.values()] == [(0, (), ())] * len(Kind)
    assert client.fake.asked == []
    assert not (client.db / journal.FILE_NAME).exists()


def test_what_is_missing_is_fetched_and_nothing_else(client):
    cut(client, Kind.BARS, (at(100), at(130)), (at(4000), at(4001)))
    cut(client, Kind.MARK, (at(0), at(20)), (at(5700), at(5760)))
    cut(client, Kind.FUNDING, (START_MS + 16 * HOUR_MS, START_MS + 33 * HOUR_MS))
    cut(client, Kind.OI, (at(500), at(520)))
    done = healed(client)
    client.assert_equal(START_MS, END_MS, kinds=tuple(Kind))
    assert {kind: one.rows_fetched for kind, one in done.items()} == {Kind.BARS: 31, Kind.MARK: 80, Kind.FUNDING: 3, Kind.OI: 4}
    asked = [(int(one.query["start"]), int(one.query["end"])) for one in client.fake.of("/kline")]
    assert asked == [(at(100), at(129)), (at(4000), at(4000))]


def test_every_healed_row_is_in_the_journal_with_its_span(client):
    cut(client, Kind.BARS, (at(100), at(130)), (at(4000), at(4001)))
    healed(client)
    assert told(client) == [("fetched", (at(100), at(130)), 30), ("fetched", (at(4000), at(4001)), 1)]


def test_what_the_exchange_has_nothing_of_is_marked_and_not_asked_for_again(holed):
    first = healed(holed)
    assert first[Kind.BARS].unhealable == (OUTAGE,)
    assert [finding.code for finding in first[Kind.BARS].findings] == ["unhealable"]
    assert told(holed) == [("unhealable: exchange has nothing", OUTAGE, 0)]
    holed.fake.asked.clear()
    second = healed(holed)
    assert holed.fake.asked == []
    assert (second[Kind.BARS].unhealable, second[Kind.BARS].known) == ((), (OUTAGE,))
    assert len(told(holed)) == 1
    again = healed(holed, again=True)
    assert holed.fake.of("/kline")
    assert again[Kind.BARS].unhealable == (OUTAGE,)


def test_beside_a_known_outage_a_new_hole_is_asked_for_alone(holed):
    healed(holed)
    cut(holed, Kind.BARS, (OUTAGE[0] - 30 * MINUTE_MS, OUTAGE[0]), (at(4000), at(4010)))
    holed.fake.asked.clear()
    assert healed(holed)[Kind.BARS].rows_fetched == 40
    asked = [(int(one.query["start"]), int(one.query["end"])) for one in holed.fake.of("/kline")]
    assert asked == [(OUTAGE[0] - 30 * MINUTE_MS, OUTAGE[0] - MINUTE_MS), (at(4000), at(4009))]


def cause(done):
    [finding] = [finding for finding in done[Kind.BARS].findings if finding.code == "unhealable"]
    return finding.fact.rpartition(": ")[2], finding.hint


def test_why_a_gap_cannot_be_healed_is_what_really_was_the_cause(holed):
    elsewhere = "import what another source has, or accept a known outage with 'trade data accept-gap {}'"
    assert cause(healed(holed)) == ("the exchange has nothing there", elsewhere.format(BTC))
    before = "the exchange had nothing there when it was asked before"
    assert cause(healed(holed)) == (before, f"ask it again with --again, {elsewhere.format(BTC)}")
    other = Series("generic", "linear", "BTCUSDT")
    put(holed.db, Kind.BARS, kept(Kind.BARS, holed.rows(), (at(50), at(60))), other)
    assert cause(healed(holed, other.key)) == ("only 'bybit:linear' is asked by itself", elsewhere.format(other))


def test_an_accepted_gap_is_not_asked_for(holed):
    accept_gap(holed.db, AcceptRequest(BTC, *OUTAGE, NOW_MS))
    assert healed(holed)[Kind.BARS].unhealable == ()
    assert not holed.fake.of("/kline")


def test_series_of_other_venues_are_marked_without_a_question(client):
    other = Series("generic", "linear", "BTCUSDT")
    put(client.db, Kind.BARS, kept(Kind.BARS, client.rows(), (at(50), at(60))), other)
    for count in (1, 1):
        healed(client, other.key)
        assert client.fake.asked == []
        assert told(client) == [("unhealable: not of bybit", (at(50), at(60)), 0)] * count


def test_rows_that_are_odd_are_marked_once_and_stay_as_they_are(client):
    change(client, 1000, volume=100_000.0)
    before = client.rows()
    assert healed(client)[Kind.BARS].marked == 1
    assert healed(client)[Kind.BARS].marked == 0
    assert told(client) == [("marked: volume-spike", (at(1000), at(1001)), 1)]
    np.testing.assert_array_equal(client.rows()["volume"], before["volume"])
    assert client.fake.asked == []


def garbage(file):
    file.write_bytes(b"PAR1 no PAR1")


def cut_off(file):
    file.write_bytes(file.read_bytes()[:-50])


def lost(file):
    file.unlink()


@pytest.mark.parametrize("spoil", [garbage, cut_off, lost])
@pytest.mark.parametrize("kind", Kind)
def test_a_damaged_month_is_fetched_again_whole(client, kind, spoil):
    spoil(file_of(client, kind))
    done = healed(client)
    assert done[kind].months_replaced == 1
    client.assert_equal(START_MS, END_MS, kinds=tuple(Kind))
    [(result, _, rows)] = told(client, kind)
    assert (result, rows) == ("replaced", len(client.rows(kind)[clock_column(kind)]))


def test_a_file_that_holds_the_rows_of_another_time_is_fetched_again(client):
    rows = client.rows()
    put(client.db / "other", Kind.BARS, {**rows, "ts_open_ms": rows["ts_open_ms"] + 10 * DAY_MS})
    [other] = Store(client.db / "other").manifest.of(BTC, Kind.BARS)
    file_of(client).write_bytes((client.db / "other" / other.file).read_bytes())
    assert healed(client)[Kind.BARS].months_replaced == 1
    client.assert_equal(START_MS, END_MS, kinds=tuple(Kind))


def test_a_damaged_file_of_which_the_exchange_has_fewer_rows_stays(client):
    source = client.fake.sources["BTCUSDT"]
    source.bars = np.delete(source.bars, 7, axis=0)
    garbage(file_of(client))
    assert healed(client)[Kind.BARS].months_replaced == 0
    assert file_of(client).read_bytes() == b"PAR1 no PAR1"


def test_an_impossible_row_is_replaced_by_that_of_the_exchange(client):
    change(client, 1000, low=-1.0)
    done = healed(client)
    client.assert_equal(START_MS, END_MS, kinds=tuple(Kind))
    assert (done[Kind.BARS].months_replaced, done[Kind.BARS].findings) == (1, ())


def test_no_row_is_lost_that_the_exchange_cannot_replace(client_of):
    whole = client_of(Source("BTCUSDT", 1, 4))
    whole.sync(from_ms=START_MS)
    change(whole, 1000, low=-1.0)
    before = file_of(whole).read_bytes()
    source = whole.fake.sources["BTCUSDT"]
    source.bars = source.bars[(source.bars[:, 0] < OUTAGE[0]) | (source.bars[:, 0] >= OUTAGE[1])]
    done = healed(whole)
    assert done[Kind.BARS].months_replaced == 0
    assert [finding.code for finding in done[Kind.BARS].findings][:1] == ["price-not-positive"]
    assert file_of(whole).read_bytes() == before
    marks = ["marked: price-not-positive", "marked: price-spike", "marked: apart-from-mark"]
    assert [result for result, _, _ in told(whole)] == ["unhealable: damaged", *marks]
    whole.fake.asked.clear()
    healed(whole)
    assert whole.fake.asked == []
    assert len(told(whole)) == 4


def test_a_damaged_series_of_another_venue_is_marked(client):
    other = Series("generic", "linear", "BTCUSDT")
    put(client.db, Kind.BARS, client.rows(), other)
    [month] = Store(client.db).manifest.of(other, Kind.BARS)
    (client.db / month.file).write_bytes(b"no")
    [done] = healed(client, other.key).values()
    assert [finding.code for finding in done.findings] == ["store-damaged"]
    assert [result for result, _, _ in told(client)] == ["unhealable: damaged"]
    assert client.fake.asked == []


def test_nothing_is_merged_into_a_series_that_stays_damaged(client):
    cut(client, Kind.MARK, (at(10), at(20)))
    source = client.fake.sources["BTCUSDT"]
    source.bars = source.bars[:100]
    garbage(file_of(client))
    done = healed(client)
    assert (done[Kind.MARK].rows_fetched, done[Kind.MARK].unhealable) == (0, ())
    assert [finding.code for finding in done[Kind.BARS].findings] == ["store-damaged"]


def test_a_symbol_that_is_not_listed_any_more_has_nothing(client):
    cut(client, Kind.BARS, (at(100), at(130)))
    client.fake.sources.clear()
    done = healed(client)[Kind.BARS]
    assert done.unhealable == ((at(100), at(130)),)
    assert {finding.code: str(finding.severity) for finding in done.findings} == {"symbol-not-listed": "warning", "unhealable": "warning"}
    assert "the exchange does not list the symbol any more" in next(f.fact for f in done.findings if f.code == "unhealable")
    garbage(file_of(client))
    assert healed(client)[Kind.BARS].months_replaced == 0


def test_stopped_in_the_middle_what_was_healed_is_stored_and_told_and_the_next_heal_goes_on(client):
    cut(client, Kind.BARS, (at(100), at(130)))
    cut(client, Kind.MARK, (at(200), at(210)))
    client.fake.fault_of = lambda _number, path: "10001" if "mark-price" in path else ""
    with pytest.raises(Refused):
        healed(client)
    assert len(client.rows()["ts_open_ms"]) == 4 * 1440
    assert told(client) == [("fetched", (at(100), at(130)), 30)]
    assert told(client, Kind.MARK) == []
    client.fake.fault_of = lambda _number, _path: ""
    healed(client)
    client.assert_equal(START_MS, END_MS, kinds=tuple(Kind))
    assert told(client, Kind.MARK) == [("fetched", (at(200), at(210)), 10)]


def test_an_unknown_symbol_is_refused_before_anything_is_asked(client):
    with pytest.raises(DataMissing):
        healed(client, "NOSUCH")
    assert client.fake.asked == []


def test_a_healed_store_passes_the_checks(client):
    cut(client, Kind.BARS, (at(100), at(130)))
    healed(client)
    assert [check_series(Store(client.db), BTC, kind).faults for kind in Kind] == [()] * len(Kind)


def test_the_command_line_heals_and_shows_the_journal(holed, monkeypatch, capsys):
    monkeypatch.setenv("TRADE_BYBIT_URL", holed.fake.url)
    cut(holed, Kind.BARS, (at(100), at(130)))
    assert run(["data", "heal", "--symbol", "BTCUSDT", "--db", str(holed.db), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    bars = document["series"][0]
    assert (bars["kind"], bars["rows_fetched"], bars["unhealable"]) == ("bars", 30, [list(OUTAGE)])
    assert {finding["code"] for finding in document["findings"]} == {"unhealable"}
    assert run(["data", "heal", "--db", str(holed.db)]) == 0
    assert "gaps left" in capsys.readouterr().out
    assert run(["data", "journal", "--symbol", "BTCUSDT", "--db", str(holed.db), "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert [(entry["kind"], entry["result"].partition(":")[0], entry["rows"]) for entry in entries] == [
        ("bars", "fetched", 30),
        ("bars", "unhealable", 0),
        ("mark", "unhealable", 0),
        ("oi", "unhealable", 0),
    ]


def test_damage_that_stays_ends_the_command_with_4(client, monkeypatch, capsys):
    monkeypatch.setenv("TRADE_BYBIT_URL", client.fake.url)
    client.fake.sources["BTCUSDT"].bars = client.fake.sources["BTCUSDT"].bars[:10]
    garbage(file_of(client))
    assert run(["data", "heal", "--db", str(client.db), "--json"]) == 4
    assert "store-damaged" in {finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]}
