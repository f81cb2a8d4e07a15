"""Asking again: when, how long after, and when not. A scripted exchange, a clock that only sleep moves."""

from __future__ import annotations

import random

import pytest

from trade.base.errors import Refused
from trade.sync.patience import Machine, Patience
from trade.sync.port import Answer, Endpoint, Next, Trouble

SERVER_MS = 1_900_000_000_000  # far from any clock of ours


class Scripted:
    """An exchange that gives one prepared answer, or trouble, per request."""

    name = "scripted"

    def __init__(self, *script):
        self.script = list(script)

    def ask(self, endpoint, params):
        step = self.script.pop(0) if self.script else Answer({}, SERVER_MS)
        if isinstance(step, Trouble):
            raise step
        return step


@pytest.fixture
def asked():
    """Ask a scripted exchange as often as it has answers; returns the sleeps, the words, and the patience."""

    def run(*script, times=1):
        now, slept, told = [50.0], [], []

        def sleep(seconds):
            slept.append(seconds)
            now[0] += seconds

        patience = Patience(Scripted(*script), Machine(lambda: now[0], sleep, random.Random(1)), told.append)
        for _ in range(times):
            patience.ask(Endpoint.TIME, {}, lambda answer: answer)
        return slept, told, patience

    return run


def trouble(then, **words):
    return Trouble("no", then, **words)


OK = Answer({}, SERVER_MS)


def test_a_rate_limit_is_slept_off_until_its_reset_by_the_exchanges_clock(asked):
    slept, told, _ = asked(OK, trouble(Next.AT_RESET, reset_ms=SERVER_MS + 1_750), times=2)
    assert slept == [pytest.approx(1.75)]
    assert told == ["waiting 2 s: no"]


def test_a_rate_limit_before_any_answer_uses_the_clock_of_its_own_header(asked):
    slept, _, _ = asked(trouble(Next.AT_RESET, reset_ms=SERVER_MS + 400, server_ms=SERVER_MS))
    assert slept == [pytest.approx(0.4)]


def test_a_used_up_quota_is_waited_out_before_the_next_request(asked):
    slept, _, patience = asked(Answer({}, SERVER_MS, remaining=0, reset_ms=SERVER_MS + 800), OK, times=2)
    assert slept == [pytest.approx(0.8)]
    assert patience.requests == 2


def test_a_reset_in_the_past_or_far_away_does_not_stop_the_world(asked):
    slept, _, _ = asked(OK, trouble(Next.AT_RESET, reset_ms=0), trouble(Next.AT_RESET, reset_ms=SERVER_MS * 2), times=2)
    assert slept == [60.0]


def test_backoff_grows_with_jitter_and_ends(asked):
    with pytest.raises(Refused) as refused:
        asked(OK, *[trouble(Next.AGAIN)] * 8, times=2)
    assert refused.value.findings[0].data["tries"] == 8
    slept, _, _ = asked(OK, *[trouble(Next.AGAIN)] * 7, times=2)
    for wait_s, longest_s in zip(slept, (0.5, 1, 2, 4, 8, 16, 30), strict=True):
        assert longest_s / 2 <= wait_s <= longest_s
    assert len(set(slept)) == 7


def test_an_exchange_that_never_answered_is_given_up_soon(asked):
    with pytest.raises(Refused, match="in '3' tries"):
        asked(*[trouble(Next.AGAIN)] * 3)


def test_a_refusal_is_not_repeated(asked):
    with pytest.raises(Refused) as refused:
        asked(OK, trouble(Next.NEVER, code=10001), OK, times=2)
    assert (refused.value.findings[0].code, refused.value.findings[0].data["code"]) == ("exchange-refuses", 10001)


def test_a_blocked_address_stays_away_for_ten_minutes_and_is_given_up_when_it_was_never_welcome(asked):
    slept, told, _ = asked(OK, trouble(Next.BLOCKED, code=403), OK, times=2)
    assert slept == [605.0]
    assert told == ["waiting 605 s: no"]
    with pytest.raises(Refused) as refused:
        asked(trouble(Next.BLOCKED, code=403))
    assert refused.value.findings[0].code == "exchange-blocks"


def test_an_answer_that_makes_no_sense_is_asked_for_again(asked):
    _, _, patience = asked()
    patience.requests = 0
    seen = []

    def read(answer):
        seen.append(answer)
        if len(seen) < 3:
            raise Trouble("nonsense", Next.AGAIN)
        return "sense"

    assert patience.ask(Endpoint.KLINE, {}, read) == "sense"
    assert patience.requests == 3


def test_an_address_never_asks_more_than_500_times_in_five_seconds(asked):
    slept, _, patience = asked(times=1101)
    assert patience.requests == 1101
    assert sum(slept) == pytest.approx(10.0)
