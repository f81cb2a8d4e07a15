"""A fake Bybit on loopback, and a machine whose sleeps take no time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bybit_server import FakeBybit, Source, serving

from trade.market.names import Kind, Series
from trade.market.store import Store
from trade.sync.bybit import Bybit
from trade.sync.patience import Machine
from trade.sync.request import USUAL_KINDS, SyncReport, SyncRequest, parse_symbols
from trade.sync.syncing import sync

BTC = Series("bybit", "linear", "BTCUSDT")


@pytest.fixture(autouse=True)
def _loopback_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "store"


class Client:
    """Syncs from one fake into one store, without ever really sleeping."""

    def __init__(self, fake: FakeBybit, db: Path) -> None:
        self.fake, self.db = fake, db
        self.slept: list[float] = []
        self.said: list[Any] = []

    def sync(self, *symbols: str, **words: Any) -> SyncReport:
        request = SyncRequest(parse_symbols(list(symbols or ("BTCUSDT",))), **words)
        machine = Machine(sleep=self.slept.append, random=random.Random(7))
        return sync(self.db, request, Bybit(self.fake.url, timeout_s=5.0), self.said.append, machine)

    def rows(self, kind: Kind = Kind.BARS, series: Series = BTC) -> dict[str, np.ndarray]:
        return Store(self.db).rows(series, kind, 0, 2**60, rehash=True).columns

    def assert_equal(self, first_ms: int, end_ms: int, *symbols: str, kinds: Sequence[Kind] = USUAL_KINDS) -> None:
        """Compare every stored row of some kinds with the source."""
        for symbol in symbols or ("BTCUSDT",):
            for kind in kinds:
                got = self.rows(kind, Series("bybit", "linear", symbol))
                for name, values in self.fake.sources[symbol].expected(kind, first_ms, end_ms).items():
                    np.testing.assert_array_equal(got[name], values, f"{symbol} {kind} {name}")


@pytest.fixture
def client_of(db: Path, request: pytest.FixtureRequest) -> Any:
    """Serve sources until the test ends, and give the client that syncs from them."""

    def start(*sources: Source) -> Client:
        context = serving(*sources)
        fake = context.__enter__()
        request.addfinalizer(lambda: context.__exit__(None, None, None))
        return Client(fake, db)

    return start
