"""Which cap is named where two are as tight, or two things changed at once (SIZE-1, FILL-10)."""

from __future__ import annotations

from tapes import at, caps, flat_bars, run, tier, usdt


def test_size_1_of_caps_that_are_as_tight_the_instruments_own_is_named() -> None:
    tape, long = flat_bars(100, 100, 100), {0: "long"}
    assert caps(run(tape, long, max_lots=5, max_notional_quanta=usdt(500)))[0] == "max_qty"
    assert caps(run(tape, long, max_lots=5, tiers=(tier(500, "0.005"),)))[0] == "max_qty"
    assert caps(run(tape, long, max_lots=6, tiers=(tier(500, "0.005"),)))[0] == "tier"
    assert caps(run(tape, long, max_lots=6, max_notional_quanta=usdt(500), tiers=(tier(500, "0.005"),)))[0] == "tier"
    assert caps(run(tape, long, max_lots=6, max_notional_quanta=usdt(500)))[0] == "max_notional"


def test_fill_10_an_order_as_large_as_the_new_maximum_is_cut_by_the_new_step() -> None:
    tape, long = flat_bars(100, 100, 100), {0: "long"}
    for most, cap in ((10, "qty_step"), (9, "max_qty")):
        outcome = run(tape, long, missing={1: 2}, changes=[(at(2), {"quantity_step_lots": 3, "max_lots": most})])
        assert (caps(outcome)[0], outcome.fills[0]["quantity_lots"]) == (cap, 9)
