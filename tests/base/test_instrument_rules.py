import json
from dataclasses import replace
from decimal import Decimal

from trade.base.hashing import json_hash
from trade.base.instrument import Instrument, Tier, TierTable


def tier(mmr: str) -> tuple[Tier, ...]:
    return (Tier(Decimal(1_000_000), Decimal(mmr), Decimal(100), Decimal(0)),)


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
        "tier_tables": PAPER.tier_tables[:1], "source": "elsewhere", "calendar": "fx",
    }  # fmt: skip
    assert set(changes) == set(vars(PAPER))
    hashes = {json_hash(replace(PAPER, **{name: value}).as_json()) for name, value in changes.items()}
    assert len(hashes | {json_hash(told)}) == len(changes) + 1
