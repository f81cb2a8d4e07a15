"""The ledger check over random runs: silent on every true one, and not to be fooled by a changed integer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from generated_runs import case
from hypothesis import given, settings
from hypothesis import strategies as st
from tapes import simulated

from trade.base.records import FillKind, Records
from trade.gates.ledger import Ledger, check_ledger

SEEDS = range(2000)


def books(seed: int) -> Ledger:
    spec, market = case(seed, 120)
    outcome = simulated(spec, market)
    return Ledger(outcome.trades, outcome.fills, outcome.equity.records(), spec.initial_cash_quanta, spec.tick_lot_quanta)


def facts(made: Ledger) -> list[str]:
    found = list(check_ledger(made))
    assert {finding.code for finding in found} <= {"ledger-broken"}
    return [finding.fact for finding in found]


def busy() -> Ledger:
    """A run with several trades, funding and a point while a position is held."""
    for seed in SEEDS:
        made = books(seed)
        held = np.count_nonzero(made.points["position_lots"])
        paid = np.count_nonzero(made.fills["kind"] == int(FillKind.FUNDING))
        slipped = made.trades["slippage_quanta"].any()
        if len(made.trades) > 4 and held > 2 and paid > 1 and slipped and len(np.unique(made.fills["kind"])) == 3:
            return made
    raise AssertionError("no seed gives such a run")


BUSY = busy()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**40))
def test_every_run_keeps_its_own_books(seed: int) -> None:
    assert facts(books(seed)) == []


def changed(table: str, column: str, row: int, by: int) -> Ledger:
    rows = getattr(BUSY, table).copy()
    rows[column][row] += by
    return replace(BUSY, **{table: rows})


UNCOVERED = {
    "trades": {
        "decision_ts_ms", "margin_quanta", "stop_price_ticks", "target_price_ticks", "liquidation_price_ticks",
        "mae_ticks", "mfe_ticks", "bars_held", "exit_reason", "ambiguous",
    },
    "fills": {"price_from", "rule", "on_mark", "bar_ts_open_ms", "decision_ts_ms", "delay_ms", "rate_e12"},
    "points": {"used_margin_quanta", "maintenance_margin_quanta", "low_equity_quanta"},
}  # fmt: skip


def held_row() -> int:
    return int(np.flatnonzero(BUSY.points["position_lots"])[0])


def row_of(table: str) -> int:
    """A row on which every covered column is part of an identity: an entry, a closed trade, a held point."""
    if table == "points":
        return held_row()
    if table == "fills":
        return int(np.flatnonzero(BUSY.fills["kind"] == int(FillKind.ENTRY))[1])
    return 1


COVERED = [
    (table, column)
    for table in UNCOVERED
    for column in getattr(BUSY, table).dtype.names
    if column not in UNCOVERED[table]
]  # fmt: skip


@pytest.mark.parametrize(("table", "column"), COVERED)
@pytest.mark.parametrize("by", [1, -1])
def test_an_integer_that_money_depends_on_cannot_be_changed(table: str, column: str, by: int) -> None:
    step = by * 10**9 if (table, column) == ("points", "ts_ms") else by  # an instant is wrong once it passes another
    assert facts(changed(table, column, row_of(table), step))


def test_only_what_no_identity_covers_is_left_to_the_hashes() -> None:
    silent = {table: set() for table in UNCOVERED}
    for table, columns in UNCOVERED.items():
        for column in columns:
            if not facts(changed(table, column, row_of(table), 1)):
                silent[table].add(column)
    assert silent["trades"] == UNCOVERED["trades"]
    assert silent["fills"] == UNCOVERED["fills"]


@pytest.mark.parametrize("column", ["used_margin_quanta", "maintenance_margin_quanta", "notional_quanta", "cash_quanta", "equity_quanta"])
def test_while_flat_nothing_is_used(column: str) -> None:
    flat = int(np.flatnonzero(BUSY.points["position_lots"] == 0)[1])
    assert facts(changed("points", column, flat, 1))


def test_the_lowest_equity_of_a_bar_is_not_above_its_last() -> None:
    low = changed("points", "low_equity_quanta", held_row(), 10**15)
    assert facts(low) == ["lowest equity of a bar <= its last does not hold in 1 rows, first in row " + str(held_row())]


def dropped(table: str, row: int) -> Ledger:
    return replace(BUSY, **{table: np.delete(getattr(BUSY, table), row)})


@pytest.mark.parametrize("row", [0, -1])
@pytest.mark.parametrize("table", ["trades", "fills"])
def test_a_lost_row_is_noticed(table: str, row: int) -> None:
    assert facts(replace(BUSY, **{table: np.delete(getattr(BUSY, table), row)}))


@pytest.mark.parametrize("trade", [-1, 10**6])
def test_a_fill_of_no_trade_and_an_empty_curve_are_refused_without_a_crash(trade: int) -> None:
    rows = BUSY.fills.copy()
    rows["trade"][0] = trade
    assert facts(replace(BUSY, fills=rows)) == ["the curve has no point, or a fill names a trade that is not there"]
    assert facts(replace(BUSY, points=BUSY.points[:0]))


def test_swapped_amounts_that_leave_every_sum_alone_are_noticed() -> None:
    rows: Records = BUSY.trades.copy()
    rows["net_quanta"][0] += 5
    rows["net_quanta"][1] -= 5
    assert any("trade.net = gross - fees + funding" in fact for fact in facts(replace(BUSY, trades=rows)))
    fills: Any = BUSY.fills.copy()
    first, second = (int(np.flatnonzero(fills["trade"] == trade)[0]) for trade in (0, 1))
    fills["fee_quanta"][first] += 5
    fills["fee_quanta"][second] -= 5
    assert any("fees of the fills = trade.fees" in fact for fact in facts(replace(BUSY, fills=fills)))


def test_cash_that_moved_away_and_came_back_is_noticed() -> None:
    rows = BUSY.points.copy()
    row = int(np.flatnonzero(rows["position_lots"] == 0)[2])
    for column in ("cash_quanta", "equity_quanta"):
        rows[column][row] += 7
    assert "the cash of the curve takes a step that no fill made" in facts(replace(BUSY, points=rows))


def test_a_run_without_trades_has_books_too() -> None:
    empty = replace(BUSY, trades=BUSY.trades[:0], fills=BUSY.fills[:0], points=BUSY.points[:1])
    assert facts(empty) == []
    assert facts(replace(empty, initial_quanta=empty.initial_quanta + 1))
