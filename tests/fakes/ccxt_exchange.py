"""A fake exchange object with ccxt's unified methods: minutes and funding of one perpetual and one spot symbol, with quirks on demand."""

from __future__ import annotations

from typing import Any

import ccxt
import numpy as np
from bybit_server import DAY_MS, HOUR_MS, Source
from requests import Session

MARKET = {
    "symbol": "BTC/USDT:USDT",
    "id": "BTC-USDT-SWAP",
    "base": "BTC",
    "quote": "USDT",
    "settle": "USDT",
    "spot": False,
    "swap": True,
    "linear": True,
    "contract": True,
    "contractSize": 1.0,
    "active": True,
    "created": None,
    "taker": 0.0005,
    "maker": 0.0002,
    "precision": {"price": 0.1, "amount": 0.001},
    "limits": {"amount": {"min": 0.001, "max": 1000.0}, "cost": {"min": 5.0}},
}
SPOT = {
    **MARKET,
    "symbol": "BTC/USDT",
    "id": "BTC-USDT",
    "spot": True,
    "swap": False,
    "linear": None,
    "contract": False,
    "contractSize": None,
}


class FakeExchange:
    """Behaves like an exchange of ccxt. Quirks: `cap` rows at most, whatever is asked for, the oldest of them or the `newest`;
    `exclusive` takes `since` as the instant before the first row; `backwards` gives the newest row first; `ignores_until`.
    """

    precisionMode = ccxt.TICK_SIZE  # noqa: N815  ccxt's name
    tells_limit = 100

    def __init__(self, source: Source, **quirks: Any) -> None:
        self.source, self.quirks = source, quirks
        self.session = Session()
        self.has = {"fetchOHLCV": True, "fetchFundingRateHistory": True, "fetchTime": True}
        self.timeframes = {"1m": "1m"}
        self.asked: list[tuple[str, int, int, int]] = []
        self.fails: list[Exception] = []
        self.now_ms = source.start_ms + source.days * DAY_MS + 30_000
        self.market = {**MARKET, **quirks.get("market", {})}

    def milliseconds(self) -> int:
        return self.now_ms + 7 * HOUR_MS  # our clock is wrong

    def fetch_time(self) -> int:
        return self.now_ms

    def load_markets(self) -> dict[str, Any]:
        return {self.market["symbol"]: self.market, SPOT["symbol"]: SPOT}

    def feature_value_by_type(self, kind: str, sub: str | None, method: str, param: str, default: Any) -> Any:
        return self.tells_limit or default

    def fetch_ohlcv(self, symbol: str, timeframe: str, since: int, limit: int, params: dict[str, int]) -> list[list[float]]:
        rows = self._chosen(self.source.bars, "bars", since, limit, params)
        return [[ts, o / 10, h / 10, low / 10, c / 10, lots / 1000] for ts, o, h, low, c, lots in rows.tolist()]

    def fetch_funding_rate_history(self, symbol: str, since: int, limit: int, params: dict[str, int]) -> list[dict[str, Any]]:
        rows = self._chosen(self.source.funding, "funding", since, limit, params)
        return [{"symbol": symbol, "timestamp": ts, "fundingRate": rate / 1e8} for ts, rate in rows.tolist()]

    def _chosen(self, known: np.ndarray, name: str, since: int, limit: int, params: dict[str, int]) -> np.ndarray:
        self.asked.append((name, since, params["until"], limit))
        if self.fails:
            raise self.fails.pop(0)
        first = since + (1 if self.quirks.get("exclusive") else 0)
        until = self.now_ms if self.quirks.get("ignores_until") else params["until"]
        rows = known[(known[:, 0] >= first) & (known[:, 0] <= min(until, self.now_ms))]
        cap = min(limit, self.quirks.get("cap", limit))
        rows = rows[-cap:] if self.quirks.get("newest") else rows[:cap]
        return rows[::-1] if self.quirks.get("backwards") else rows
