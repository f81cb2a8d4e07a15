"""Open interest from Bybit: every five minutes, only what is missing, and only where rules read it or it is named."""

from __future__ import annotations

import json

import pytest
from bybit_server import DAY_MS, FAULTS, MINUTE_MS, START_MS, Source, every_tenth

from trade.cli import console
from trade.cli.app import run
from trade.market.names import Kind

OI_ONLY = {"kinds": (Kind.OI,), "instruments": False}

PLAY = """
version: "3.0.0"
name: follows_open_interest
symbol: BTCUSDT
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
account: {starting_equity_usdt: 10000, max_leverage: 2}

actions:
  entry_long:
    all: [["open_interest", "<", 500]]
  exit_long:
    any: [["open_interest", ">", 1500]]
position_policy: {mode: long_only, exit_mode: signal}
"""


@pytest.fixture
def client(client_of):
    return client_of(Source("BTCUSDT", 1, 12))


def asked(client):
    return [(int(one.query["startTime"]), int(one.query["endTime"])) for one in client.fake.of("open-interest")]


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_equal_to_the_source_whatever_fails(client, seed):
    client.fake.fault_of = every_tenth(seed, FAULTS)
    client.sync(from_ms=START_MS, **OI_ONLY)
    client.assert_equal(START_MS, START_MS + 12 * DAY_MS, kinds=[Kind.OI])
    assert len(client.rows(Kind.OI)["ts_ms"]) == 12 * 288


def test_only_what_is_missing_of_its_grid_is_asked_for(client):
    client.sync(from_ms=START_MS, to_ms=START_MS + 2 * DAY_MS, **OI_ONLY)
    client.fake.asked.clear()
    client.sync(from_ms=START_MS, to_ms=START_MS + 2 * DAY_MS + 7 * MINUTE_MS, **OI_ONLY)
    assert asked(client) == [(START_MS + 2 * DAY_MS, START_MS + 2 * DAY_MS + 5 * MINUTE_MS)]
    client.fake.asked.clear()
    report = client.sync(from_ms=START_MS, to_ms=START_MS + 2 * DAY_MS + 7 * MINUTE_MS, **OI_ONLY)
    assert (asked(client), report.series[0].absent) == ([], ())


def test_an_outage_stays_a_gap_and_is_named(client_of):
    outage = (START_MS + 60 * MINUTE_MS, START_MS + 120 * MINUTE_MS)
    report = client_of(Source("BTCUSDT", 1, 1, outages=(outage,))).sync(from_ms=START_MS, **OI_ONLY)
    assert [finding.code for finding in report.findings] == ["exchange-has-gap"]
    assert report.series[0].absent == (outage,)


def test_it_is_fetched_where_it_is_named_and_not_else(client):
    client.sync(from_ms=START_MS)
    assert client.fake.of("open-interest") == []


def test_a_run_whose_rules_read_it_fetches_it_and_trades_on_it(client, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("TRADE_BYBIT_URL", client.fake.url)
    play = tmp_path / "play.yml"
    play.write_text(PLAY)
    words = ["backtest", "run", str(play), "--db", str(client.db), "--out", str(tmp_path / "out"), "--json"]
    words += ["--from", "2025-01-02", "--to", "2025-01-05"]
    client.sync(from_ms=START_MS)
    assert run(words) == 3
    refused = json.loads(capsys.readouterr().out)
    assert [finding["code"] for finding in refused["findings"] if finding["severity"] == "error"] == ["unstored-series"]
    client.fake.asked.clear()
    assert run([*words, "--sync"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["metrics"]["total_trades"] > 0
    assert {one.path.rpartition("/")[2] for one in client.fake.asked} == {"time", "instruments-info", "open-interest"}
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["run_id"] == first["run_id"]
    assert run(["runs", "verify", first["run_id"], "--db", str(client.db), "--out", str(tmp_path / "out"), "--json"]) == 0
    console.configure()
