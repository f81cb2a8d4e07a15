"""Asking until there is an answer that makes sense: rate limits honoured, backoff with jitter, refusals not repeated."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from trade.base.errors import Refused
from trade.base.findings import Finding
from trade.sync.port import Answer, Endpoint, Exchange, Next, Trouble

Read = TypeVar("Read")
Params = Mapping[str, str | int]

_TRIES = 8
_TRIES_BEFORE_CONTACT = 3
_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 30.0
_LONGEST_RESET_S = 60.0
_BLOCKED_S = 605.0  # an address that asked too often must stay away for ten minutes
_WINDOW_S, _WINDOW_REQUESTS = 5.0, 500  # of the 600 requests that an address may make in five seconds
_WORTH_TELLING_S = 1.0


@dataclass(frozen=True)
class Machine:
    """The clock, the sleep and the chance of the machine; tests bring their own."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: random.Random = field(default_factory=random.Random)  # jitter only: no stored byte depends on it


@dataclass
class Patience:
    """Asks one exchange. `tell` hears of every wait that is worth a word; `requests` counts what was asked."""

    exchange: Exchange
    machine: Machine = field(default_factory=Machine)
    tell: Callable[[str], None] = lambda _: None
    requests: int = 0
    _ahead_ms: float | None = None  # the exchange's clock minus ours; None before the first answer
    _quota_reset_ms: int | None = None  # where the last answer allowed no further request
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW_REQUESTS))

    def ask(self, endpoint: Endpoint, params: Params, read: Callable[[Answer], Read]) -> Read:
        """Return what `read` makes of an answer; it raises Trouble for one that makes no sense. Raises Refused on giving up."""
        tried = 0
        while True:
            tried += 1
            try:
                return read(self._once(endpoint, params))
            except Trouble as trouble:
                wait_s = self._wait_s(trouble, tried)
                if wait_s is None:
                    raise self._given_up(endpoint, trouble, tried) from trouble
                self._sleep(wait_s, trouble.fact)

    def _once(self, endpoint: Endpoint, params: Params) -> Answer:
        self._pace()
        self.requests += 1
        answer = self.exchange.ask(endpoint, params)
        self._ahead_ms = answer.server_ms - self._now_ms()
        self._quota_reset_ms = answer.reset_ms if answer.remaining == 0 else None
        return answer

    def _pace(self) -> None:
        """Wait while the exchange, or its known limit per address, allows no further request."""
        if self._quota_reset_ms is not None:
            self._sleep(self._until_s(self._quota_reset_ms), "the rate limit is used up")
            self._quota_reset_ms = None
        if len(self._recent) == _WINDOW_REQUESTS:
            self._sleep(self._recent[0] + _WINDOW_S - self.machine.monotonic(), "the rate limit per address")
        self._recent.append(self.machine.monotonic())

    def _wait_s(self, trouble: Trouble, tried: int) -> float | None:
        """Return how long to wait before the next try, or None to give up."""
        met = self._ahead_ms is not None
        if trouble.then is Next.NEVER or tried >= (_TRIES if met else _TRIES_BEFORE_CONTACT):
            return None
        if trouble.then is Next.BLOCKED:
            return _BLOCKED_S if met and tried <= 2 else None  # turned away at the first word: asking again will not help
        if trouble.then is Next.AT_RESET and trouble.reset_ms is not None:
            if trouble.server_ms is not None:
                self._ahead_ms = trouble.server_ms - self._now_ms()
            return self._until_s(trouble.reset_ms)
        longest = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * float(2**tried))
        return longest * (0.5 + 0.5 * self.machine.random.random())

    def _until_s(self, reset_ms: int) -> float:
        """Return the time until an instant of the exchange's clock, which ours need not agree with."""
        left_ms = reset_ms - (self._now_ms() + (self._ahead_ms or 0.0))
        return min(max(left_ms / 1000, 0.0), _LONGEST_RESET_S)

    def _now_ms(self) -> float:
        return self.machine.monotonic() * 1000

    def _sleep(self, wait_s: float, why: str) -> None:
        if wait_s >= _WORTH_TELLING_S:
            self.tell(f"waiting {wait_s:.0f} s: {why}")
        if wait_s > 0:
            self.machine.sleep(wait_s)

    def _given_up(self, endpoint: Endpoint, trouble: Trouble, tried: int) -> Refused:
        name = self.exchange.name
        data = {"endpoint": str(endpoint), "code": trouble.code, "tries": tried}
        if trouble.then is Next.BLOCKED:
            hint = "it asked too often (stay away for ten minutes), or the exchange does not serve its country; what is stored stays"
            return Refused(Finding("exchange-blocks", f"{name} turns this address away: {trouble.fact}", hint, data=data))
        if trouble.then is Next.NEVER:
            return Refused(Finding("exchange-refuses", f"{name} refuses '{endpoint}': {trouble.fact}", "what is stored stays", data=data))
        fact = f"no usable answer to '{endpoint}' in '{tried}' tries: {trouble.fact}"
        return Refused(
            Finding("exchange-unreachable", fact, "check the connection, then run the same command again: it resumes", data=data)
        )
