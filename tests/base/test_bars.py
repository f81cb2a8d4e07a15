import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.base.bars import Bars, aggregate, base_bars
from trade.base.timeframe import BASE, DAY_MS, MINUTE_MS, NAMES, Timeframe

START = 1_709_164_800_000  # 2024-02-29, a Thursday: weeks and months end soon after


def made(opens: list[int], seed: int, timeframe: Timeframe = BASE) -> Bars:
    rng = np.random.default_rng(seed)
    n = len(opens)
    prices = np.sort(rng.integers(1, 1000, (n, 4)), axis=1)
    inner = rng.permuted(prices[:, 1:3], axis=1)
    columns = (inner[:, 0], prices[:, 3], prices[:, 0], inner[:, 1])
    return base_bars(np.array(opens, np.int64), *(np.ascontiguousarray(c) for c in columns), rng.integers(0, 9, n) / 4, timeframe)


def slow(base: Bars, timeframe: Timeframe) -> list[tuple[object, ...]]:
    """Slower bars as one would build them on paper: group by open, first/max/min/last/sum, complete if none is absent."""
    groups: dict[int, list[int]] = {}
    for row, ts in enumerate(base.ts_open_ms.tolist()):
        groups.setdefault(timeframe.floor_at(ts), []).append(row)
    out = []
    for opened, rows in groups.items():
        closed = int(timeframe.close(np.array([opened]))[0])
        out.append(
            (
                opened,
                int(base.open[rows[0]]),
                max(int(base.high[r]) for r in rows),
                min(int(base.low[r]) for r in rows),
                int(base.close[rows[-1]]),
                float(sum(base.volume[r] for r in rows)),
                len(rows) == (closed - opened) // base.timeframe.length_ms,
            )
        )
    return out


def table(bars: Bars) -> list[tuple[object, ...]]:
    columns = (bars.ts_open_ms, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.complete)
    return list(zip(*(c.tolist() for c in columns), strict=True))


@settings(max_examples=60)
@given(
    step=st.sampled_from(("1m", "5m", "1h", "D")),
    name=st.sampled_from(NAMES),
    there=st.sets(st.integers(0, 300), max_size=200),
    seed=st.integers(0, 99),
)
def test_slower_bars_are_what_a_pencil_makes_of_the_base_bars_that_exist(step: str, name: str, there: set[int], seed: int) -> None:
    base_tf, timeframe = Timeframe(step), Timeframe(name)
    if timeframe.name != "M" and timeframe.length_ms % base_tf.length_ms:
        return
    base = made([START + i * base_tf.length_ms for i in sorted(there)], seed, base_tf)
    bars = aggregate(base, timeframe)
    assert bars.timeframe == timeframe
    assert table(bars) == slow(base, timeframe)


def test_a_bar_without_base_bars_does_not_exist_and_one_with_a_hole_is_incomplete() -> None:
    five = Timeframe("5m")
    minutes = [0, 1, 2, 3, 4, 5, 6, 8, 9, 15, 16, 17, 18, 19]
    bars = aggregate(made([START + m * MINUTE_MS for m in minutes], 1), five)
    assert ((bars.ts_open_ms - START) // MINUTE_MS).tolist() == [0, 5, 15]
    assert bars.complete.tolist() == [True, False, True]
    assert (bars.ts_close_ms - bars.ts_open_ms).tolist() == [five.length_ms] * 3


def test_a_month_is_complete_with_all_its_own_days() -> None:
    days = [START + i * DAY_MS for i in range(-28, 32)]  # February 2024 whole, March whole
    bars = aggregate(made(days, 2, Timeframe("D")), Timeframe("M"))
    assert bars.complete.tolist() == [True, True]
    assert aggregate(made(days[:-1], 2, Timeframe("D")), Timeframe("M")).complete.tolist() == [True, False]


def test_between_takes_the_open_start_inclusive_and_end_exclusive_as_views() -> None:
    base = made([START + m * MINUTE_MS for m in (0, 1, 2, 5, 6)], 3)
    part = base.between(START + MINUTE_MS, START + 5 * MINUTE_MS)
    assert part.ts_open_ms.tolist() == base.ts_open_ms[1:3].tolist()
    assert table(part) == table(base)[1:3]
    assert np.shares_memory(part.close, base.close)
    assert len(base.between(START + 3 * MINUTE_MS, START + 5 * MINUTE_MS)) == 0
    assert len(base.between(0, START)) == 0


def test_stored_bars_are_complete_and_no_bars_give_no_slower_bars() -> None:
    base = made([START], 4)
    assert base.complete.tolist() == [True]
    assert len(aggregate(made([], 4), Timeframe("1h"))) == 0


@pytest.mark.parametrize("name", ["1m", "1h"])
def test_the_prefix_of_the_base_gives_the_prefix_of_the_slower_bars(name: str) -> None:
    base = made([START + m * MINUTE_MS for m in range(0, 600, 1) if m % 7], 5)
    whole = table(aggregate(base, Timeframe(name)))
    cut = START + 300 * MINUTE_MS
    assert table(aggregate(base.between(0, cut), Timeframe(name))) == [row for row in whole if row[0] < cut]
