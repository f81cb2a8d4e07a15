"""Which indicators need a source within the bar: those whose declared ranges another source would break, and no other."""

import numpy as np
import pytest
from sample_columns import Columns, random_walk, times

from trade.base.catalogue import Entry
from trade.indicators import formulas
from trade.indicators.registry import INDICATORS, defaults

MARKET = random_walk()
JUMP = np.cumsum(np.random.default_rng(3).choice([-1_000.0, 1_000.0], len(MARKET["close"])))
GAPPED = {name: values + 200_000.0 + JUMP if name != "volume" else values for name, values in MARKET.items()}
SWING = np.random.default_rng(5).normal(0.0, 1.0, len(MARKET["close"]))
OUTSIDE = {
    "volume": MARKET["volume"],
    "below zero": -MARKET["close"],
    "around zero": SWING,
    "far around the price": MARKET["close"] * (1.0 + 0.05 * SWING),
    "far below zero": MARKET["close"] * (0.9 * SWING - 3.0),
}
READERS = [
    e
    for e in INDICATORS.values()
    if (e.source_in_bar or {"high", "low", "source"} <= set(e.inputs)) and any(o.low is not None for o in e.outputs)
]


def leaves_its_range(entry: Entry, columns: Columns) -> bool:
    out = formulas.compute(entry, defaults(entry), columns, times())
    known = {output: out[output.name][~np.isnan(out[output.name])] for output in entry.outputs if output.low is not None}
    return any(values.min() < o.low or values.max() > (np.inf if o.high is None else o.high) for o, values in known.items() if len(values))


@pytest.mark.parametrize("entry", READERS, ids=lambda entry: entry.name)
def test_a_source_outside_the_bar_breaks_a_range_exactly_where_it_is_refused(entry: Entry) -> None:
    cases = [{**MARKET, "source": source} for source in OUTSIDE.values()]
    cases += [{**GAPPED, "source": np.roll(GAPPED[name], -1)} for name in ("high", "low")]  # beyond the bar, where the next one stands
    assert any(leaves_its_range(entry, case) for case in cases) == entry.source_in_bar


@pytest.mark.parametrize("entry", READERS, ids=lambda entry: entry.name)
def test_every_source_within_the_bar_keeps_the_ranges(entry: Entry) -> None:
    high, low, open_, close = (MARKET[name] for name in ("high", "low", "open", "close"))
    for source in (open_, high, low, close, (high + low) / 2, (high + low + close) / 3, (open_ + high + low + close) / 4):
        assert not leaves_its_range(entry, {**MARKET, "source": source})


def test_only_what_has_a_range_can_need_a_source_within_the_bar() -> None:
    assert [entry.name for entry in INDICATORS.values() if entry.source_in_bar and entry not in READERS] == []
    assert any(entry.source_in_bar for entry in READERS)
