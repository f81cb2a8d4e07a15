import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.hashing import json_hash
from trade.base.instrument import Grid, Instrument, Tier, TierTable
from trade.base.rules import Rules, common_unit


def tier(mmr: str) -> tuple[Tier, ...]:
    return (Tier(Decimal(1_000_000), Decimal(mmr), Decimal(100), Decimal(0)),)


def rules(from_ms: int, tick: str = "0.5", step: str = "0.001", **changes: Any) -> Rules:
    return replace(Rules(from_ms, Decimal(tick), Decimal(step), Decimal(step), Decimal(100), Decimal(5), "seen"), **changes)


PAPER = Instrument(
    venue="paper",
    market="linear",
    symbol="BTCUSDT",
    tick_size=Decimal("0.1"),
    qty_step=Decimal("0.001"),
    min_qty=Decimal("0.001"),
    max_qty=Decimal(100),
    min_notional_usdt=Decimal(5),
    taker_bps=Decimal("5.5"),
    maker_bps=Decimal("2.0"),
    tier_tables=(TierTable(1000, tier("0.01")), TierTable(2000, tier("0.02"))),
    source="by hand",
)


def test_the_newest_table_that_is_not_younger_than_the_instant_is_in_force() -> None:
    assert [PAPER.tiers_at(ts)[0].mmr for ts in (1000, 1999, 2000, 10**13)] == [Decimal(m) for m in ("0.01", "0.01", "0.02", "0.02")]


def test_before_the_oldest_table_the_oldest_is_used() -> None:
    assert PAPER.tiers_at(0) == tier("0.01")


def test_the_full_name_and_every_rule_reach_the_digest() -> None:
    assert PAPER.key == "paper:linear:BTCUSDT"
    told = PAPER.as_json()
    assert json.loads(json.dumps(told)) == told
    changes = {
        "venue": "other", "market": "spot", "symbol": "ETHUSDT", "tick_size": Decimal("0.2"), "qty_step": Decimal("0.01"),
        "min_qty": Decimal(1), "max_qty": Decimal(5), "min_notional_usdt": Decimal(1), "taker_bps": Decimal(1), "maker_bps": Decimal(1),
        "tier_tables": PAPER.tier_tables[:1], "source": "elsewhere", "calendar": "fx", "later_rules": (rules(5000),), "delisted_ms": 9000,
    }  # fmt: skip
    assert set(changes) == set(vars(PAPER))
    hashes = {json_hash(replace(PAPER, **{name: value}).as_json()) for name, value in changes.items()}
    assert len(hashes | {json_hash(told)}) == len(changes) + 1


DATED = replace(PAPER, tick_size=Decimal("0.5")).with_rules(rules(3000, "0.1")).with_rules(rules(5000, "0.05", "0.01"))


def test_one_set_of_rules_is_told_as_it_always_was() -> None:
    assert not {"later_rules", "delisted_ms"} & set(PAPER.as_json())
    assert (PAPER.grid, PAPER.within(0, 10**12)) == (Grid(Decimal("0.1"), Decimal("0.001")), PAPER)


def test_the_rules_in_force_are_the_newest_that_are_not_younger() -> None:
    assert [str(DATED.rules_at(ts).tick_size) for ts in (-1, 0, 2999, 3000, 4999, 5000)] == ["0.5", "0.5", "0.5", "0.1", "0.1", "0.05"]


def test_a_set_of_the_same_instant_is_replaced_at_zero_the_first() -> None:
    assert [str(t.tick_size) for t in DATED.with_rules(rules(3000, "0.2")).rule_tables] == ["0.5", "0.2", "0.05"]
    assert [str(t.tick_size) for t in DATED.with_rules(rules(0, "0.2")).rule_tables] == ["0.2", "0.1", "0.05"]


def test_the_grid_is_the_coarsest_on_which_all_rules_are_whole() -> None:
    assert DATED.grid == Grid(Decimal("0.05"), Decimal("0.001"))
    assert replace(DATED, later_rules=(rules(3000, "0.3"),)).grid.tick_size == Decimal("0.1")


@given(st.lists(st.sampled_from(["0.5", "0.25", "0.1", "0.3", "2", "10", "0.00001", "1E+1", "0.50"]).map(Decimal), min_size=1, max_size=4))
def test_every_unit_is_a_whole_multiple_of_the_common_one(units: list[Decimal]) -> None:
    assert all(unit % common_unit(units) == 0 for unit in units)


@pytest.mark.parametrize(
    ("start", "end", "ticks"),
    [(0, 3000, ["0.5"]), (0, 3001, ["0.5", "0.1"]), (3000, 5000, ["0.1"]), (4000, 9000, ["0.1", "0.05"]), (6000, 9000, ["0.05"])],
)
def test_a_span_meets_only_the_rules_in_force_in_it(start: int, end: int, ticks: list[str]) -> None:
    met = DATED.within(start, end)
    assert [str(table.tick_size) for table in met.rule_tables] == ticks
    assert [met.rules_at(ts).tick_size for ts in range(start, end, 500)] == [DATED.rules_at(ts).tick_size for ts in range(start, end, 500)]


def test_rules_after_a_span_change_no_digest_of_it() -> None:
    assert DATED.within(0, 3000).as_json() == replace(PAPER, tick_size=Decimal("0.5")).as_json()


def test_a_delisting_counts_only_inside_the_span() -> None:
    ended = replace(PAPER, delisted_ms=4000)
    assert [ended.within(0, end).delisted_ms for end in (4000, 4001)] == [None, 4000]


def test_prices_are_rounded_to_the_tick_of_their_instant_in_ticks_of_the_grid() -> None:
    ts, prices = np.array([2999, 3000, 5000]), np.array([100.15, 100.15, 100.15])
    assert DATED.to_ticks(ts, prices).tolist() == [2000, 2004, 2003]  # 100, 100.2 and 100.15 on a grid of 0.05
    assert DATED.off_grid(ts, prices).tolist() == [True, True, False]
    assert DATED.to_ticks(ts[:0], prices[:0]).tolist() == []


def test_undated_is_the_latest_on_the_grid_of_all() -> None:
    coarser = replace(DATED, delisted_ms=9).with_rules(rules(8000, "1", "0.1", min_qty=Decimal(2)))
    met = coarser.undated()
    assert (met.grid, met.min_qty, met.later_rules, met.delisted_ms) == (DATED.grid, Decimal(2), (), None)
    assert PAPER.undated() is PAPER
