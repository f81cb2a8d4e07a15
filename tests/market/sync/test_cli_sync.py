"""`trade data sync` and `trade backtest run --sync` from the command line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time

import pytest
from bybit_server import DAY_MS, START_MS, Source

from trade.cli import console
from trade.cli.app import run
from trade.market.names import Kind
from trade.market.store import Store


@pytest.fixture(autouse=True)
def _quiet_again():
    yield
    console.configure()


@pytest.fixture
def client(client_of, monkeypatch):
    client = client_of(Source("BTCUSDT", 1, 40), Source("ETHUSDT", 2, 40))
    monkeypatch.setenv("TRADE_BYBIT_URL", client.fake.url)
    return client


@pytest.fixture
def trade(client, capsys):
    """Run a command with --json; returns its exit code and its document."""

    def call(*words):
        code = run([*words, "--db", str(client.db), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def codes(document):
    return [finding["code"] for finding in document["findings"]]


def test_sync_reports_in_json(trade, client):
    code, document = trade("data", "sync", "--symbol", "BTCUSDT", "--symbol", "ETHUSDT", "--days", "3")
    assert (code, document["status"]) == (0, "ok")
    assert [(one["series"].rpartition(":")[2], one["kind"], one["rows_new"]) for one in document["series"]] == [
        (symbol, kind, rows) for symbol in ("BTCUSDT", "ETHUSDT") for kind, rows in (("bars", 4320), ("mark", 4320), ("funding", 9))
    ]
    client.assert_equal(START_MS + 37 * DAY_MS, START_MS + 40 * DAY_MS, "BTCUSDT", "ETHUSDT")


def test_only_the_kinds_that_are_named_are_fetched(trade, client):
    code, document = trade("data", "sync", "--symbol", "BTCUSDT", "--from", "2025-01-01", "--to", "2025-01-02", "--kinds", "funding")
    assert (code, [one["kind"] for one in document["series"]]) == (0, ["funding"])
    assert [stored.kind for stored in Store(client.db).series()] == [Kind.FUNDING]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["--symbol", "NOSUCH"], 3, "symbol-not-listed"),
        (["--symbol", "btc"], 2, "bad-symbol"),
        (["--symbol", "BTCUSDT", "--market", "spot"], 2, "cannot-sync"),
        (["--symbol", "BTCUSDT", "--symbol", "binance:linear:BTCUSDT"], 2, "several-venues"),
        (["--symbol", "BTCUSDT", "--venue", "binanse"], 2, "unknown-venue"),
        (["--symbol", "BTCUSDT", "--venue", "../binance"], 2, "bad-venue"),
        (["--symbol", "BTCUSDT", "--venue", "binance", "--kinds", "bars,mark"], 2, "kind-not-offered"),
        (["--symbol", "BTCUSDT", "--kinds", "bars,candles"], 2, "bad-kind"),
        (["--symbol", "BTCUSDT", "--from", "2025-01-01", "--days", "3"], 2, "two-starts"),
        (["--symbol", "BTCUSDT", "--from", "2025-01-03", "--to", "2025-01-02"], 2, "empty-span"),
        ([], 2, "usage"),
    ],
)
def test_what_is_wrong_is_a_finding_with_its_exit_code(trade, words, exit_code, code):
    found, document = trade("data", "sync", *words)
    assert (found, codes(document)) == (exit_code, [code])


def test_offline_is_one_line_and_exit_1(client, capsys, monkeypatch):
    monkeypatch.setenv("TRADE_BYBIT_URL", "http://127.0.0.1:9")
    assert run(["data", "sync", "--symbol", "BTCUSDT", "--db", str(client.db)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    [line, hint] = err.splitlines()
    assert line.startswith("error [exchange-unreachable] no usable answer to 'time'")
    assert hint.startswith("    ")


def test_people_get_lines_and_a_table(client, capsys):
    before = threading.active_count()
    assert run(["data", "sync", "--symbol", "BTCUSDT", "--days", "2", "--db", str(client.db)]) == 0
    out, err = capsys.readouterr()
    assert "BTCUSDT bars: about 2,880 rows to fetch" in err
    assert "bybit:linear:BTCUSDT" in out
    assert threading.active_count() == before  # no thread outlives the command


def test_ctrl_c_ends_with_130_and_the_next_sync_goes_on(client, trade):
    client.fake.delay_s = 0.05
    words = ["data", "sync", "--symbol", "BTCUSDT", "--days", "40", "--kinds", "bars", "--db", str(client.db)]
    with subprocess.Popen([sys.executable, "-m", "trade", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        while len(client.fake.of("/kline")) < 25:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "the same command goes on from there" in err
    kept = len(client.rows()["ts_open_ms"])
    assert 0 < kept < 40 * 1440
    client.fake.delay_s = 0.0
    code, document = trade(*words[:-2])
    assert (code, document["series"][0]["rows_new"]) == (0, 40 * 1440 - kept)


@pytest.fixture
def backtest(trade, tmp_path):
    def call(*words):
        return trade("backtest", "run", "sample", "--symbol", "BTCUSDT", "--out", str(tmp_path / "out"), *words)

    return call


WINDOW = ("--from", "2025-02-01", "--to", "2025-02-06")


def test_a_run_fetches_what_it_lacks_and_then_runs(backtest, client):
    code, document = backtest(*WINDOW)
    assert (code, codes(document)) == (3, ["symbol-not-stored"])
    code, first = backtest(*WINDOW, "--sync")
    assert code == 0
    assert not {"late-start", "short-warmup", "history-gaps", "no-funding", "funding-hole"} & set(codes(first))
    assert not client.fake.of("mark-price-kline")
    client.fake.asked.clear()
    code, again = backtest(*WINDOW, "--sync")
    assert (code, again["run_id"]) == (0, first["run_id"])
    assert client.fake.asked == []


def test_a_run_fetches_only_what_is_missing(backtest, client):
    backtest(*WINDOW, "--sync")
    client.fake.asked.clear()
    code, _ = backtest("--from", "2025-02-01", "--to", "2025-02-08", "--sync")
    assert code == 0
    asked = [(int(one.query["start"]), int(one.query["end"])) for one in client.fake.of("/kline")]
    assert min(first for first, _ in asked) == START_MS + 36 * DAY_MS
    assert max(end for _, end in asked) == START_MS + 38 * DAY_MS - 60_000


def test_a_run_without_anything_stored_must_name_its_window(backtest):
    code, document = backtest("--sync")
    assert (code, codes(document)) == (3, ["window-unknown"])


def test_a_made_market_needs_no_sync(backtest):
    code, document = backtest("--sync", "--synthetic", "range_wide")
    assert (code, codes(document)) == (2, ["synthetic-sync"])


def test_a_run_that_lacks_nothing_loads_its_history_once(backtest, monkeypatch):
    backtest(*WINDOW, "--sync")
    loaded = []
    load = Store.load
    monkeypatch.setattr(Store, "load", lambda *args, **named: loaded.append(args[1]) or load(*args, **named))
    code, again = backtest(*WINDOW, "--sync")
    assert (code, again["existed"], len(loaded)) == (0, True, 1)
