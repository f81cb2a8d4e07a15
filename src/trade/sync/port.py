"""What the sync needs of an exchange: one question at a time, answered, or refused with what may be done next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from trade.market.names import Kind


class Endpoint(StrEnum):
    """The questions, by Bybit's path below `/v5/market/`."""

    TIME = "time"
    KLINE = "kline"
    MARK_KLINE = "mark-price-kline"
    FUNDING = "funding/history"
    OPEN_INTEREST = "open-interest"
    INSTRUMENTS = "instruments-info"
    RISK_LIMIT = "risk-limit"


@dataclass(frozen=True)
class Answer:
    """The result of one request, and the exchange's clock when it answered.

    `remaining` requests are allowed until `reset_ms` (the exchange's clock); None where the exchange does not say.
    """

    result: Mapping[str, Any]
    server_ms: int
    remaining: int | None = None
    reset_ms: int | None = None


class Next(StrEnum):
    """What may follow a request that got no usable answer."""

    AGAIN = "again"  # soon: a timeout, a server error, an answer that makes no sense
    AT_RESET = "at reset"  # the rate limit says when
    BLOCKED = "blocked"  # the address is turned away, for minutes or for good
    NEVER = "never"  # the same question gets the same refusal


class Trouble(Exception):
    """A request that got no usable answer. `code` is the exchange's own; the clock and the reset are in ms of the exchange's clock."""

    def __init__(self, fact: str, then: Next, *, code: int = 0, server_ms: int | None = None, reset_ms: int | None = None) -> None:
        super().__init__(fact)
        self.fact = fact
        self.then = then
        self.code = code
        self.server_ms = server_ms
        self.reset_ms = reset_ms


class Exchange(Protocol):
    """An exchange of which one question at a time is asked; it does not try again by itself."""

    name: str

    def offers(self, market: str) -> tuple[Kind, ...]: ...

    def ask(self, endpoint: Endpoint, params: Mapping[str, str | int]) -> Answer: ...
