"""The real files of the shared folder are read as what they are; skipped where they are absent."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from shared import shared

from trade.files.importing import ImportRequest, import_files
from trade.market.gaps import find_gaps, missing_bars
from trade.market.names import Kind, Series
from trade.market.store import Store

DATA = shared("data")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no shared/data above, and TRADE_SHARED names none")


def test_a_year_of_spot_minutes_with_its_outage_and_the_funding_of_the_perpetual(load_in, db):
    report = load_in(DATA / "BTCUSDT_spot_1m_2023.parquet", market="spot")
    assert (report.rows_new, report.findings) == (570_160, ())
    assert load_in(DATA / "BTCUSDT_funding_2022_2026.parquet").rows_new == 4604
    store = Store(db)
    start, end = 1_672_531_200_000, 1_704_067_200_000
    history = store.load(store.resolve("BTCUSDT"), start, end, rehash=True)
    [gap] = find_gaps(history.base.ts_open_ms, start, end)
    assert (gap.start_ms, gap.missing_bars) == (1_679_661_600_000, 80)  # 2023-03-24 12:40
    assert len(history.funding) == 1095
    raw = pq.read_table(DATA / "BTCUSDT_spot_1m_2023.parquet", columns=["close"])["close"].to_numpy()[-len(history.base) :]
    assert np.array_equal(history.instrument.grid.to_prices(history.base.close), raw)


def test_the_gappy_year_shows_all_its_holes(load_in, db):
    report = load_in(DATA / "ADAUSDT_perp_1m_gappy.parquet", symbol="ADAUSDT")
    assert str(report.instrument.tick_size) == "0.0001"
    clock = Store(db).rows(report.series, Kind.BARS, 0, 2**60).columns["ts_open_ms"]
    gaps = find_gaps(clock, report.first_ms, report.last_ms + 60_000)
    assert len(gaps) == 524
    assert missing_bars(gaps) == (report.last_ms - report.first_ms) // 60_000 + 1 - 105_076


@pytest.mark.parametrize("symbol", ["BTCUSDT", "SOLUSDT"])
def test_perpetuals_fit_the_packaged_ticks(symbol, load_in, db):
    report = load_in(DATA / f"{symbol}_perp_1m_2025.parquet", symbol=symbol, venue="binance")
    assert report.series == Series("binance", "linear", symbol)
    assert sum(f.data["rows"] for f in report.findings) <= 2
    assert len(find_gaps(Store(db).rows(report.series, Kind.BARS, 0, 2**60).columns["ts_open_ms"], report.first_ms, report.last_ms)) == 0


def test_every_file_is_read_whole_without_a_bad_row(db):
    files = sorted(DATA.glob("*.parquet"))
    market = {path: "spot" if "_spot_" in path.name else "linear" for path in files}
    reports = import_files(db, [ImportRequest(path, path.name.split("_")[0], "binance", market[path], max_bad_frac=0) for path in files])
    assert [report.rows_new for report in reports] == [pq.read_metadata(path).num_rows for path in files]
    assert len(files) == 6
