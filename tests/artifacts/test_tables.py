"""Trades, fills and equity on disk: what is read back is what was written, and the readable columns say the same."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_folders import COIN, LABEL, RUN_ID, empty, finished

from trade.artifacts.tables import FILLS, POINTS, TABLES, TRADES, Label, Table
from trade.base.instrument import Grid
from trade.base.records import FILL, NO_PRICE, TRADE, Cap, ExitReason, FillKind, PriceFrom, Rule

FINE = Grid(Decimal("0.1"), Decimal("0.001"))


def rows_of(table: Table, result: Any) -> Any:
    return {"trades": result.trades, "fills": result.fills, "equity": result.equity.records()}[table.name]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("result", [finished(), empty()], ids=["run", "empty"])
def test_what_is_read_is_what_was_written(table: Table, result: Any, tmp_path: Path) -> None:
    rows = rows_of(table, result)
    table.write(tmp_path, rows, COIN.grid, LABEL)
    back = table.read(tmp_path)
    assert back.dtype == table.dtype
    assert back.tobytes() == np.ascontiguousarray(rows).tobytes()
    assert table.hash(back) == table.hash(rows)
    assert table.is_written(tmp_path, rows, COIN.grid, LABEL)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_equal_rows_give_equal_bytes(table: Table, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        table.write(tmp_path / name, rows_of(table, finished()).copy(), COIN.grid, LABEL)
    assert (tmp_path / "a" / table.file).read_bytes() == (tmp_path / "b" / table.file).read_bytes()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_empty_table_keeps_its_schema(table: Table, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    table.write(tmp_path / "full", rows_of(table, finished()), COIN.grid, LABEL)
    table.write(tmp_path, np.zeros(0, table.dtype), COIN.grid, LABEL)
    assert pq.read_schema(tmp_path / table.file) == pq.read_schema(tmp_path / "full" / table.file)
    assert len(table.read(tmp_path)) == 0
    assert table.hash(table.read(tmp_path)) != table.hash(np.zeros(1, table.dtype))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 40))
def test_any_integers_come_back(seed: int, count: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = np.random.default_rng(seed)
    rows = np.zeros(count, TRADE)
    for name in TRADE.names or ():
        rows[name] = rng.integers(-(2**40), 2**40, count)
    rows["exit_ts_ms"] = rng.integers(-(2**63), 2**63 - 1, count)
    rows["side"], rows["exit_reason"] = rng.choice([1, -1], count), rng.integers(1, 9, count)
    folder = tmp_path_factory.mktemp("table")
    TRADES.write(folder, rows, FINE, LABEL)
    assert TRADES.read(folder).tobytes() == rows.tobytes()


def test_only_integers_are_hashed_and_every_one_of_them() -> None:
    rows = finished().fills
    assert FILLS.hash(rows) == FILLS.hash(rows.copy())
    for name in FILLS.integer_columns:
        other = rows.copy()
        other[name][0] += 1
        assert FILLS.hash(other) != FILLS.hash(rows), name
    assert FILLS.hash(rows[::-1]) != FILLS.hash(rows)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_files_of_several_runs_are_one_table_of_labelled_rows(table: Table, tmp_path: Path) -> None:
    rows = rows_of(table, finished())
    labels = [LABEL, Label("ba9876543210", "other", "paper:linear:COIN")]
    for label in labels:
        (tmp_path / label.run_id).mkdir()
        table.write(tmp_path / label.run_id, rows, COIN.grid, label)
    found = duckdb.sql(f"SELECT run_id, play, symbol, count(*) FROM '{tmp_path}/*/{table.file}' GROUP BY ALL ORDER BY play")
    assert found.fetchall() == [(*astuple(label), len(rows)) for label in labels]
    assert not table.is_written(tmp_path / RUN_ID, rows, COIN.grid, labels[1])


def test_the_label_of_more_rows_than_one_group_holds_is_read_back(tmp_path: Path) -> None:
    rows = np.zeros((1 << 20) + 2, POINTS.dtype)
    POINTS.write(tmp_path, rows, COIN.grid, LABEL)
    assert POINTS.is_written(tmp_path, rows, COIN.grid, LABEL)


def one(dtype: np.dtype[Any], **values: int) -> Any:
    row = np.zeros(1, dtype)
    for name, value in values.items():
        row[name] = value
    return row


def shown(table: Table, rows: Any, folder: Path, grid: Grid = FINE) -> dict[str, Any]:
    table.write(folder, rows, grid, LABEL)
    (row,) = pq.read_table(folder / table.file).to_pylist()
    return {name: row[name] for name in table.readable}


def test_a_trade_reads_as_a_trader_writes_it(tmp_path: Path) -> None:
    row = one(
        TRADE,
        side=-1,
        decision_ts_ms=1_672_531_200_000,
        entry_ts_ms=1_672_531_260_000,
        exit_ts_ms=1_672_531_320_123,
        entry_price_ticks=300_001,
        exit_price_ticks=299_999,
        quantity_lots=1234,
        entry_value_quanta=37_020_123_400_001,
        margin_quanta=18_510_061_700_000,
        slippage_quanta=50,
        mae_ticks=3_000,
        mfe_ticks=150,
        stop_price_ticks=NO_PRICE,
        target_price_ticks=1,
        liquidation_price_ticks=0,
        gross_quanta=-1,
        fees_quanta=3,
        net_quanta=-123_456_789_012_345_678,
        exit_reason=int(ExitReason.MAX_DRAWDOWN),
    )
    assert shown(TRADES, row, tmp_path) == {
        "direction": "short",
        "decision_time": datetime(2023, 1, 1, 0, 0, tzinfo=UTC),
        "entry_time": datetime(2023, 1, 1, 0, 1, tzinfo=UTC),
        "exit_time": datetime(2023, 1, 1, 0, 2, 0, 123_000, tzinfo=UTC),
        "entry_price": 30000.1,
        "exit_price": 29999.9,
        "quantity": 1.234,
        "entry_value_usdt": 370201.23400001,
        "stop_price": None,
        "target_price": 0.1,
        "liquidation_price": 0.0,
        "margin_usdt": 185100.617,
        "leverage": pytest.approx(2.0, rel=1e-12),
        "gross_usdt": -1e-08,
        "slippage_usdt": 5e-07,
        "fees_usdt": 3e-08,
        "funding_usdt": 0.0,
        "net_usdt": -1234567890.1234567,
        "return_pct": pytest.approx(-100 * 1234567890.12345678 / 370201.23400001, rel=1e-12),
        "mae_pct": pytest.approx(100 * 3000 / 300001, rel=1e-12),
        "mfe_pct": pytest.approx(100 * 150 / 300001, rel=1e-12),
        "exit_reason_word": "max_drawdown",
    }


def test_a_fill_reads_as_a_trader_writes_it(tmp_path: Path) -> None:
    row = one(
        FILL,
        kind=int(FillKind.LIQUIDATION),
        price_ticks=5,
        quantity_lots=7,
        fee_quanta=8,
        cash_quanta=-9,
        price_from=int(PriceFrom.BANKRUPTCY),
        rule=int(Rule.LIQ_1),
    )
    assert shown(FILLS, row, tmp_path) == {
        "time": datetime(1970, 1, 1, tzinfo=UTC),
        "kind_word": "liquidation",
        "price": 0.5,
        "quantity": 0.007,
        "fee_usdt": 8e-08,
        "cash_usdt": -9e-08,
        "price_from_word": "bankruptcy",
        "rule_word": "LIQ-1",
        "cap_word": "none",
    }


def test_a_point_reads_as_a_trader_writes_it(tmp_path: Path) -> None:
    points = finished().equity[:1]
    told = shown(POINTS, points, tmp_path)
    assert told["time"] - datetime(2026, 1, 1, tzinfo=UTC) == timedelta(0)
    assert told["equity_usdt"] == 1000.0


@settings(max_examples=200)
@given(st.integers(-(2**52), 2**52))
def test_money_is_the_double_nearest_to_its_decimal(quanta: int) -> None:
    column = POINTS.readable["equity_usdt"](one(POINTS.dtype, equity_quanta=quanta), FINE)
    assert column.to_pylist() == [float(Decimal(quanta) / 10**8)]


def test_every_code_has_a_word_in_the_file(tmp_path: Path) -> None:
    for word in ExitReason:
        assert shown(TRADES, one(TRADE, side=1, exit_reason=int(word)), tmp_path)["exit_reason_word"] == word.name.lower()
    for rule in Rule:
        row = one(FILL, kind=1, price_from=1, rule=int(rule))
        assert shown(FILLS, row, tmp_path)["rule_word"] == rule.name.replace("_", "-")
    for cap in Cap:
        row = one(FILL, kind=1, price_from=1, rule=1, cap=int(cap))
        assert shown(FILLS, row, tmp_path)["cap_word"] == cap.name.lower()


def test_a_readable_column_that_says_something_else_is_told_apart(tmp_path: Path) -> None:
    TRADES.write(tmp_path, finished().trades, COIN.grid, LABEL)
    table = pq.read_table(tmp_path / TRADES.file)
    at = table.schema.get_field_index("net_usdt")
    table = table.set_column(at, "net_usdt", pa.array([1e6] * len(table)))
    pq.write_table(table, tmp_path / TRADES.file)
    assert TRADES.hash(TRADES.read(tmp_path)) == TRADES.hash(finished().trades)
    assert not TRADES.is_written(tmp_path, finished().trades, COIN.grid, LABEL)


def test_the_curve_reads_with_its_drawdown_from_the_highest_point_so_far(tmp_path: Path) -> None:
    rows = np.zeros(4, POINTS.dtype)
    rows["equity_quanta"] = [1000, 1200, 900, 1200]
    rows["cash_quanta"], rows["notional_quanta"], rows["position_lots"] = 900, 500, [-1234, 0, 0, 0]
    POINTS.write(tmp_path, rows, FINE, LABEL)
    table = pq.read_table(tmp_path / POINTS.file)
    assert table["drawdown_pct"].to_pylist() == [0.0, 0.0, 25.0, 0.0]
    assert table["position_quantity"].to_pylist() == [-1.234, 0.0, 0.0, 0.0]
    assert (table["cash_usdt"][0].as_py(), table["notional_usdt"][0].as_py()) == (900 / FINE.quanta_per_unit, 500 / FINE.quanta_per_unit)
