"""The door to Bybit: quiet, keyless, imported by nobody who does not sync."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from bybit_server import Source

from trade.base.errors import Malformed
from trade.sync.bybit import Bybit
from trade.sync.port import Endpoint, Next, Trouble

TIME = (Endpoint.TIME, {})


def trouble(fake, fault, timeout_s=5.0):
    fake.fault_of = lambda _number, _path: fault
    with pytest.raises(Trouble) as caught:
        Bybit(fake.url, timeout_s).ask(*TIME)
    return caught.value


@pytest.fixture
def fake(client_of):
    return client_of(Source("BTCUSDT", 1, 1)).fake


def test_an_answer_carries_the_exchanges_clock_and_its_limit(fake):
    fake.remaining, fake.reset_ms = 7, 1234
    answer = Bybit(fake.url).ask(*TIME)
    assert (answer.server_ms, answer.remaining, answer.reset_ms) == (fake.now_ms, 7, 1234)
    assert answer.result["timeSecond"] == str(fake.now_ms // 1000)


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        ("10006", Next.AT_RESET),
        ("10000", Next.AGAIN),
        ("10016", Next.AGAIN),
        ("10001", Next.NEVER),
        ("10002", Next.NEVER),
        ("http-429", Next.AGAIN),
        ("http-500", Next.AGAIN),
        ("http-502", Next.AGAIN),
        ("http-403", Next.BLOCKED),
        ("http-400", Next.NEVER),
        ("http-404", Next.NEVER),
        ("http-409", Next.NEVER),
        ("truncated", Next.AGAIN),
        ("cut", Next.AGAIN),
        ("drop", Next.AGAIN),
    ],
)
def test_every_way_to_fail_says_what_may_follow_and_asks_once(fake, fault, then):
    assert trouble(fake, fault).then is then
    assert len(fake.asked) == 1


def test_a_timeout_is_trouble_too(fake):
    assert trouble(fake, "timeout", timeout_s=0.2).then is Next.AGAIN


def test_a_rate_limit_says_when(fake):
    found = trouble(fake, "10006")
    assert (found.reset_ms, found.server_ms) == (fake.now_ms + 250, fake.now_ms)


def test_offline_is_told_in_one_line():
    with pytest.raises(Trouble) as caught:
        Bybit("http://127.0.0.1:9").ask(*TIME)
    assert caught.value.fact == "no answer from 'http://127.0.0.1:9' (connection refused)"


def test_nothing_is_logged(fake, capfd, caplog):
    for fault in ("10006", "http-403", "drop", "truncated"):
        trouble(fake, fault)
    assert capfd.readouterr() == ("", "")
    ours = [record for record in caplog.records if record.name != "asyncio"]  # which tells of the fake's dropped connections
    assert [record for record in ours if record.levelno >= logging.WARNING] == []


def test_no_credentials_leave_the_machine(fake, tmp_path, monkeypatch):
    """Keys in the environment or in ~/.netrc are not for public data."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    Bybit(fake.url).ask(*TIME)
    [asked] = fake.asked
    assert "HOST" in asked.headers
    assert not {name for name in asked.headers if name == "AUTHORIZATION" or name.startswith("X-BAPI")}


def test_the_base_url_comes_from_the_environment_and_is_checked(fake, monkeypatch):
    monkeypatch.setenv("TRADE_BYBIT_URL", f"{fake.url}/")
    assert Bybit().url == fake.url
    monkeypatch.setenv("TRADE_BYBIT_URL", "")
    assert Bybit().url == "https://api.bybit.com"
    monkeypatch.setenv("TRADE_BYBIT_URL", "file:///etc")
    with pytest.raises(Malformed):
        Bybit()


def test_whoever_reads_the_store_does_not_load_the_exchange():
    script = "import sys, trade.market.store, trade.sync.syncing\nprint({'pybit', 'requests', 'websocket', 'aiohttp'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "set()"
