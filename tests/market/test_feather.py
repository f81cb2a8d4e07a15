"""Feather files, freqtrade's own among them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from market_tables import JAN_2023_MS, MINUTE_MS, make_bars
from pyarrow import feather

from trade.base.errors import Malformed
from trade.files import feather_source
from trade.market.names import Kind
from trade.market.store import Store

NAMES = ("open", "high", "low", "close", "volume")


@pytest.fixture
def write(tmp_path):
    def run(columns, name="BTC_USDT_USDT-1m-futures.feather", unit="ns", **words):
        arrays = {key: pa.array(np.asarray(values).tolist()) for key, values in columns.items()}
        if unit is not None:
            arrays["date"] = pa.array(columns["date"].tolist(), pa.timestamp("ms", "UTC")).cast(pa.timestamp(unit, "UTC"))
        path = tmp_path / name
        feather.write_feather(pa.table(arrays), path, **words)
        return path

    return run


def candles(rows):
    bars = make_bars(rows)
    return {"date": bars["ts_open_ms"], **{name: bars[name] for name in NAMES}}


@pytest.mark.parametrize("compression", ["lz4", "zstd", "uncompressed"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_candles_of_freqtrade_are_bars(unit, compression, write, parquet, load_in, db):
    report = load_in(write(candles(100), unit=unit, compression=compression))
    assert (report.layout, report.kind, report.rows_new, report.bad) == ("freqtrade", Kind.BARS, 100, {})
    other = load_in(parquet(make_bars(100)), venue="other")
    stored = [Store(db).manifest.of(each.series, Kind.BARS)[0].digest for each in (report, other)]
    assert stored[0] == stored[1]


def test_batches_and_slices_keep_their_rows(write, load_in, monkeypatch):
    monkeypatch.setattr(feather_source, "ROWS", 7)
    bars = candles(100)
    bars["high"][55] = 1.0
    report = load_in(write(bars, chunksize=30))
    assert (report.rows_new, [f.place.line for f in report.findings]) == (99, [56])


def test_funding_of_freqtrade_has_its_rate_in_open(write, load_in, db):
    hours = 28_800_000 * np.arange(5)
    rates = np.array([0.0001, -0.0002, 0.0, 0.0003, 0.0001])
    path = write({"date": JAN_2023_MS + hours, "open": rates, **{name: np.zeros(5) for name in NAMES[1:]}}, "X-8h-funding_rate.feather")
    report = load_in(path)
    assert (report.layout, report.kind, report.rows_new) == ("freqtrade-funding", Kind.FUNDING, 5)
    assert Store(db).rows(report.series, Kind.FUNDING, 0, 2**60).columns["rate"].tolist() == rates.tolist()


@pytest.mark.parametrize("words", [{}, {"layout": "freqtrade-mark"}, {"kind": Kind.MARK}])
def test_mark_candles_of_freqtrade_are_mark_prices(words, write, load_in):
    name = "X-1m-mark.feather" if not words else "X.feather"
    assert load_in(write(candles(10), name), **words).kind is Kind.MARK


def test_slower_mark_candles_are_refused(write, load_in):
    bars = candles(10)
    bars["date"] = JAN_2023_MS + 480 * MINUTE_MS * np.arange(10)
    with pytest.raises(Malformed, match="'480' minutes apart"):
        load_in(write(bars, "X-8h-mark.feather"))


def test_any_feather_file_of_bars_is_read(write, load_in):
    report = load_in(write(make_bars(10), "any.feather", unit=None))
    assert (report.layout, report.rows_new) == ("bars", 10)


def test_absent_values_are_bad_rows(write, load_in):
    bars = {name: values.tolist() for name, values in make_bars(10).items()}
    bars["close"][3], bars["ts_open_ms"][7] = None, None
    report = load_in(write({name: np.array(values, object) for name, values in bars.items()}, "any.feather", unit=None))
    assert {f.code: f.place.line for f in report.findings} == {"not-finite": 4, "unreadable": 8}


@pytest.mark.parametrize("length", [8, 100, 2000, -10, -1])
def test_a_cut_feather_file_is_refused(length, write, load_in, db):
    path = write(candles(100))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Malformed) as caught:
        load_in(path)
    assert caught.value.findings[0].code == "unreadable-file"
    assert Store(db).series() == ()


def test_feather_of_version_1_is_refused_with_what_to_do(tmp_path, load_in):
    (tmp_path / "old.feather").write_bytes(b"FEA1" + bytes(100))
    with pytest.raises(Malformed, match="feather of version 1"):
        load_in(tmp_path / "old.feather")
