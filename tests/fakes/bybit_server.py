"""A fake Bybit: the public market endpoints as a real HTTP server on loopback, in a thread of its own, with faults on demand.

Shapes, order, limits and paging as in the official samples. Its clock stands still unless a test moves it.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from aiohttp import web

from trade.synthetic.splitmix import UNIT, normal, uniform

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
START_MS = 1_735_689_600_000  # 2025-01-01
KLINE_PATHS = ("/v5/market/kline", "/v5/market/mark-price-kline")
FAULTS = ("drop", "http-429", "http-500", "http-503", "10006", "10000", "truncated", "cut", "order", "twice", "skew", "future")


@dataclass
class Source:
    """What the exchange knows of one symbol: finished minutes in ticks of 0.1 and lots of 0.001, payments, open interest.

    `outages` are spans without minutes; `intervals` are (from_ms, hours) of funding, ascending.
    """

    symbol: str
    seed: int
    days: int
    outages: tuple[tuple[int, int], ...] = ()
    intervals: tuple[tuple[int, int], ...] = ((START_MS, 8),)
    start_ms: int = START_MS
    tick: str = "0.10"
    step: str = "0.001"
    status: str = "Trading"
    delivery_ms: int = 0

    def __post_init__(self) -> None:
        n = self.days * 1440 + 1  # the last one is still forming at the default clock
        close = 500_000 + np.cumsum(normal(self.seed, 1, n) * 12 // UNIT)
        open_ = np.concatenate(([500_000], close[:-1]))
        ts_ms = self.start_ms + MINUTE_MS * np.arange(n, dtype=np.int64)
        high = np.maximum(open_, close) + uniform(self.seed, 2, n) * 20 // UNIT
        low = np.minimum(open_, close) - uniform(self.seed, 3, n) * 20 // UNIT
        lots = uniform(self.seed, 4, n)
        bars = np.column_stack((ts_ms, open_, high, low, close, lots))
        mark = np.column_stack((ts_ms, open_ + 1, high + 1, low + 1, close + 1))
        there = np.ones(n, np.bool_)
        for first, end in self.outages:
            there &= (ts_ms < first) | (ts_ms >= end)
        self.bars, self.mark = bars[there], mark[there]
        self.funding = self._funding(ts_ms[-1])

    def _funding(self, end_ms: int) -> np.ndarray:
        instants: list[int] = []
        edges = [*self.intervals, (int(end_ms) + 1, 1)]
        for (first, hours), (until, _) in pairwise(edges):
            instants.extend(range(first, until, hours * HOUR_MS))
        ts_ms = np.array(instants, np.int64)
        return np.column_stack((ts_ms, uniform(self.seed, 5, len(ts_ms)) * 100_000 // UNIT - 40_000))  # rates in 1e-8

    @property
    def open_interest(self) -> np.ndarray:
        """Instants and what both sides hold, every five minutes."""
        lots = self.bars[self.bars[:, 0] % (5 * MINUTE_MS) == 0][:, [0, 5]]
        return lots * np.array([1, 2])

    def expected(self, kind: str, first_ms: int, end_ms: int) -> dict[str, np.ndarray]:
        """Return what a complete store holds of [first_ms, end_ms)."""
        rows = {"bars": self.bars, "mark": self.mark, "funding": self.funding, "oi": self.open_interest}[kind]
        rows = rows[(rows[:, 0] >= first_ms) & (rows[:, 0] < end_ms)]
        if kind == "funding":
            return {"ts_ms": rows[:, 0], "ts_raw_ms": rows[:, 0], "rate": rows[:, 1] / 1e8}
        if kind == "oi":
            return {"ts_ms": rows[:, 0], "open_interest": rows[:, 1].astype(np.float64)}
        columns = {"ts_open_ms": rows[:, 0], **{name: rows[:, i] / 10 for i, name in enumerate(("open", "high", "low", "close"), 1)}}
        return columns | ({"volume": rows[:, 5] / 1000} if kind == "bars" else {})


@dataclass(frozen=True)
class Asked:
    """One request as it came in, the fault it met, and its headers' names in upper case."""

    path: str
    query: dict[str, str]
    fault: str
    headers: frozenset[str]


@dataclass
class FakeBybit:
    """The state of the server. `fault_of` is asked with the number of a request (from 1) and its path."""

    sources: dict[str, Source]
    now_ms: int
    url: str = ""
    delay_s: float = 0.0
    page_of_symbols: int = 500
    fault_of: Callable[[int, str], str] = lambda _number, _path: ""
    asked: list[Asked] = field(default_factory=list)
    remaining: int = 50
    reset_ms: int = 0
    tiers: dict[str, list[tuple[str, str, str, str, str]]] = field(default_factory=dict)

    def of(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path.endswith(path)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        number = len(self.asked) + 1
        fault = self.fault_of(number, request.path)
        self.asked.append(Asked(request.path, dict(request.query), fault, frozenset(name.upper() for name in request.headers)))
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if fault == "drop":
            request.transport.close()
            return web.Response()
        if fault == "timeout":
            await asyncio.sleep(30)
        if fault.startswith("http-"):
            return web.Response(status=int(fault[5:]), text="no")
        if fault == "10006":
            return self._reply(10006, "Too many visits!", {}, reset_ms=self.now_ms + 250)
        if fault == "10000":
            return self._reply(10000, "Server Timeout", {})
        if fault and fault.isdigit():
            return self._reply(int(fault), "refused", {})
        try:
            result = self._result(request.path, request.query)
        except Refusal as refusal:
            return self._reply(10001, str(refusal), {})
        return await self._spoiled(request, fault, result)

    async def _spoiled(self, request: web.Request, fault: str, result: dict) -> web.StreamResponse:
        rows = result.get("list", [])
        if fault == "order" and len(rows) > 1:
            result["list"] = [*rows[1:], rows[0]]
        if fault == "twice" and rows:
            result["list"] = [rows[0], *rows]
        if fault == "future" and rows and request.path in KLINE_PATHS:
            result["list"] = [[str(int(rows[0][0]) + MINUTE_MS), *rows[0][1:]], *rows]
        response = self._reply(0, "OK", result, time_ms=self.now_ms - DAY_MS * 400 if fault == "skew" else self.now_ms)
        if fault == "truncated":
            return web.Response(body=response.body[: len(response.body) // 2], content_type="application/json")
        if fault == "cut":
            cut = web.StreamResponse(headers={"Content-Length": str(len(response.body)), "Content-Type": "application/json"})
            await cut.prepare(request)
            await cut.write(response.body[: len(response.body) // 2])
            request.transport.close()
            return cut
        return response

    def _reply(self, code: int, text: str, result: dict, time_ms: int | None = None, reset_ms: int | None = None) -> web.Response:
        now_ms = self.now_ms if time_ms is None else time_ms
        body = {"retCode": code, "retMsg": text, "result": result, "retExtInfo": {}, "time": now_ms}
        headers = {
            "X-Bapi-Limit": "50",
            "X-Bapi-Limit-Status": str(0 if reset_ms else self.remaining),
            "X-Bapi-Limit-Reset-Timestamp": str(reset_ms or self.reset_ms or now_ms),
            "Timenow": str(now_ms),
        }
        return web.Response(body=json.dumps(body).encode(), headers=headers, content_type="application/json")

    def _result(self, path: str, query: dict[str, str]) -> dict:
        name = path.removeprefix("/v5/market/")
        if name == "time":
            return {"timeSecond": str(self.now_ms // 1000), "timeNano": str(self.now_ms * 10**6)}
        if query.get("category", "linear") != "linear":
            raise Refusal("params error: Category is invalid")
        if name == "instruments-info":
            return self._instruments(query)
        source = self.sources.get(query.get("symbol", ""))
        if source is None:
            raise Refusal("params error: Symbol Is Invalid")
        if name == "risk-limit":
            return self._risk_limit(source)
        if name == "funding/history":
            return self._funding(source, query)
        if name == "open-interest":
            return self._open_interest(source, query)
        return self._klines(source, query, source.bars if name == "kline" else source.mark)

    def _klines(self, source: Source, query: dict[str, str], known: np.ndarray) -> dict:
        if query.get("interval") != "1":
            raise Refusal("params error: only interval 1 is served")
        rows = _newest(known, query, "start", "end", 200, 1000, self.now_ms)  # the forming minute is among them
        return {"symbol": source.symbol, "category": "linear", "list": [_kline(row) for row in rows]}

    def _funding(self, source: Source, query: dict[str, str]) -> dict:
        if "startTime" in query and "endTime" not in query:
            raise Refusal("params error: endTime is required with startTime")
        rows = _newest(source.funding, query, "startTime", "endTime", 200, 200, self.now_ms)
        return {
            "category": "linear",
            "list": [
                {"symbol": source.symbol, "fundingRate": f"{rate / 1e8:.8f}", "fundingRateTimestamp": str(ts)} for ts, rate in rows.tolist()
            ],
        }

    def _open_interest(self, source: Source, query: dict[str, str]) -> dict:
        if query.get("intervalTime") != "5min":
            raise Refusal("params error: only intervalTime 5min is served")
        offset, limit = int(query.get("cursor") or 0), _limit(query, 50, 200)
        rows = _newest(source.open_interest, {**query, "limit": "200"}, "startTime", "endTime", 200, 10**9, self.now_ms)[
            offset : offset + limit
        ]
        listed = [{"openInterest": f"{held}.000", "singleOpenInterest": f"{held // 2}", "timestamp": str(ts)} for ts, held in rows.tolist()]
        more = str(offset + limit) if len(rows) == limit else ""
        return {"symbol": source.symbol, "category": "linear", "list": listed, "nextPageCursor": more}

    def _instruments(self, query: dict[str, str]) -> dict:
        named = query.get("symbol")
        if named is not None and named not in self.sources:
            raise Refusal("params error: symbol invalid")
        status = query.get("status", "Trading")
        symbols = sorted(s for s, source in self.sources.items() if named in (None, s) and source.status == status)
        size = min(_limit(query, 500, 1000), self.page_of_symbols)
        first = urllib.parse.unquote(query.get("cursor", "")).partition("first=")[2]
        symbols = [symbol for symbol in symbols if symbol >= first]
        more = urllib.parse.quote(f"first={symbols[size]}") if len(symbols) > size else ""
        return {"category": "linear", "list": [self._instrument(self.sources[s]) for s in symbols[:size]], "nextPageCursor": more}

    def _instrument(self, source: Source) -> dict:
        return {
            "symbol": source.symbol,
            "contractType": "LinearPerpetual",
            "status": source.status,
            "baseCoin": source.symbol.removesuffix("USDT"),
            "quoteCoin": "USDT",
            "launchTime": str(source.start_ms),
            "deliveryTime": str(source.delivery_ms),
            "deliveryFeeRate": "",
            "priceScale": "2",
            "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
            "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": source.tick},
            "lotSizeFilter": {
                "maxOrderQty": "1190.000",
                "minOrderQty": "0.001",
                "qtyStep": source.step,
                "postOnlyMaxOrderQty": "1190.000",
                "maxMktOrderQty": "500.000",
                "minNotionalValue": "5",
            },
            "unifiedMarginTrade": True,
            "fundingInterval": source.intervals[-1][1] * 60,
            "settleCoin": "USDT",
            "upperFundingRate": "0.00375",
            "lowerFundingRate": "-0.00375",
            "isPreListing": False,
            "preListingInfo": None,
        }

    def _risk_limit(self, source: Source) -> dict:
        rows = self.tiers.get(source.symbol, [("2000000", "0.005", "0.01", "100.00", ""), ("2600000", "0.0056", "0.0111", "90.00", "1200")])
        names = ("riskLimitValue", "maintenanceMargin", "initialMargin", "maxLeverage", "mmDeduction")
        return {
            "category": "linear",
            "list": [
                {"id": i, "symbol": source.symbol, "isLowestRisk": int(i == 1), **dict(zip(names, row, strict=True))}
                for i, row in enumerate(rows, 1)
            ],
            "nextPageCursor": "",
        }


class Refusal(Exception):
    """A request that Bybit refuses with 10001."""


def every_tenth(seed: int, faults: tuple[str, ...] = FAULTS) -> Callable[[int, str], str]:
    """Return a plan that spoils every tenth request in a way that a seed chooses."""
    chosen = random.Random(seed)
    plan = [chosen.choice(faults) for _ in range(10_000)]
    return lambda number, _path: plan[number // 10] if number % 10 == 0 else ""


def _limit(query: dict[str, str], usual: int, most: int) -> int:
    limit = int(query.get("limit", usual))
    if not 1 <= limit <= most:
        raise Refusal("params error: limit is out of range")
    return limit


def _newest(known: np.ndarray, query: dict[str, str], start: str, end: str, usual: int, most: int, now_ms: int) -> np.ndarray:
    """Return rows within [start, end], both inclusive, newest first; of too many the newest remain."""
    first, last = int(query.get(start, 0)), min(int(query.get(end, now_ms)), now_ms)
    low, high = np.searchsorted(known[:, 0], [first, last + 1])
    return known[max(low, high - _limit(query, usual, most)) : high][::-1]


def _kline(row: np.ndarray) -> list[str]:
    ts_ms, *values = row.tolist()
    prices = [f"{ticks // 10}.{ticks % 10}" for ticks in values[:4]]
    if len(values) == 4:
        return [str(ts_ms), *prices]
    lots = values[4]
    return [str(ts_ms), *prices, f"{lots // 1000}.{lots % 1000:03d}", f"{lots * values[3] / 10_000:.4f}"]


@contextmanager
def serving(*sources: Source, now_ms: int | None = None) -> Iterator[FakeBybit]:
    """Serve sources on a free port of loopback until the block ends; the clock stands half a minute after their last finished bar."""
    end_ms = max(source.start_ms + source.days * DAY_MS for source in sources)
    fake = FakeBybit({source.symbol: source for source in sources}, end_ms + 30_000 if now_ms is None else now_ms)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/v5/market/{name:.*}", fake.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield fake
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
