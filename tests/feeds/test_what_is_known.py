"""TIME-3 and GAP-1: at an instant everything with `ts_close_ms <= t` is known, nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from feed_cases import START, at, bars, feed, funding, last_known, open_interest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.arrays import finite_from
from trade.base.timeframe import BASE, Timeframe
from trade.dsl.columns import Clock, ColumnRef
from trade.feeds.store import mark_columns

GAPPY = st.tuples(st.integers(1, 900), st.sets(st.integers(0, 900)), st.integers(0, 400)).map(
    lambda t: sorted(m for m in range(t[0]) if m not in t[1] and not t[2] <= m < t[2] + 40)
)
COARSE = st.tuples(st.integers(1, 90), st.sets(st.integers(0, 90))).map(lambda t: sorted(set(range(t[0])) - t[1]))


@settings(max_examples=60)
@given(minutes=GAPPY, exec_name=st.sampled_from(["1m", "5m", "15m", "1h"]), name=st.sampled_from(["1m", "5m", "15m", "1h", "D"]))
def test_the_known_row_is_the_last_bar_closed_by_then(minutes: list[int], exec_name: str, name: str) -> None:
    if not minutes:
        return
    store = feed(bars(minutes), exec_name, (exec_name, name))
    ref = ColumnRef(f"row_{name}", "value", Timeframe(name))
    for clock in Clock:
        rows = store.rows(ref, clock)
        assert list(rows) == last_known(store.feeds[Timeframe(name)].bars.ts_close_ms.tolist(), store.instants(clock))
    assert store.column(ref).tolist() == list(range(len(store.feeds[Timeframe(name)].bars)))


@settings(max_examples=40)
@given(days=COARSE, name=st.sampled_from(["D", "W", "M"]), exec_name=st.sampled_from(["D", "W"]))
def test_weeks_and_months_too(days: list[int], name: str, exec_name: str) -> None:
    if not days:
        return
    store = feed(bars(days, timeframe=Timeframe("D")), exec_name, (exec_name, name))
    ref = ColumnRef(f"row_{name}", "value", Timeframe(name))
    for clock in Clock:
        assert list(store.rows(ref, clock)) == last_known(store.feeds[Timeframe(name)].bars.ts_close_ms.tolist(), store.instants(clock))


@settings(max_examples=60)
@given(minutes=GAPPY, name=st.sampled_from(["1m", "5m", "15m", "1h"]))
def test_a_decision_needs_the_last_base_bar_of_its_exec_bar(minutes: list[int], name: str) -> None:
    if not minutes:
        return
    store = feed(bars(minutes), name)
    length = Timeframe(name).length_ms
    base_closes = [at(m + 1) for m in minutes]
    assert store.exec_closes.tolist() == [t for t in base_closes if t % length == 0]
    assert store.instants(Clock.BASE).tolist() == base_closes
    assert set(store.instants(Clock.EXEC)) <= set(store.instants(Clock.BASE))


def test_gap_1_an_exec_bar_without_its_last_minute_is_seen_at_the_next_base_close() -> None:
    store = feed(bars([0, 1, 2, 3, 7, 8, 9, 10]))  # minutes 4, 5, 6 are missing
    assert store.exec_closes.tolist() == [at(10)]
    ref = ColumnRef("close", "close", Timeframe("5m"))
    known = dict(zip(store.instants(Clock.BASE).tolist(), list(store.rows(ref, Clock.BASE)), strict=True))
    assert known == {at(1): -1, at(2): -1, at(3): -1, at(4): -1, at(8): 0, at(9): 0, at(10): 1, at(11): 1}
    assert store.unit.plain(store.column(ref)).tolist() == [10.4, 10.7, 10.8]


def test_the_forming_bar_at_the_end_is_never_known() -> None:
    store = feed(bars(range(12)), others=("5m",))
    assert len(store.feeds[Timeframe("5m")].bars) == 3
    assert store.rows(ColumnRef("row_5m", "value", Timeframe("5m")), Clock.BASE).max() == 1


@pytest.mark.parametrize(
    ("ready_ms", "window", "start"),
    [
        (0, (0, 30), 5),  # a decision at the window's own start would act on what came before it
        (0, (5, 30), 10),
        (at(11), (0, 30), 15),
        (at(15), (0, 30), 15),
        (at(16), (0, 30), 20),
        (at(26), (0, 30), 30),  # none left: the end
        (None, (0, 30), 30),
    ],
)
def test_time_7_trading_starts_at_the_first_exec_close_at_which_all_is_ready(
    ready_ms: int | None, window: tuple[int, int], start: int
) -> None:
    assert feed(bars(range(25)), window=window, ready_ms=ready_ms).trading_start_ms == at(start)


def test_time_7_a_start_inside_a_gap_waits_for_an_exec_close_that_exists() -> None:
    minutes = [m for m in range(30) if m not in (9, 14)]
    assert feed(bars(minutes), window=(0, 30), ready_ms=at(6)).trading_start_ms == at(20)


def test_bar_columns_and_prices_are_whole_numbers_that_stand_for_the_doubles_of_the_grid() -> None:
    # RULE-7: a price unit is a twelfth of a tick.
    store = feed(bars(range(10), first_price=300_001))
    five = Timeframe("5m")
    told = {name: ColumnRef(name, name, BASE if name == "last_price" else five) for name in ("open", "high", "low", "volume", "last_price")}
    assert store.column(told["open"]).tolist() == [300_001 * 12, 300_006 * 12]
    plain = {name: store.unit.plain(store.column(ref), store.power(ref)).tolist()[:2] for name, ref in told.items()}
    assert plain == {
        "open": [30000.1, 30000.6],
        "high": [30000.8, 30001.3],
        "low": [29999.9, 30000.4],
        "volume": [5.0, 5.0],
        "last_price": [30000.2, 30000.3],
    }


def test_a_column_is_finite_from_the_row_after_its_last_missing_value() -> None:
    base = bars(range(4))
    base.volume[1] = np.nan
    store = feed(base, window=(0, 4))
    assert store.finite_from(ColumnRef("volume", "volume", BASE)) == 2
    assert store.finite_from(ColumnRef("last_price", "last_price", BASE)) == 0
    assert [finite_from(np.array(values)) for values in ([], [1.0, np.inf], [-np.inf, 1.0], [0.0, np.nan, 0.0, 5.0])] == [0, 2, 1, 2]


def test_the_mark_price_is_the_mark_bar_of_the_same_minute_else_the_last_price() -> None:
    base = bars(range(4))
    mark = bars([1, 3, 5], first_price=500)
    columns = mark_columns(mark, base)
    assert [column.tolist() for column in columns] == [
        [100, 500, 102, 501],
        [103, 503, 105, 504],
        [98, 498, 100, 499],
        [101, 501, 103, 502],
    ]
    price = feed(base, mark=mark).column(ColumnRef("mark_price", "mark_price", BASE))
    assert price.tolist() == [12 * 101, 12 * 501, 12 * 103, 12 * 502]


@pytest.mark.parametrize("mark", [None, bars([]), bars([90, 91])])
def test_without_a_mark_bar_beside_it_every_bar_is_its_own_mark(mark: object) -> None:
    base = bars(range(3))
    for own, name in zip(mark_columns(mark, base), ("open", "high", "low", "close"), strict=True):  # type: ignore[arg-type]
        assert own.tolist() == getattr(base, name).tolist()


def test_funding_is_known_from_its_instant_on() -> None:
    store = feed(bars(range(12)), paid=funding((3, 0.0001), (7, -0.0002)))
    ref = ColumnRef("funding_rate", "funding_rate", Timeframe("5m"))
    assert list(store.rows(ref, Clock.BASE)) == last_known([at(3), at(7)], store.instants(Clock.BASE))
    assert list(store.rows(ref, Clock.EXEC)) == [0, 1]
    assert store.column(ref).tolist() == [0.0001, -0.0002]


def test_open_interest_is_known_from_its_instant_on() -> None:
    store = feed(bars(range(12)), held=open_interest((5, 100.0), (10, 90.0)))
    ref = ColumnRef("open_interest", "open_interest", Timeframe("5m"))
    assert store.rows(ref, Clock.BASE).tolist() == last_known([at(5), at(10)], store.instants(Clock.BASE))
    assert store.rows(ref, Clock.EXEC).tolist() == [0, 1]
    assert store.column(ref).tolist() == [100.0, 90.0]


@pytest.mark.parametrize("name", ["funding_rate", "open_interest"])
def test_what_is_not_stored_is_never_known(name: str) -> None:
    store = feed(bars(range(12)))
    ref = ColumnRef(name, name, Timeframe("5m"))
    assert store.column(ref).tolist() == []
    assert list(store.rows(ref, Clock.EXEC)) == [-1, -1]


def test_the_base_is_the_finest_feed_and_the_exec_feed_is_made_when_no_feature_needs_it() -> None:
    store = feed(bars(range(70)), "15m", ("1h",))
    assert store.base.bars.timeframe == BASE
    assert {str(timeframe) for timeframe in store.feeds} == {"1m", "15m", "1h"}
    assert store.feeds[Timeframe("15m")].bars.ts_open_ms.tolist() == [START, at(15), at(30), at(45), at(60)]
