"""The door to any other exchange: ccxt asks one question at a time and keeps to the exchange's pace; no key is needed and none is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import ccxt

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.base.nearest import nearest
from trade.market.names import Kind
from trade.sync.port import Answer, Endpoint, Next, Trouble

_TIMEOUT_MS = 10_000
_UNSURE_MS = 60_000  # an exchange that does not tell the time is taken to be a minute behind us
_PAGE_ROWS = 100  # where ccxt does not say how many an exchange gives
_STATUS = re.compile(r"\b(?:GET|POST) \S+ (\d{3})\b")
_TURNED_AWAY = ("403", "451")
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
_METHODS = {Kind.BARS: "fetchOHLCV", Kind.FUNDING: "fetchFundingRateHistory"}
_FRACTION_TO_BPS = 10_000
Row = dict[str, Any]


class Ccxt:
    """Bars, funding and rules of one exchange, in ccxt's words; `config` is what ccxt's own class takes. Raises Malformed."""

    def __init__(self, venue: str, config: Mapping[str, Any] | None = None) -> None:
        if venue not in ccxt.exchanges:
            raise Malformed(_unknown(venue))
        self.name = venue
        self._exchange: Any = getattr(ccxt, venue)(
            {"enableRateLimit": True, "timeout": _TIMEOUT_MS, "requests_trust_env": True, **(config or {})}
        )
        self._exchange.session.auth = _no_credentials
        self._exchange.on_rest_response = _json_only
        self._ahead_ms = -_UNSURE_MS
        self._calls: Mapping[Endpoint, Callable[..., list[Any]]] = {
            Endpoint.TIME: self._time,
            Endpoint.INSTRUMENTS: self._instruments,
            Endpoint.KLINE: self._bars,
            Endpoint.FUNDING: self._funding,
        }

    def offers(self, market: str) -> tuple[Kind, ...]:
        """Return the kinds that can be fetched of a market."""
        has = self._exchange.has
        bars = (Kind.BARS,) if has.get("fetchOHLCV") is True and "1m" in (self._exchange.timeframes or {}) else ()
        return bars + ((Kind.FUNDING,) if market == "linear" and has.get("fetchFundingRateHistory") is True else ())

    def ask(self, endpoint: Endpoint, params: Mapping[str, str | int]) -> Answer:
        """Return the rows of one answer, as `list`. Raises Trouble."""
        try:
            rows = self._calls[endpoint](**params)
        except ccxt.BaseError as error:
            raise _trouble(error) from error
        except _UNREADABLE as error:
            raise Trouble("an answer that cannot be read", Next.AGAIN) from error
        return Answer({"list": rows}, int(self._exchange.milliseconds()) + self._ahead_ms)

    def _time(self) -> list[Any]:
        if self._exchange.has.get("fetchTime") is True:
            self._ahead_ms = int(self._exchange.fetch_time()) - int(self._exchange.milliseconds())
        return []

    def _bars(self, symbol: str, since: int, until: int, limit: int) -> list[Any]:
        return list(self._exchange.fetch_ohlcv(symbol, "1m", since, limit, {"until": until}))

    def _funding(self, symbol: str, since: int, until: int, limit: int) -> list[Any]:
        found = self._exchange.fetch_funding_rate_history(symbol, since, limit, {"until": until})
        return [(each["timestamp"], each["fundingRate"]) for each in found]

    def _instruments(self, market: str) -> list[Row]:
        """Return the symbols of a market, traded ones first."""
        found = [each for each in self._exchange.load_markets().values() if _is_of(each, market)]
        return [self._row(each, market) for each in sorted(found, key=lambda each: each.get("active") is False)]

    def _row(self, each: Mapping[str, Any], market: str) -> Row:
        """Return what a sync needs to know of a symbol: prices in quote, quantities in base, rates in bps."""
        size = _decimal(each.get("contractSize")) if each.get("contract") else None
        amounts, limits = each["precision"], each["limits"]
        return {
            "symbol": each["symbol"],
            "id": str(each["id"]),
            "name": f"{each['base']}{each['quote']}".upper(),
            "created_ms": each.get("created"),
            "contract_size": size,
            "tick_size": self._step(amounts.get("price")),
            "qty_step": _times(self._step(amounts.get("amount")), size),
            "min_qty": _times(_decimal(limits["amount"].get("min")), size),
            "max_qty": _times(_decimal(limits["amount"].get("max")), size),
            "min_notional_usdt": _decimal(limits["cost"].get("min")),
            "taker_bps": _times(_decimal(each.get("taker")), Decimal(_FRACTION_TO_BPS)),
            "maker_bps": _times(_decimal(each.get("maker")), Decimal(_FRACTION_TO_BPS)),
            "rows_per_page": {str(kind): self._page_rows(market, method) for kind, method in _METHODS.items()},
        }

    def _page_rows(self, market: str, method: str) -> int:
        kind = ("spot", None) if market == "spot" else ("swap", "linear")
        return int(self._exchange.feature_value_by_type(*kind, method, "limit", None) or _PAGE_ROWS)

    def _step(self, precision: Any) -> Decimal | None:
        """Return a smallest step, however the exchange states it; None where it only counts significant digits."""
        if precision is None or self._exchange.precisionMode == ccxt.SIGNIFICANT_DIGITS:
            return None
        return _decimal(precision) if self._exchange.precisionMode == ccxt.TICK_SIZE else Decimal(1).scaleb(-int(precision))


def _is_of(each: Mapping[str, Any], market: str) -> bool:
    if market == "spot":
        return bool(each.get("spot"))
    return bool(each.get("swap") and each.get("linear"))


def _decimal(value: Any) -> Decimal | None:
    """Return a number as it is written, without trailing zeros and exponent; None for none and for 0, which says nothing."""
    number = Decimal(str(value)) if value is not None else Decimal(0)
    return Decimal(f"{number.normalize():f}") if number > 0 else None


def _times(value: Decimal | None, factor: Decimal | None) -> Decimal | None:
    return value if value is None or factor is None else _decimal(value * factor)


def _no_credentials(request: Any) -> Any:
    """Leave a request as it is; without this, requests looks for credentials in the user's home."""
    return request


def _json_only(status: int, _reason: str, _url: str, _method: str, _headers: Any, text: str, *_asked: Any) -> str:
    """Return a body; a good answer that is cut off must not look like an empty one, which ccxt would make of it."""
    if status < 300:
        try:
            json.loads(text)
        except ValueError as error:
            raise ccxt.BadResponse("an answer that is no json") from error
    return text.strip()


def _trouble(error: Exception) -> Trouble:
    """Return what an error of ccxt means: what failed on the way may work next time, what was refused will be refused again."""
    text = " ".join(str(error).split())
    status = _STATUS.search(text)
    code = int(status[1]) if status else 0
    fact = f"ccxt says '{type(error).__name__}': '{text[:300].lower()}'"
    if isinstance(error, ccxt.RestrictedLocation) or (status and status[1] in _TURNED_AWAY):
        return Trouble(fact, Next.BLOCKED, code=code)
    return Trouble(fact, Next.AGAIN if isinstance(error, ccxt.OperationFailed) else Next.NEVER, code=code)


def _unknown(venue: str) -> Finding:
    near = nearest(venue, ccxt.exchanges, most=3)
    hint = f"did you mean '{near[0]}'?" if near else "'python -c \"import ccxt; print(ccxt.exchanges)\"' lists those it knows"
    return Finding("unknown-venue", f"ccxt '{ccxt.__version__}' knows no exchange '{venue}'", hint, data={"nearest": near})
