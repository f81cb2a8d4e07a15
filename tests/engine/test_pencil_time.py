"""Time with a pencil: when orders act, what a gap does, and the order of events inside one bar."""

from __future__ import annotations

from tapes import (
    MINUTE,
    START,
    at,
    equity_usdt,
    exits,
    fixed,
    flat_bars,
    kinds,
    leverage,
    only_trade,
    reasons,
    rejected,
    run,
    stop_points,
    target_points,
    tier,
    usdt,
)


def test_time_5_a_decision_at_a_close_fills_at_the_next_open() -> None:
    trade = only_trade(run(flat_bars(100, 103, 103), {0: "long"}, **fixed(500)))
    assert (trade["entry_price_ticks"], trade["entry_ts_ms"], trade["decision_ts_ms"]) == (103, at(1), at(1))


def test_time_5_a_decision_at_the_last_close_meets_no_bar() -> None:
    outcome = run(flat_bars(100, 100), {1: "long"})
    assert rejected(outcome) == {"no_next_bar": 1}
    assert outcome.tally.entry_attempts == 1
    assert len(outcome.trades) == len(outcome.fills) == 0


def test_rule_5_an_entry_that_is_wanted_while_in_a_position_is_no_entry() -> None:
    outcome = run(flat_bars(100, 100, 100, 100), {0: "long", 1: (0, 1, 0), 2: (0, 2, 0)}, **fixed(500))
    assert kinds(outcome) == ["entry", "exit"]
    assert outcome.tally.entry_attempts == 1


def test_rule_5_an_exit_that_is_wanted_while_flat_does_nothing_later() -> None:
    outcome = run(flat_bars(100, 100, 100, 100), {0: (3, 3, 3), 1: "long"}, **fixed(500))
    assert exits(outcome) == [("end_of_data", 100)]


def test_time_9_the_curve_starts_with_the_initial_equity_and_has_a_point_per_exec_close() -> None:
    outcome = run(flat_bars(100, 100, 101, 102), {0: "long"}, exec_bars=2)
    assert outcome.equity["ts_ms"].tolist() == [START, START + 2 * MINUTE, START + 4 * MINUTE]
    assert equity_usdt(outcome) == [1000, 1000, 1020]
    assert outcome.equity["position_lots"].tolist() == [0, 10, 0]


def test_time_9_the_curve_goes_on_to_the_end_of_an_unfinished_exec_bar() -> None:
    outcome = run(flat_bars(100, 100, 110), {0: "long"}, exec_bars=2)
    assert outcome.equity["ts_ms"].tolist()[-1] == at(4)
    assert equity_usdt(outcome) == [1000, 1000, 1100]


def test_the_low_of_an_exec_bar_is_of_the_closes_inside_it() -> None:
    outcome = run(flat_bars(100, 100, 90, 110, 120, 115), {0: "long"}, exec_bars=2)
    assert (outcome.equity["low_equity_quanta"] / 10**8).tolist() == [1000, 1000, 900, 1150]
    assert equity_usdt(outcome) == [1000, 1000, 1100, 1150]


def test_the_low_of_an_exec_bar_remembers_the_minutes_before_an_entry() -> None:
    outcome = run(flat_bars(100, 100, 110, 120), {1: "long"}, exec_bars=4)
    assert outcome.equity["low_equity_quanta"].tolist() == [usdt(1000), usdt(1000)]


def test_gap_1_a_decision_before_a_gap_meets_the_first_bar_after_it_and_the_row_says_how_late() -> None:
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, missing={1: 7})
    entry = outcome.fills[0]
    assert (entry["ts_ms"], entry["decision_ts_ms"], entry["delay_ms"]) == (at(8), at(1), 7 * MINUTE)


def test_gap_1_an_exit_before_a_gap_is_late_too() -> None:
    outcome = run(flat_bars(100, 100, 90), {0: "long", 1: "exit"}, missing={2: 3})
    assert exits(outcome) == [("signal", 90)]
    assert outcome.fills[1]["delay_ms"] == 3 * MINUTE


def test_gap_1_funding_due_inside_a_gap_is_paid_in_order_at_the_next_bar() -> None:
    due = [(at(4), "0.01"), (at(9), "-0.02")]
    outcome = run(flat_bars(100, 100, 100), {0: "long"}, missing={2: 10}, funding=due, **fixed(500))
    paid = outcome.fills[outcome.fills["kind"] == 3]
    assert paid["ts_ms"].tolist() == [at(4), at(9)]
    assert paid["cash_quanta"].tolist() == [usdt(-5), usdt(10)]
    assert equity_usdt(outcome)[1:3] == [1000, 1000]  # the bars before the gap know nothing of it
    assert equity_usdt(outcome)[-1] == 1005


def test_gap_1_nothing_is_marked_inside_a_gap() -> None:
    outcome = run(flat_bars(100, 100, 150), {0: "long"}, missing={2: 2})
    assert equity_usdt(outcome) == [1000, 1000, 1000, 1000, 1000, 1500]


def test_order_1_funding_is_paid_before_the_exit_at_the_same_open() -> None:
    outcome = run(flat_bars(100, 100, 100, 100), {0: "long", 1: "exit"}, funding=[(at(2), "0.01")])
    assert kinds(outcome) == ["entry", "funding", "exit"]


def test_order_2_an_exit_at_the_open_comes_before_the_range_of_that_bar() -> None:
    bars = [*flat_bars(100, 100), (100, 130, 50, 60)]
    assert exits(run(bars, {0: "long", 1: "exit"}, **stop_points(10), **target_points(10))) == [("signal", 100)]


def test_order_3_a_stop_inside_a_bar_comes_before_the_decision_at_its_close() -> None:
    bars = [*flat_bars(100, 100), (100, 100, 85, 95), *flat_bars(95, 95)]
    outcome = run(bars, {0: "long", 2: "exit"}, **stop_points(10))
    assert exits(outcome) == [("stop_loss", 90)]


def test_order_5_after_a_stop_inside_a_bar_the_next_decision_is_at_that_close() -> None:
    bars = [*flat_bars(100, 100), (100, 100, 85, 95), *flat_bars(95, 95)]
    outcome = run(bars, {0: "long", 2: "short"}, **stop_points(10), **fixed(100))
    assert reasons(outcome) == ["stop_loss", "end_of_data"]
    assert outcome.trades["entry_ts_ms"].tolist() == [at(1), at(3)]


def test_order_4_a_terminal_stop_cancels_the_decisions_of_that_close() -> None:
    bars = flat_bars(100, 100, 80, 80, 80)
    outcome = run(bars, {0: "long", 2: "exit", 3: "long"}, equity_floor_quanta=usdt(900))
    assert reasons(outcome) == ["equity_floor"]


def test_order_4_a_liquidation_comes_before_the_floor_in_the_reason_of_the_stop() -> None:
    bars = [*flat_bars(1000, 1000), (1000, 1000, 900, 900)]
    outcome = run(bars, {0: "long"}, tiers=[tier(10**6, "0.0625")], equity_floor_quanta=usdt(999), **leverage(10), **fixed(1000))
    assert outcome.tally.stop_reason == 1
