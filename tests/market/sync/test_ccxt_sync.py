"""A sync through ccxt: whatever an exchange's habits are, the store is equal to the source."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from decimal import Decimal

import ccxt
import numpy as np
import pytest
from bybit_server import DAY_MS, HOUR_MS, MINUTE_MS, START_MS, Source, serving
from ccxt_exchange import FakeExchange

from trade.base.errors import DataMissing, Malformed, Refused
from trade.cli import console
from trade.cli.app import run
from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.sync.ccxt_door import Ccxt
from trade.sync.dialect import CCXT
from trade.sync.patience import Machine
from trade.sync.port import Endpoint, Next, Trouble
from trade.sync.request import SyncRequest
from trade.sync.syncing import sync

BTC = Series("binance", "linear", "BTCUSDT")
QUIRKS = [
    {},
    {"exclusive": True},
    {"backwards": True},
    {"ignores_until": True},
    {"cap": 37},
    {"cap": 37, "exclusive": True, "ignores_until": True},
    {"cap": 37, "newest": True},
    {"cap": 1, "newest": True, "backwards": True},
]


@pytest.fixture
def fake(monkeypatch):
    """Put a fake in the place of ccxt's binance."""

    def start(source, **quirks):
        exchange = FakeExchange(source, **quirks)
        monkeypatch.setattr(ccxt, "binance", lambda _config: exchange)
        return exchange

    return start


@pytest.fixture
def fetch(db):
    def call(series=BTC, venue=None, slept=None, **words):
        machine = Machine(sleep=[].append if slept is None else slept.append, random=random.Random(7))
        words.setdefault("from_ms", START_MS)
        return sync(db, SyncRequest((series,), **words), venue or Ccxt("binance"), machine=machine, dialect=CCXT)

    return call


def assert_equal(db, source, kinds, end_ms, series=BTC):
    for kind in kinds:
        got = Store(db).rows(series, kind, 0, 2**60, rehash=True).columns
        for name, values in source.expected(kind, source.start_ms, end_ms).items():
            np.testing.assert_array_equal(got[name], values, f"{kind} {name}")


@pytest.mark.parametrize("quirks", QUIRKS, ids=lambda quirks: "-".join(quirks) or "plain")
def test_whatever_the_habits_of_an_exchange_the_store_is_equal_to_the_source(fake, fetch, db, quirks):
    minutes = 400 if quirks.get("cap") == 1 else 1440
    outage = (START_MS + 130 * MINUTE_MS, START_MS + 290 * MINUTE_MS)  # wider than a page
    source = Source("BTCUSDT", 1, 2, outages=(outage,))
    fake(source, **quirks)
    report = fetch(to_ms=START_MS + minutes * MINUTE_MS)
    assert [one.kind for one in report.series] == [Kind.BARS, Kind.FUNDING]
    assert report.series[0].absent == (outage,)
    assert_equal(db, source, ["bars", "funding"], START_MS + minutes * MINUTE_MS)


def test_an_exchange_that_only_gives_its_latest_rows_leaves_a_gap_that_is_named(fake, fetch, db):
    source = Source("BTCUSDT", 1, 1)
    fake(source, newest=True, ignores_until=True)
    report = fetch(kinds=(Kind.BARS,))
    [(first_ms, end_ms)] = report.series[0].absent
    assert first_ms == START_MS
    assert end_ms > START_MS + DAY_MS - 100 * MINUTE_MS
    assert Store(db).rows(BTC, Kind.BARS, 0, 2**60).columns["ts_open_ms"][0] == end_ms
    assert [finding.code for finding in report.findings] == ["exchange-has-gap"]


@pytest.mark.parametrize("tells_limit", [None, 7, 1000])
def test_pages_are_as_long_as_the_exchange_allows(fake, fetch, db, tells_limit):
    source = Source("BTCUSDT", 1, 1)
    exchange = fake(source)
    exchange.tells_limit = tells_limit
    fetch(kinds=(Kind.BARS,))
    assert {limit for _, _, _, limit in exchange.asked} == {tells_limit or 100}
    assert_equal(db, source, ["bars"], START_MS + DAY_MS)


def test_funding_follows_an_interval_that_changes(fake, fetch, db):
    source = Source("BTCUSDT", 1, 12, intervals=((START_MS, 8), (START_MS + 5 * DAY_MS, 1), (START_MS + 9 * DAY_MS, 4)))
    fake(source, cap=20)
    fetch(kinds=(Kind.FUNDING,))
    assert_equal(db, source, ["funding"], START_MS + 12 * DAY_MS)


def test_the_forming_minute_is_never_stored_even_if_our_clock_is_wrong(fake, fetch, db):
    exchange = fake(Source("BTCUSDT", 1, 1))
    exchange.now_ms = START_MS + 100 * MINUTE_MS + 59_999
    fetch(kinds=(Kind.BARS,))
    assert Store(db).rows(BTC, Kind.BARS, 0, 2**60).columns["ts_open_ms"][-1] == START_MS + 99 * MINUTE_MS


def test_an_exchange_that_does_not_tell_the_time_is_a_minute_behind_us(fake, fetch, db, monkeypatch):
    exchange = fake(Source("BTCUSDT", 1, 1))
    monkeypatch.setattr(exchange, "has", {**exchange.has, "fetchTime": False})
    monkeypatch.setattr(exchange, "milliseconds", lambda: START_MS + 100 * MINUTE_MS)
    fetch(kinds=(Kind.BARS,))
    assert Store(db).rows(BTC, Kind.BARS, 0, 2**60).columns["ts_open_ms"][-1] == START_MS + 98 * MINUTE_MS


def test_a_second_sync_asks_for_no_row(fake, fetch, db):
    exchange = fake(Source("BTCUSDT", 1, 2))
    fetch()
    exchange.asked.clear()
    assert [one.rows_new for one in fetch().series] == [0, 0]
    assert exchange.asked == []


def test_what_fails_on_the_way_is_tried_again_and_what_is_refused_is_not(fake, fetch, db):
    exchange = fake(Source("BTCUSDT", 1, 1))
    exchange.fails = [ccxt.RequestTimeout("t"), ccxt.RateLimitExceeded("r"), ccxt.ExchangeNotAvailable("n"), ccxt.NullResponse("x")]
    slept = []
    fetch(kinds=(Kind.BARS,), slept=slept)
    assert len(slept) == 4
    assert_equal(db, exchange.source, ["bars"], START_MS + DAY_MS)
    exchange.fails = [ccxt.BadRequest("no")]
    with pytest.raises(Refused) as refused:
        fetch(kinds=(Kind.FUNDING,))
    assert refused.value.findings[0].code == "exchange-refuses"


def test_rows_that_are_no_rows_are_asked_for_again(fake, fetch, db, monkeypatch):
    exchange = fake(Source("BTCUSDT", 1, 1))
    honest, spoiled = exchange.fetch_ohlcv, [[["x"]], "text", [None], [[START_MS, 1.0]]]
    monkeypatch.setattr(exchange, "fetch_ohlcv", lambda *asked: spoiled.pop() if spoiled else honest(*asked))
    fetch(kinds=(Kind.BARS,))
    assert_equal(db, exchange.source, ["bars"], START_MS + DAY_MS)


def test_a_value_that_an_exchange_leaves_out_is_a_row_kept_out(fake, fetch, monkeypatch):
    exchange = fake(Source("BTCUSDT", 1, 1))
    honest = exchange.fetch_ohlcv
    hole = START_MS + 9 * MINUTE_MS
    monkeypatch.setattr(
        exchange, "fetch_ohlcv", lambda *asked: [[*row[:4], None, row[5]] if row[0] == hole else row for row in honest(*asked)]
    )
    report = fetch(kinds=(Kind.BARS,))
    assert [finding.code for finding in report.findings] == ["not-finite", "exchange-has-gap"]
    assert report.series[0].absent == ((hole, hole + MINUTE_MS),)


def test_the_rules_come_from_the_exchange_and_tiers_are_not_made_up(fake, fetch, db):
    fake(Source("BTCUSDT", 1, 1), market={"base": "NEW", "symbol": "NEW/USDT:USDT", "id": "NEW-SWAP"})
    series = Series("binance", "linear", "NEWUSDT")
    report = fetch(series, kinds=(Kind.BARS,))
    rules = Store(db).instrument(series)
    assert (rules.tick_size, rules.qty_step, rules.min_qty, rules.max_qty) == (Decimal("0.1"), Decimal("0.001"), Decimal("0.001"), 1000)
    assert (rules.min_notional_usdt, rules.taker_bps, rules.maker_bps, rules.tier_tables) == (5, 5, 2, ())
    assert rules.source == "binance 2025-01-02"
    assert report.instruments == (series.key,)
    assert fetch(series, kinds=(Kind.BARS,)).instruments == ()


def test_contracts_are_counted_in_base(fake, fetch, db):
    fake(Source("BTCUSDT", 1, 1), market={"contractSize": 0.01, "precision": {"price": 0.1, "amount": 1.0}})
    report = fetch(kinds=(Kind.BARS,))
    assert [finding.code for finding in report.findings] == ["volume-in-contracts"]
    assert Store(db).instrument(BTC).qty_step == Decimal("0.01")


@pytest.mark.parametrize(
    ("mode", "precision"), [(ccxt.DECIMAL_PLACES, {"price": 1, "amount": 3}), (ccxt.TICK_SIZE, {"price": 0.1, "amount": 1e-3})]
)
def test_a_step_is_read_however_it_is_stated(fake, fetch, db, monkeypatch, mode, precision):
    exchange = fake(Source("BTCUSDT", 1, 1), market={"precision": precision})
    monkeypatch.setattr(exchange, "precisionMode", mode)
    fetch(kinds=(Kind.BARS,))
    assert (Store(db).instrument(BTC).tick_size, Store(db).instrument(BTC).qty_step) == (Decimal("0.1"), Decimal("0.001"))


def test_a_tick_that_is_not_told_is_not_guessed(fake, fetch, db, monkeypatch):
    exchange = fake(Source("BTCUSDT", 1, 1), market={"base": "NEW"})
    monkeypatch.setattr(exchange, "precisionMode", ccxt.SIGNIFICANT_DIGITS)
    with pytest.raises(Refused) as refused:
        fetch(Series("binance", "linear", "NEWUSDT"))
    assert refused.value.findings[0].code == "exchange-unreadable"
    assert Store(db).series() == ()


def test_a_symbol_is_found_by_base_and_quote_or_by_the_exchanges_own_name(fake, fetch, db):
    fake(Source("BTCUSDT", 1, 1))
    for symbol in ("BTCUSDT", "BTC-USDT-SWAP"):
        fetch(Series("binance", "linear", symbol), kinds=(Kind.FUNDING,))
    assert len(Store(db).series()) == 2
    with pytest.raises(DataMissing) as missing:
        fetch(Series("binance", "linear", "BTCUSD"))
    assert missing.value.findings[0].data["nearest"] == ["BTCUSDT"]


def test_spot_has_bars_and_no_funding(fake, fetch):
    fake(Source("BTCUSDT", 1, 1))
    spot = Series("binance", "spot", "BTCUSDT")
    assert [one.kind for one in fetch(spot).series] == [Kind.BARS]
    with pytest.raises(Malformed, match="no funding of spot symbols can be fetched from binance"):
        fetch(spot, kinds=(Kind.BARS, Kind.FUNDING))


# ccxt's own class, over HTTP


@pytest.fixture
def served():
    source = Source("BTCUSDT", 1, 12, intervals=((START_MS, 8), (START_MS + DAY_MS, 4)))
    with serving(source) as fake:
        yield fake


def bybit(fake):
    options = {"fetchMarkets": {"types": ["linear"]}}
    return Ccxt("bybit", {"urls": {"api": {"public": fake.url}}, "options": options, "timeout": 3000})


BYBIT = Series("bybit", "linear", "BTCUSDT")


@pytest.mark.parametrize("faults", [(), ("drop", "http-429", "http-500", "http-503", "10006", "truncated", "cut")])
def test_the_real_client_brings_the_real_rows(served, fetch, db, faults):
    exchange = bybit(served)
    if faults:
        served.fault_of = lambda number, _path: faults[number // 3 % len(faults)] if number % 3 == 0 else ""
    fetch(BYBIT, exchange)
    assert {one.fault for one in served.asked} == {"", *faults}
    assert_equal(db, served.sources["BTCUSDT"], ["bars", "funding"], START_MS + 12 * DAY_MS, BYBIT)
    rules = Store(db).instrument(BYBIT)
    assert (rules.tick_size, rules.qty_step, rules.max_qty) == (Decimal("0.1"), Decimal("0.001"), Decimal(1190))


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        ("http-403", Next.BLOCKED),
        ("http-451", Next.BLOCKED),
        ("http-429", Next.AGAIN),
        ("http-500", Next.AGAIN),
        ("10006", Next.AGAIN),
        ("10001", Next.NEVER),
        ("10003", Next.NEVER),
        ("truncated", Next.AGAIN),
        ("cut", Next.AGAIN),
        ("drop", Next.AGAIN),
    ],
)
def test_every_way_to_fail_says_what_may_follow_and_asks_once(served, fault, then):
    exchange = bybit(served)
    exchange.ask(Endpoint.INSTRUMENTS, {"market": "linear"})
    served.asked.clear()
    served.fault_of = lambda _number, _path: fault
    with pytest.raises(Trouble) as caught:
        exchange.ask(Endpoint.KLINE, {"symbol": "BTC/USDT:USDT", "since": START_MS, "until": START_MS + HOUR_MS, "limit": 100})
    assert (caught.value.then, len(served.asked)) == (then, 1)


def test_no_credentials_leave_the_machine(served, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    bybit(served).ask(Endpoint.TIME, {})
    assert not {name for one in served.asked for name in one.headers if name == "AUTHORIZATION" or name.startswith("X-BAPI")}


def test_offline_is_trouble_in_one_line():
    with pytest.raises(Trouble) as caught:
        Ccxt("bybit", {"urls": {"api": {"public": "http://127.0.0.1:9"}}}).ask(Endpoint.TIME, {})
    assert caught.value.then is Next.AGAIN
    assert "\n" not in caught.value.fact


# the command


@pytest.fixture
def trade(db, capsys):
    yield lambda *words: (run([*words, "--db", str(db), "--json"]), json.loads(capsys.readouterr().out))
    console.configure()


def test_the_command_syncs_another_venue(fake, trade, db):
    fake(Source("BTCUSDT", 1, 2))
    words = ("data", "sync", "--venue", "binance", "--symbol", "BTCUSDT", "--from", "2025-01-01", "--to", "2025-01-02")
    code, document = trade(*words)
    assert (code, [(one["series"], one["kind"], one["rows_new"]) for one in document["series"]]) == (
        0,
        [(BTC.key, "bars", 1440), (BTC.key, "funding", 3)],
    )
    assert document["instruments_changed"] == [BTC.key]
    code, document = trade(*words, "--market", "spot")
    assert (code, [one["series"] for one in document["series"]]) == (0, ["binance:spot:BTCUSDT"])


def test_without_ccxt_the_command_says_how_to_get_it(trade, monkeypatch):
    monkeypatch.setitem(sys.modules, "ccxt", None)
    monkeypatch.delitem(sys.modules, "trade.sync.ccxt_door")
    code, document = trade("data", "sync", "--venue", "binance", "--symbol", "BTCUSDT")
    [finding] = document["findings"]
    assert (code, finding["code"], finding["hint"]) == (1, "ccxt-missing", "install it with: pip install ccxt")


def test_whoever_syncs_from_bybit_does_not_load_ccxt():
    script = "import sys, trade.sync.bybit, trade.sync.syncing, trade.cli.syncing\nprint('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "False"
