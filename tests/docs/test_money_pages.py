"""The worked numbers of `docs/margin.md` and `docs/money.md`, computed again: by the printed formulas, and by the simulator."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from page_tables import table_with
from tapes import e12, equity_pct, fixed, leverage, record, risk_pct, slippage, spec, taker, tier, tiers_of, usdt

from trade.sim.margin import liquidation_price, posted_margin, tier_of
from trade.sim.money import times_rate
from trade.sim.prices import slipped
from trade.sim.sizing import affordable_lots, asked_lots, order_cost

DOCS = Path(__file__).parents[2] / "docs"
MARGIN = (DOCS / "margin.md").read_text(encoding="utf-8")
MONEY = (DOCS / "money.md").read_text(encoding="utf-8")
F = Decimal("0.00055")
NEW_MS, OLD_MS = 1_767_225_600_000, 1_735_689_600_000
NOW = table_with(MARGIN, "posted at entry", "liquidation")
BEFORE = table_with(MARGIN, "liquidation, opened before")
SIZES = table_with(MONEY, "sizing", "quantity")


def printed(row: dict[str, str], name: str) -> Decimal:
    return Decimal(row[name].replace(",", ""))


def simulated(row: dict[str, str], opened_ms: int, deduction: str) -> Decimal:
    """Return the simulator's liquidation price on a tick of 0.01."""
    own = record(spec(tick_lot_quanta=10**6, **leverage(row["L"]), **taker(str(F))))
    side, lots = (1 if row["side"] == "long" else -1), int(row["Q"])
    value = usdt(row["E"]) * lots
    posted = posted_margin(own, side, value) + usdt(row["X"])
    tiers = tiers_of(tier(10**9, str(printed(row, "MMR %") / 100), 100, deduction))
    ticks = liquidation_price(own, tiers, tier_of(tiers, opened_ms, value), opened_ms, side, lots, value, posted)
    return Decimal(int(ticks)) / 100


@pytest.mark.parametrize("row", NOW, ids=str)
def test_the_formulas_give_the_printed_numbers(row: dict[str, str]) -> None:
    side = 1 if row["side"] == "long" else -1
    entry, quantity, times, added, deduction = (printed(row, name) for name in ("E", "Q", "L", "X", "D"))
    mmr = printed(row, "MMR %") / 100
    fee = quantity * entry * (1 - side / times) * F
    assert quantity * entry / times + fee == printed(row, "posted at entry")
    assert quantity * entry * mmr - deduction + fee == printed(row, "maintenance at E")
    extra = added / (1 - side * F)
    liquidation = (quantity * entry - side * (quantity * entry / times + extra + deduction)) / (quantity - side * quantity * mmr)
    places = Decimal("1e-8") if "." in row["liquidation"] and len(row["liquidation"]) > 9 else Decimal("0.01")
    assert liquidation.quantize(places) == printed(row, "liquidation").quantize(places)
    assert (entry * (1 - side / times) - side * extra / quantity).quantize(Decimal("1e-8")) == printed(row, "bankruptcy")


@pytest.mark.parametrize("row", NOW, ids=str)
def test_the_simulator_liquidates_at_the_printed_price_or_the_tick_beside_it(row: dict[str, str]) -> None:
    assert abs(simulated(row, NEW_MS, row["D"]) - printed(row, "liquidation")) <= Decimal("0.01")


@pytest.mark.parametrize("row", BEFORE, ids=str)
def test_a_position_from_before_the_change_is_liquidated_at_the_printed_price(row: dict[str, str]) -> None:
    assert simulated(row, OLD_MS, "0") == printed(row, "liquidation, opened before")


def test_the_printed_order_costs() -> None:
    own = record(spec(**leverage(10), **taker(str(F))))
    assert (order_cost(own, 1, usdt(50000)), order_cost(own, -1, usdt(50000))) == (usdt("5052.25"), usdt("5057.75"))


def test_the_printed_roundings() -> None:
    rows = table_with(MONEY, "amount (quanta)", "rounded")
    assert [times_rate(int(printed(row, "amount (quanta)")), e12(row["times rate"])) for row in rows] == [
        int(row["rounded"]) for row in rows
    ]


MODELS: dict[str, tuple[dict[str, Any], int]] = {  # the model, and the stop in ticks
    "`percent_equity` 50": (equity_pct(50), -1),
    "`percent_equity` 100": (equity_pct(100), -1),
    "`risk_based` 1, stop 29,706.0": (risk_pct(1), 297060),
    "`fixed_usdt` 2000": (fixed(2000), -1),
}


@pytest.mark.parametrize("row", SIZES, ids=str)
def test_the_printed_sizes(row: dict[str, str]) -> None:
    model, stop = MODELS[row["sizing"]]
    own = record(spec(tick_lot_quanta=10**4, exact_lots=10**9, **leverage(row["leverage"]), **taker(str(F)), **slippage("2"), **model))
    cash, price = usdt(10000), slipped(own, 300_000, 1)
    assert price == 300_060
    lots = affordable_lots(own, 1, price, cash, asked_lots(own, cash, price, stop))
    assert Decimal(int(lots)) / 1000 == printed(row, "quantity")
    value = lots * price * 10**4
    assert (value, order_cost(own, 1, value)) == (usdt(printed(row, "notional")), usdt(printed(row, "cost")))


def test_the_printed_slippage_fee_and_funding() -> None:
    own = record(spec(tick_lot_quanta=10**4, **taker(str(F)), **slippage("2")))
    assert (slipped(own, 300_005, 1), slipped(own, 300_005, -1)) == (300_066, 299_944)
    assert times_rate(499 * 300_060 * 10**4, own.taker_e12) == usdt("8.2351467")
    assert times_rate(500 * 300_000 * 10**4, e12("0.0001")) == usdt("1.5")
