"""Pages, oldest first: every row of the span once, whatever an exchange makes of the question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.market.names import Kind, Series
from trade.sync.forward import SOURCES, pages
from trade.sync.listing import Listing
from trade.sync.patience import Patience
from trade.sync.port import Answer

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


@dataclass
class Habits:
    """Knows rows at some instants; gives at most `cap` of them, from either end, in either order, `since` included or not."""

    instants: list[int]
    cap: int
    newest: bool
    backwards: bool
    exclusive: bool
    name: str = "habits"

    def offers(self, market):
        return tuple(SOURCES)

    def ask(self, endpoint, params):
        first = params["since"] + int(self.exclusive)
        found = [ts for ts in self.instants if first <= ts <= params["until"]]
        cap = min(self.cap, params["limit"])
        found = found[-cap:] if self.newest else found[:cap]
        return Answer({"list": [[ts, *[float(ts)] * 5] for ts in (reversed(found) if self.backwards else found)]}, 0)


def listed(rows):
    return Listing(
        Series("any", "linear", "BTCUSDT"), 0, 0, 0, {"symbol": "BTC/USDT:USDT", "rows_per_page": {"bars": rows, "funding": rows}}
    )


def clock(kind, exchange, rows, start_ms, end_ms):
    found = list(pages(Patience(exchange), listed(rows), kind, start_ms, end_ms))
    assert all(len(page) and bool(np.all(np.diff(page.ts_ms) > 0)) for page in found)
    for page in found:
        for column in page.values.values():
            np.testing.assert_array_equal(column, page.ts_ms.astype(np.float64))
    return sorted(ts for page in found for ts in page.ts_ms.tolist())


known = st.one_of(st.sets(st.integers(0, 90)), st.sets(st.integers(0, 90), max_size=9).map(lambda lost: set(range(91)) - lost))
habits = st.fixed_dictionaries({"cap": st.integers(2, 30), "newest": st.booleans(), "backwards": st.booleans(), "exclusive": st.booleans()})


@settings(max_examples=150, deadline=None)
@given(known, habits, st.integers(2, 20), st.integers(1, 40), st.integers(41, 90))
def test_every_minute_of_the_span_comes_once(minutes, habit, rows, first, end):
    exchange = Habits([minute * MINUTE_MS for minute in sorted(minutes)], **habit)
    got = clock(Kind.BARS, exchange, rows, first * MINUTE_MS, end * MINUTE_MS)
    assert got == [minute * MINUTE_MS for minute in sorted(minutes) if first <= minute < end]


@settings(max_examples=150, deadline=None)
@given(known, st.integers(0, 59_999), habits, st.integers(2, 20))
def test_every_payment_of_the_span_comes_once(hours, late_ms, habit, rows):
    """Where the exchange gives as many rows as it says: payments have no grid that would show that some lack."""
    habit = {**habit, "cap": rows}
    exchange = Habits([hour * HOUR_MS + late_ms for hour in sorted(hours)], **habit)
    got = clock(Kind.FUNDING, exchange, rows, 10 * HOUR_MS, 80 * HOUR_MS)
    assert got == [ts for ts in exchange.instants if 10 * HOUR_MS <= ts < 80 * HOUR_MS]
