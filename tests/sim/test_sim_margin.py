"""Margins and liquidation prices against the numbers that the exchange prints (MARGIN-1, LIQ-1, FUND-1)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from shared import shared
from tapes import e12, leverage, record, spec, taker, tier, tiers_of, usdt

from trade.sim.margin import fee_to_close, is_liquidated, liquidation_price, maintenance_terms, posted_margin, tier_of
from trade.sim.money import times_rate
from trade.sim.sizing import order_cost

TICK_LOT = 10**6  # a tick of 0.01 on a lot of one coin
NEW, OLD = 1_767_225_600_000, 1_735_689_600_000  # 2026, 2025: before and after 2025-09-02
SIDES = {"Buy": 1, "Sell": -1}
EXAMPLES = shared("reference", "bybit_examples.json")
needs_examples = pytest.mark.skipif(not EXAMPLES.exists(), reason="no shared/reference above, and TRADE_SHARED names none")


class Isolated:
    """A position as an example states it; `extra` is margin added to it, negative when funding ate some."""

    def __init__(self, side: str, entry: str, qty: str, times: str, extra: str = "0", tiers: Any = (), opened_ms: int = NEW) -> None:
        self.spec = record(spec(tick_lot_quanta=TICK_LOT, **leverage(times), **taker("0.00055")))
        self.side, self.lots = SIDES[side], int(qty)
        self.value = usdt(entry) * self.lots
        self.initial = posted_margin(self.spec, self.side, self.value)
        self.posted = self.initial + usdt(extra)
        self.tiers, self.opened_ms = tiers_of(*(tiers or [tier(10**9, "0.005")])), opened_ms
        self.tier = tier_of(self.tiers, opened_ms, self.value)

    @property
    def liquidation(self) -> Decimal:
        args = (self.spec, self.tiers, self.tier, self.opened_ms, self.side, self.lots, self.value, self.posted)
        ticks = liquidation_price(*args)
        assert is_liquidated(*args, ticks)
        assert not is_liquidated(*args, ticks + self.side)
        return Decimal(int(ticks)) / 100

    @property
    def closing_fee(self) -> int:
        return int(fee_to_close(self.spec, self.side, self.value, self.posted))

    @property
    def bankruptcy(self) -> Decimal:
        return Decimal(self.value + self.side * (self.closing_fee - self.posted)) / self.lots / 10**8

    def maintenance(self, price: str) -> int:
        mmr_e12, base = maintenance_terms(self.spec, self.tiers, self.tier, self.opened_ms, self.value, self.closing_fee)
        return int(times_rate(usdt(price) * self.lots, mmr_e12) + base)


def near(found: Decimal, printed: str, side: str) -> bool:
    """The price in force is the tick at or next to the printed one, on the side of the entry's far end: below for a long."""
    off = (Decimal(printed) - found) * SIDES[side]
    return Decimal("-0.005") <= off < Decimal("0.01")


def test_margin_1_the_official_long() -> None:
    position = Isolated("Buy", "40000", "1", "50", extra="3000")
    assert position.initial == usdt("821.56")
    assert position.posted == usdt("3821.56")
    assert Isolated("Buy", "40000", "1", "50").maintenance("40000") == usdt("221.56")
    assert position.liquidation == Decimal("36380.25")
    assert round(position.bankruptcy, 6) == Decimal("36198.349092")


def test_margin_1_the_loss_at_bankruptcy_with_its_fee_is_the_posted_margin() -> None:
    for side, posted in (("Buy", "3821.56"), ("Sell", "3822.44")):
        position = Isolated(side, "40000", "1", "50", extra="3000")
        assert position.posted == usdt(posted)
        at_bankruptcy = int(position.bankruptcy * 10**8)
        fee = times_rate(at_bankruptcy, position.spec.taker_e12)
        loss = position.side * (position.value - at_bankruptcy)
        assert abs(loss + fee - position.posted) <= 1
        assert abs(fee - position.closing_fee) <= 1


@pytest.mark.parametrize(
    ("side", "entry", "qty", "times", "extra", "printed"),
    [
        ("Sell", "40000", "1", "50", "0", "40597.01492537"),
        ("Sell", "40000", "1", "50", "3000", "43580.44866368"),
        ("Buy", "20000", "1", "50", "0", "19698.49246231"),
    ],
)
def test_liq_1_prices_since_the_change(side: str, entry: str, qty: str, times: str, extra: str, printed: str) -> None:
    assert near(Isolated(side, entry, qty, times, extra).liquidation, printed, side)


@pytest.mark.parametrize(
    ("side", "entry", "times", "extra", "printed"),
    [
        ("Buy", "20000", "50", "0", "19700"),
        ("Sell", "20000", "50", "3000", "23300"),
        ("Buy", "20000", "50", "-200", "19900"),
        ("Buy", "10000", "50", "0", "9850"),
        ("Sell", "8000", "40", "0", "8160"),
    ],
)
def test_liq_1_prices_of_positions_from_before_the_change_are_the_printed_ones(
    side: str, entry: str, times: str, extra: str, printed: str
) -> None:
    table = [tier(10**9, "0.005")]
    assert Isolated(side, entry, "1", times, extra, table, opened_ms=OLD).liquidation == Decimal(printed)


def test_liq_1_the_price_belongs_to_the_tier_of_the_entry() -> None:
    btc = [tier(2_000_000, "0.005", 100), tier(2_600_000, "0.0056", 90, 1200)]
    big = Isolated("Buy", "50000", "50", "20", tiers=btc)
    assert near(big.liquidation, "47743.36283186", "Buy")
    assert big.maintenance("50000") - big.closing_fee == usdt(12800)
    assert near(Isolated("Buy", "50000", "41", "20", tiers=btc).liquidation, "47738.06487059", "Buy")


def test_margin_1_tier_bounds_are_inclusive_and_the_last_tier_holds_the_rest() -> None:
    table = tiers_of(tier(1000, "0.02"), tier(2000, "0.025", deduction_usdt=5))
    assert [tier_of(table, NEW, usdt(value)) for value in ("1000", "1000.00000001", "2000", "9999")] == [0, 1, 1, 1]


def test_size_1_the_official_order_cost() -> None:
    ten = record(spec(tick_lot_quanta=TICK_LOT, **leverage(10), **taker("0.00055")))
    assert order_cost(ten, 1, usdt(50_000)) == usdt("5052.25")
    assert order_cost(ten, -1, usdt(50_000)) == usdt("5057.75")
    assert posted_margin(ten, 1, usdt(25_000)) == usdt("2512.375")


def example(name: str) -> tuple[dict[str, Any], dict[str, Any], Decimal]:
    row = next(row for row in json.loads(EXAMPLES.read_text())["examples"] if row["id"] == name)
    return row["inputs"], row["expected"], Decimal(row["tolerance"])


@needs_examples
@pytest.mark.parametrize(
    "name",
    [
        "liq_long_isolated_new",
        "liq_identities_long",
        "liq_short_isolated_new",
        "liq_long_no_extra_new",
        "liq_long_tier2_btc",
        "liq_old_short_extra",
        "liq_old_long2",
    ],
)
def test_every_isolated_example_is_met_within_a_tick(name: str) -> None:
    given, expected, _ = example(name)
    table = [tier(10**9, given.get("mmr", "0.005"), deduction_usdt=given.get("mm_deduction", "0"))]
    opened = OLD if "regime" in given else NEW
    position = Isolated(given["side"], given["entry"], given["qty"], given["leverage"], given.get("extra_margin", "0"), table, opened)
    if "liq_price" in expected:
        assert near(position.liquidation, expected["liq_price"], given["side"])
    if "bust_price" in expected:
        assert abs(position.bankruptcy - Decimal(expected["bust_price"])) < Decimal("1e-6")
    if "initial_margin" in expected:
        assert position.initial == usdt(expected["initial_margin"])
        assert position.initial - usdt(given["entry"]) // int(given["leverage"]) == usdt(expected["fee_to_close_before_extra"])
    if "posted_margin" in expected:
        assert position.posted == usdt(expected["posted_margin"])
    if "mm_at_liq" in expected:
        at_liq = Decimal(int(position.maintenance(str(position.liquidation)))) / 10**8
        assert abs(at_liq - Decimal(expected["mm_at_liq"])) < Decimal("0.0001")
    if "mm_at_entry_mark" in expected:
        assert position.maintenance(given["entry"]) - position.closing_fee == usdt(expected["mm_at_entry_mark"])


@needs_examples
def test_the_tier_illustration() -> None:
    given, expected, _ = example("mm_tier_xyz")
    table, deduction, before = [], Decimal(0), (Decimal(0), Decimal("0.02"))
    for limit, mmr in given["tiers"]:
        deduction += before[0] * (Decimal(mmr) - before[1])
        before = (Decimal(limit), Decimal(mmr))
        table.append(tier(int(limit), mmr, deduction_usdt=deduction))
    position = Isolated("Buy", given["position_value"], "1", given["leverage"], tiers=table)
    assert position.maintenance(given["position_value"]) - position.closing_fee == usdt(expected["mm"])
    assert table[3][4] == usdt(expected["mm_deduction_tier4"])


@needs_examples
def test_the_money_of_the_examples() -> None:
    given, expected, _ = example("order_cost_buy")
    ten = record(spec(**leverage(given["leverage"]), **taker(given["taker"])))
    assert order_cost(ten, 1, usdt(given["price"])) == usdt(expected["order_cost"])
    given, expected, _ = example("funding_amount2")
    assert times_rate(usdt(Decimal(given["size"]) * Decimal(given["mark"])), e12(given["rate"])) == usdt(expected["paid"])
    for name in ("fee_1", "fee_3"):
        given, expected, _ = example(name)
        assert times_rate(usdt(Decimal(given["price"]) * Decimal(given["qty"])), e12(given["fee_rate"])) == usdt(expected["execFee"])
    given, expected, _ = example("closed_pnl_api")
    entry, closed = usdt(given["cumEntryValue"]), usdt(given["cumExitValue"])
    fees = times_rate(entry, e12(given["taker"])) + times_rate(closed, e12(given["taker"]))
    assert closed - entry - fees == usdt(expected["closedPnl"])
