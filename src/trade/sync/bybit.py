"""The one door to Bybit: pybit asks one question at a time; its retries, its sleeps and its log stay switched off."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

import requests
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP

from trade.base.errors import Malformed
from trade.base.findings import Finding
from trade.market.names import Kind
from trade.sync.port import Answer, Endpoint, Next, Trouble

URL_VARIABLE = "TRADE_BYBIT_URL"
_TIMEOUT_S = 10.0
_SILENT = logging.CRITICAL + 1
_NO_CODE = {-1}  # pybit takes an empty set for "use your own"
_RATE = {10006, 10018}
_TRANSIENT = {10000, 10016}
_UNREADABLE = 409  # pybit's own code for a body that is no JSON
_BLOCKED, _TOO_MANY = 403, 429


class Bybit:
    """Bybit's public market data. No key is needed and none is read, `~/.netrc` included."""

    name = "bybit"

    def __init__(self, url: str | None = None, timeout_s: float = _TIMEOUT_S) -> None:
        """`url` is another base URL than Bybit's own [default: the variable TRADE_BYBIT_URL, where set]. Raises Malformed."""
        base = url or os.environ.get(URL_VARIABLE) or None
        http: Any = HTTP(
            timeout=timeout_s,
            retry_codes=_NO_CODE,
            max_retries=1,
            return_response_headers=True,
            logging_level=_SILENT,
        )
        http.client.auth = _no_credentials
        if base is not None:
            http.endpoint = _checked(base)
        self.url: str = http.endpoint
        self._calls = {
            Endpoint.TIME: http.get_server_time,
            Endpoint.KLINE: http.get_kline,
            Endpoint.MARK_KLINE: http.get_mark_price_kline,
            Endpoint.FUNDING: http.get_funding_rate_history,
            Endpoint.OPEN_INTEREST: http.get_open_interest,
            Endpoint.INSTRUMENTS: http.get_instruments_info,
            Endpoint.RISK_LIMIT: http.get_risk_limit,
        }

    def offers(self, market: str) -> tuple[Kind, ...]:
        """Return the kinds that can be fetched of a market."""
        return tuple(Kind) if market == "linear" else ()

    def ask(self, endpoint: Endpoint, params: Mapping[str, str | int]) -> Answer:
        """Return the answer to one request. Raises Trouble."""
        try:
            body, _, headers = self._calls[endpoint](**params)
        except InvalidRequestError as error:
            raise _refused(error) from error
        except FailedRequestError as error:
            raise _failed(error) from error
        except requests.RequestException as error:
            raise Trouble(f"no answer from '{self.url}' ({_cause(error)})", Next.AGAIN) from error
        result, server_ms = body.get("result"), body.get("time")
        if not isinstance(result, dict) or not isinstance(server_ms, int):
            raise Trouble("an answer without result or time", Next.AGAIN)
        return Answer(result, server_ms, _number(headers, "X-Bapi-Limit-Status"), _number(headers, "X-Bapi-Limit-Reset-Timestamp"))


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise Malformed(Finding("bad-url", f"'{url}' is not a base URL", f"write {URL_VARIABLE} like 'https://api.bybit.com'"))
    return url.rstrip("/")


def _no_credentials(request: Any) -> Any:
    """Leave a request as it is; without this, requests looks for credentials in the user's home."""
    return request


def _refused(error: Any) -> Trouble:
    """Return what a code in the body means."""
    headers = error.resp_headers or {}
    then = Next.AT_RESET if error.status_code in _RATE else Next.AGAIN if error.status_code in _TRANSIENT else Next.NEVER
    return Trouble(
        f"bybit answered '{error.status_code}': '{str(error.message).lower()}'",
        then,
        code=error.status_code,
        server_ms=_number(headers, "Timenow"),
        reset_ms=_number(headers, "X-Bapi-Limit-Reset-Timestamp"),
    )


def _failed(error: Any) -> Trouble:
    """Return what an HTTP status means."""
    status = error.status_code
    if status == _UNREADABLE and error.resp_headers is None:
        return Trouble("an answer that is no json", Next.AGAIN)
    again = Next.AGAIN if status == _TOO_MANY or status >= 500 else Next.NEVER
    return Trouble(f"bybit answered http '{status}'", Next.BLOCKED if status == _BLOCKED else again, code=status)


def _cause(error: BaseException) -> str:
    """Return the innermost cause of a network error in a few words."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).partition("\n")[0].lower()


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None
