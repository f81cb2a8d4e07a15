"""Open interest in the store: its grid of five minutes, its file layouts, its view, and its part in a digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from market_tables import BTC, MINUTE_MS, make_bars
from market_tables import JAN_2023_MS as T

from trade.base.errors import Malformed
from trade.files.exporting import ExportRequest, export_series
from trade.files.importing import ImportRequest, import_file
from trade.market.columns import empty
from trade.market.names import Kind
from trade.market.sql import query
from trade.market.store import Store

FIVE_MS = 5 * MINUTE_MS


def held(rows, start_ms=T, name="open_interest"):
    return {"ts_ms": start_ms + FIVE_MS * np.arange(rows), name: 1000.0 + np.arange(rows) / 3}


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_open_interest_comes_back_bit_by_bit(parquet, load_in, db, tmp_path, suffix):
    assert load_in(parquet(held(700))).kind is Kind.OI
    export_series(Store(db), ExportRequest(BTC, Kind.OI, tmp_path / f"out{suffix}"))
    import_file(tmp_path / "two", ImportRequest(tmp_path / f"out{suffix}", "BTCUSDT"))
    one, two = (Store(path).rows(BTC, Kind.OI, 0, 2**60, rehash=True) for path in (db, tmp_path / "two"))
    assert one.digests == two.digests
    assert len(one.columns["open_interest"]) == 700


def test_binances_metrics_are_recognised(load_in, db, tmp_path):
    lines = [
        "create_time,symbol,sum_open_interest,sum_open_interest_value",
        "2023-01-01 00:05:00,BTCUSDT,81234.5,1344.0",
        "2023-01-01 00:10:00,BTCUSDT,81235.5,1345.0",
    ]
    file = tmp_path / "BTCUSDT-metrics-2023-01-01.csv"
    file.write_text("\n".join(lines) + "\n")
    report = load_in(file)
    assert (report.layout, report.kind, report.first_ms) == ("oi", Kind.OI, T + FIVE_MS)
    assert Store(db).rows(BTC, Kind.OI, 0, 2**60).columns["open_interest"].tolist() == [81234.5, 81235.5]


def test_a_column_of_another_name_can_be_named(parquet, load_in):
    columns = {"Time": T + FIVE_MS * np.arange(3), "OI": [1.0, 2.0, 3.0]}
    report = load_in(parquet(columns), columns={"ts": "Time", "open_interest": "OI"})
    assert (report.kind, report.rows_new) == (Kind.OI, 3)


def test_rows_that_cannot_be_are_kept_out(parquet, load_in):
    rows = held(6)
    rows["ts_ms"][1] += MINUTE_MS
    rows["open_interest"][2:5] = np.nan, -1.0, np.inf
    report = load_in(parquet(rows))
    assert (report.rows_new, report.bad) == (2, {"timestamp-off-grid": 1, "not-finite": 2, "open-interest-negative": 1})


def test_another_kind_of_file_is_no_open_interest(parquet, load_in):
    with pytest.raises(Malformed) as refused:
        load_in(parquet(make_bars(9)), kind=Kind.OI)
    assert [finding.code for finding in refused.value.findings] == ["missing-columns"]


def test_it_is_a_view_of_sql(parquet, load_in, db):
    load_in(parquet(held(3)))
    assert query(Store(db), "SELECT count(*), min(open_interest) FROM oi WHERE symbol = 'BTCUSDT'").rows == [(3, 1000.0)]


def test_only_who_asks_for_it_gets_it_and_its_digest(parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    before = Store(db).load(BTC, T, T + 100 * MINUTE_MS)
    load_in(parquet(held(20)))
    store = Store(db)
    assert store.load(BTC, T, T + 100 * MINUTE_MS).digest == before.digest
    asked = store.load(BTC, T, T + 100 * MINUTE_MS, open_interest=True)
    assert asked.open_interest is not None
    assert asked.open_interest.ts_ms.tolist() == [T + FIVE_MS * i for i in range(20)]
    assert asked.digest != before.digest
    assert store.load(BTC, T, T + 100 * MINUTE_MS).open_interest is None


def test_a_store_without_any_has_an_empty_one():
    assert {name: values.dtype.kind for name, values in empty(Kind.OI).items()} == {"ts_ms": "i", "open_interest": "f"}
    assert Store(Path("nowhere")).rows(BTC, Kind.OI, 0, 2**60).columns["ts_ms"].tolist() == []
