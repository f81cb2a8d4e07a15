"""The one conversion from decimals to the simulator's integers: exact, or refused (MONEY-1)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tapes import record
from term_plays import D, instrument, play, spec_of

from trade.base.errors import Refused
from trade.base.instrument import Grid
from trade.base.timeframe import MINUTE_MS
from trade.engine.limits import check_after, exact_lots
from trade.engine.simulate import Outcome, simulate
from trade.engine.tape import DECISION, Points, Tape
from trade.engine.terms import make_specs, position_leverage, steepest_mmr, tier_rows, venue_lots
from trade.sim import spec as terms
from trade.sim.money import LIMIT_QUANTA
from trade.sim.payment import PAYMENT
from trade.sim.prices import stop_distance, target_distance
from trade.sim.spec import rules_of

E12 = 10**12


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {finding.code for finding in refused.value.findings}


def test_rates_keep_every_decimal_a_play_can_hold() -> None:
    spec = spec_of(play(taker_bps="5.50000001", maker_bps="0.00000001", slippage_bps="1.23456", max_drawdown_pct="20.00000001"))
    assert Fraction(spec.taker_e12, E12) == Fraction("5.50000001") / 10_000
    assert Fraction(spec.maker_e12, E12) == Fraction("0.00000001") / 10_000
    assert Fraction(spec.slippage_e9, 10**9) == Fraction("1.23456") / 10_000
    assert Fraction(spec.max_drawdown_e12, E12) == Fraction("20.00000001") / 100


def test_money_keeps_every_decimal_a_play_can_hold() -> None:
    spec = spec_of(play(starting_equity_usdt="1234.56789012", equity_floor_usdt="0.00000001", max_notional_usdt="77.5"))
    assert (spec.initial_cash_quanta, spec.equity_floor_quanta, spec.max_notional_quanta) == (123_456_789_012, 1, 7_750_000_000)
    assert spec_of(play()).max_notional_quanta == 0


def test_a_slippage_finer_than_the_simulator_moves_prices_is_refused_not_rounded() -> None:
    with pytest.raises(Refused, match=r"'2\.123456' bps has more than '5' decimals") as refused:
        spec_of(play(slippage_bps="2.123456"))
    assert codes(refused) == {"too-many-decimals"}


@pytest.mark.parametrize(("sizing", "account", "used"), [("200", "1.43", "1.43"), ("2.57", "3", "2.57"), ("1", "1", "1")])
def test_size_2_positions_use_the_smaller_leverage(sizing: str, account: str, used: str) -> None:
    made = play(sizing=("percent_equity", "100", sizing), max_leverage=account)
    assert position_leverage(made) == D(used)
    assert Fraction(spec_of(made).leverage_e2, 100) == Fraction(used)


@settings(max_examples=100, deadline=None)
@given(
    pct=st.decimals("0.00000001", "100", places=8),
    leverage=st.sampled_from(["1", "1.43", "2.57", "3", "7.77", "200"]),
    basis=st.sampled_from(["margin", "price"]),
    ticks=st.integers(1, 10**6),
)
def test_a_stop_in_percent_is_an_exact_fraction_of_the_price(pct: Decimal, leverage: str, basis: str, ticks: int) -> None:
    spec = spec_of(play(stop=("percent", str(pct)), max_leverage=leverage, basis=basis))
    exact = Fraction(pct) / 100 / (Fraction(leverage) if basis == "margin" else 1)
    assert Fraction(spec.stop_num, spec.stop_den) == exact
    assert stop_distance(record(spec), ticks, 0) == ticks * exact // 1  # FILL-5: nearer the entry


def test_fixed_points_off_the_tick_are_rounded_by_the_fill_rule_and_not_before() -> None:
    spec = spec_of(play(stop=("fixed_points", "1.2345678"), target=("fixed_points", "2.51")), instrument("0.5"))
    assert Fraction(spec.stop_num, spec.stop_den) == Fraction("1.2345678") / Fraction("0.5")
    assert Fraction(spec.target_num, spec.target_den) == Fraction("5.02")
    assert stop_distance(record(spec), 1000, 0) == 2  # 2.469 ticks, nearer the entry
    assert target_distance(record(spec), 1000, 2, 0) == 6  # farther from it


def test_a_target_by_ratio_is_a_multiple_of_the_stop_distance() -> None:
    spec = spec_of(play(stop=("percent", "2"), target=("rr_ratio", "1.50000001")))
    assert Fraction(spec.target_num, spec.target_den) == Fraction("1.50000001")
    assert target_distance(record(spec), 10_000, stop_distance(record(spec), 10_000, 0), 0) == 301
    assert (spec.stop_kind, spec.target_kind) == (terms.STOP_FRACTION, terms.TARGET_RATIO)


def test_words_become_codes() -> None:
    made = play(
        stop=("fixed_points", "5"),
        target=("percent", "4"),
        target_type="Limit",
        sizing=("risk_based", "1.5", "3"),
        mode="short_only",
        execution=("path", "through", "signal", "continue"),
        on_sl_beyond_liq="adjust",
        max_leverage="3",
    )
    spec = spec_of(made)
    assert (spec.intrabar, spec.limit_through, spec.anchor_signal, spec.stop_on_liquidation) == (terms.PATH, 1, 1, 0)
    assert (spec.size_model, spec.size_e12, spec.size_quanta) == (terms.SIZE_RISK, 15 * 10**9, 0)
    assert (spec.may_long, spec.may_short, spec.target_is_limit, spec.beyond_liquidation) == (0, 1, 1, terms.BEYOND_ADJUST)
    plain = spec_of(play())
    assert (plain.stop_kind, plain.target_kind, plain.may_long, plain.may_short, plain.stop_on_liquidation) == (0, 0, 1, 1, 1)
    fixed = spec_of(play(sizing=("fixed_usdt", "250.5", "1")))
    assert (fixed.size_model, fixed.size_e12, fixed.size_quanta) == (terms.SIZE_FIXED, 0, 25_050_000_000)


def test_a_market_without_a_maximum_takes_what_is_exact_and_no_more() -> None:
    unlimited = instrument("0.0000001", "1", max_qty=None)
    frictionless = play(slippage_bps="0")
    (spec,) = make_specs(frictionless, unlimited, has_mark=False, highest_ticks=79)
    exact = exact_lots(spec, 79, Fraction("0.01"))
    assert (spec.max_lots, spec.exact_lots, venue_lots(unlimited)) == (exact, exact, (None,))
    assert spec.max_lots * 79 * spec.tick_lot_quanta <= LIMIT_QUANTA
    assert spec.max_lots > 10**15  # over 7,900,000,000 USDT of it
    (bound,) = make_specs(frictionless, instrument("0.0000001", "1", max_qty=D(10**9)), has_mark=False, highest_ticks=79)
    assert (bound.max_lots, bound.exact_lots) == (10**9, exact)


def test_fill_10_a_minimum_off_the_step_is_the_next_whole_lot_and_a_maximum_the_last() -> None:
    spec = spec_of(play(), instrument(step="0.003", min_qty=D("0.01"), max_qty=D("0.1")))
    assert (spec.min_lots, spec.max_lots) == (4, 33)
    assert spec_of(play(), instrument(min_qty=D(0))).min_lots == 1


def test_the_larger_minimum_notional_counts() -> None:
    assert spec_of(play(min_trade_notional_usdt="3")).min_notional_quanta == 5 * 10**8
    assert spec_of(play(min_trade_notional_usdt="30")).min_notional_quanta == 30 * 10**8


@pytest.mark.parametrize(("tick", "step"), [("0.0000001", "1"), ("0.0000001", "0.01"), ("0.00005", "0.00001"), ("2.5", "1000")])
def test_tiny_ticks_get_quanta_that_hold_them(tick: str, step: str) -> None:
    grid = Grid(D(tick), D(step))
    spec = spec_of(play(), instrument(tick, step), highest_ticks=1000)
    assert spec.tick_lot_quanta >= 1
    assert Fraction(spec.tick_lot_quanta, grid.quanta_per_unit) == Fraction(tick) * Fraction(step)
    assert spec.initial_cash_quanta == 10_000 * grid.quanta_per_unit


def test_tier_rows_are_sorted_by_date_and_limit_in_quanta() -> None:
    rows = tier_rows(play(), instrument())
    assert rows.tolist() == [
        (0, 2 * 10**14, 5 * 10**9, 10_000, 0),
        (0, 10**15, 10**10, 5714, 10**12),
    ]


def test_an_own_maintenance_rate_replaces_the_table_without_any_limit() -> None:
    made = play(maintenance_margin_rate="0.0125", mm_deduction_usdt="3.5")
    (row,) = tier_rows(made, instrument()).tolist()
    assert row == (0, LIMIT_QUANTA - 1, 125 * 10**8, 10**8, 350_000_000)
    assert steepest_mmr(made, instrument()) == Fraction("0.0125")
    assert steepest_mmr(play(), instrument()) == Fraction("0.01")


def test_no_tiers_and_no_rate_of_its_own_is_refused_with_the_way_out() -> None:
    bare = instrument(tier_tables=())
    with pytest.raises(Refused, match="has no margin tiers") as refused:
        tier_rows(play(), bare)
    assert "account.maintenance_margin_rate" in refused.value.findings[0].hint
    assert len(tier_rows(play(maintenance_margin_rate="0.01"), bare)) == 1


def test_limits_that_no_position_can_reach_are_carried_as_the_largest_number() -> None:
    fine = instrument("0.0000001", "0.00000001")  # quanta of 1e-15
    made = play(starting_equity_usdt="100", max_notional_usdt="1000000000000", sizing=("fixed_usdt", "1000000", "1"))
    spec = spec_of(made, fine, highest_ticks=1000)
    assert spec.max_notional_quanta == spec.size_quanta == LIMIT_QUANTA - 1
    assert tier_rows(made, fine).tolist() == [(0, LIMIT_QUANTA - 1, 5 * 10**9, 10_000, 0)]  # no position leaves the first tier


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "equity": ({"starting_equity_usdt": "1000000000000"}, {}, 1000),
    "equity times leverage": ({"starting_equity_usdt": "1000000000", "max_leverage": "100"}, {}, 1000),
    "floor": ({"equity_floor_usdt": "1000000000000"}, {}, 1000),
    "minimum": ({"min_trade_notional_usdt": "1000000000000"}, {}, 1000),
    "minimum at a low leverage": ({"min_trade_notional_usdt": "1000000000", "max_leverage": "0.01"}, {}, 1000),
    "price": ({}, {"tick": "100", "step": "1000000"}, 10**8),
    "stop points": ({"stop": ("fixed_points", "1000000000000")}, {"tick": "0.0000001", "step": "1"}, 10**6),
    "stop": ({"stop": ("percent", "1.2345678"), "max_leverage": "2.57"}, {}, 10**12),
    "target points": ({"target": ("fixed_points", "1000000000000")}, {"tick": "0.0000001", "step": "1"}, 10**6),
    "ratio of a far stop": ({"stop": ("fixed_points", "100000000"), "target": ("rr_ratio", "1.23456789")}, {"tick": "0.001"}, 10**6),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_64_bits_is_refused_before_the_run(case: str) -> None:
    made, on, highest = REFUSED[case]
    with pytest.raises(Refused, match="does not fit exact 64-bit") as refused:
        spec_of(play(**made), instrument(**on), highest)
    assert codes(refused) == {"number-too-large"}


def test_an_absurd_deduction_is_refused() -> None:
    with pytest.raises(Refused, match="'1000000000000' USDT does not fit"):
        tier_rows(play(maintenance_margin_rate="0.01", mm_deduction_usdt="1000000000000"), instrument())


def test_awkward_decimals_of_an_ordinary_run_are_accepted() -> None:
    made = play(stop=("percent", "1.2345678"), target=("rr_ratio", "3.3333333"), max_leverage="2.57", slippage_bps="99.99999")
    spec = spec_of(made, highest_ticks=2_000_000)
    assert Fraction(spec.stop_num, spec.stop_den) == Fraction("1.2345678") / 257


# one price, one entry: what the loop makes of the largest numbers that pass


def one_entry(made: Any, on: Any, prices: list[int], side: int) -> tuple[Any, Outcome]:
    n = len(prices)
    closes = np.array(prices, np.int64)
    ts = np.arange(n, dtype=np.int64) * MINUTE_MS + terms.MARK_MARGIN_FROM_MS
    tape = Tape(ts, *([closes] * 8), MINUTE_MS)
    points = Points(np.concatenate((ts[:1], ts + MINUTE_MS)), np.arange(-1, n))
    decisions = np.array([(0, ts[0] + MINUTE_MS, side, 0, 0, -1, -1, -1)], DECISION)
    spec = spec_of(made, on, max(prices))
    return spec, simulate(rules_of([spec]), tier_rows(made, on), tape, np.empty(0, PAYMENT), points, decisions, np.full(n + 1, -1))


LARGE = st.fixed_dictionaries(
    {
        "equity": st.sampled_from(["10", "1000000", "30000000000"]),
        "leverage": st.sampled_from(["0.01", "0.5", "1", "2.57", "100", "200"]),
        "rate": st.sampled_from(["0", "0.005", "0.9", "0.99"]),
        "slippage": st.sampled_from(["0", "99.99999"]),
        "stop": st.sampled_from([None, ("percent", "100"), ("percent", "1.2345678"), ("fixed_points", "50")]),
        "sizing": st.sampled_from([("percent_equity", "100"), ("fixed_usdt", "1000000000000"), ("risk_based", "100")]),
        "grid": st.sampled_from([("0.1", "0.001"), ("0.0000001", "0.01"), ("1", "1000")]),
        "prices": st.lists(st.integers(1, 2_000_000), min_size=3, max_size=3),
        "side": st.sampled_from([1, 2]),
    }
)


@settings(max_examples=150, deadline=None)
@given(case=LARGE)
def test_what_passes_never_wraps_inside_the_simulator(case: dict[str, Any]) -> None:
    model = case["sizing"] if case["stop"] or case["sizing"][0] != "risk_based" else ("percent_equity", "100")
    made = play(
        stop=case["stop"],
        sizing=(*model, "200"),
        basis="price",
        starting_equity_usdt=case["equity"],
        max_leverage=case["leverage"],
        maintenance_margin_rate=case["rate"],
        slippage_bps=case["slippage"],
        on_sl_beyond_liq="warn",
    )
    on = instrument(*case["grid"], max_qty=D(10) ** 12)
    try:
        spec, outcome = one_entry(made, on, case["prices"], case["side"])
    except Refused:
        return
    cash = spec.initial_cash_quanta
    for trade in outcome.trades.tolist():
        row = dict(zip(outcome.trades.dtype.names, trade, strict=True))
        value = row["entry_price_ticks"] * row["quantity_lots"] * spec.tick_lot_quanta  # Python integers do not wrap
        assert row["entry_value_quanta"] == value < LIMIT_QUANTA
        assert 0 < row["margin_quanta"] <= cash
        assert abs(row["margin_quanta"] * Fraction(spec.leverage_e2, 100) - value) <= Fraction(value, 100) * max(spec.leverage_e2 // 100, 2)
        assert abs(row["gross_quanta"]) < LIMIT_QUANTA
        assert row["net_quanta"] == row["gross_quanta"] - row["fees_quanta"]
        assert row["liquidation_price_ticks"] >= 0
        if row["exit_reason"] != 4:
            left = row["exit_price_ticks"] * row["quantity_lots"] * spec.tick_lot_quanta
            assert row["gross_quanta"] == row["side"] * (left - value)


def test_an_account_that_grows_out_of_exact_arithmetic_is_refused_after_the_run() -> None:
    made = play(starting_equity_usdt="1000000", max_leverage="100", taker_bps="0", slippage_bps="0", maintenance_margin_rate="0.001")
    spec, outcome = one_entry(made, instrument(max_qty=D(10) ** 9), [100_000, 100_000, 1_500_000], 1)
    assert outcome.trades["net_quanta"][0] == 14 * 10**6 * 100 * 10**8
    assert check_after(replace(spec, leverage_e2=100), outcome, rules_of([spec]), [10**12]) is None
    with pytest.raises(Refused, match="grown equity"):
        check_after(spec, outcome, rules_of([spec]), [10**12])


def test_an_order_that_only_exact_arithmetic_limits_is_refused_after_the_run() -> None:
    on = instrument("0.0000001", "0.000001", max_qty=D(10) ** 12)
    made = play(starting_equity_usdt="300000", slippage_bps="0", taker_bps="0", max_leverage="1", maintenance_margin_rate="0.001")
    spec, outcome = one_entry(made, on, [2 * 10**9, 2 * 10**9, 2 * 10**9], 1)
    assert outcome.trades["quantity_lots"][0] == spec.max_lots == exact_lots(spec, 2 * 10**9, Fraction("0.001"))
    with pytest.raises(Refused, match="largest order"):
        check_after(spec, outcome, rules_of([spec]), [10**18])
    with pytest.raises(Refused, match="largest order"):
        check_after(spec, outcome, rules_of([spec]), [None])
    assert check_after(spec, outcome, rules_of([spec]), [spec.max_lots]) is None  # the venue's own limit is no fault


@pytest.mark.parametrize(
    ("options", "highest"),
    [
        ({"offset_kind": terms.OFFSET_POINTS, "offset_num": 500, "offset_den": 1}, 1_500),
        ({"offset_kind": terms.OFFSET_FRACTION, "offset_num": 1, "offset_den": 4}, 1_250),
        ({"offset_kind": terms.OFFSET_MEASURED}, 3_000),
    ],
)
def test_the_exact_lots_have_room_for_an_entry_that_waits_above_the_highest_price(options: dict[str, int], highest: int) -> None:
    waits = replace(spec_of(play(max_leverage="1")), size_model=terms.SIZE_FIXED, slippage_e9=0, **options)
    assert exact_lots(waits, 1_000, Fraction(0)) == exact_lots(
        replace(waits, offset_kind=terms.OFFSET_POINTS, offset_num=0), highest, Fraction(0)
    )
