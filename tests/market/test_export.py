"""What is exported and imported again is what was stored, to the last bit."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars

from trade.base.errors import DataMissing, Malformed, Mismatch
from trade.files.exporting import ExportRequest, export_series, stored_series
from trade.files.importing import ImportRequest, import_file
from trade.files.layouts import Asked
from trade.market.fitting import GridOptions
from trade.market.instruments import parse_grid
from trade.market.names import Kind, Series
from trade.market.store import Store

T = JAN_2023_MS
TICK = GridOptions(parse_grid("0.1", "--tick"), parse_grid("0.001", "--step"))


def digests(db, kind):
    return [(month.month, month.rows, month.digest) for month in Store(db).manifest.of(BTC, kind)]


def write(path, columns):
    pq.write_table(pa.Table.from_arrays([pa.array(values) for values in columns.values()], names=list(columns)), path)
    return path


positive = st.floats(1e-9, 1e12, allow_nan=False, allow_infinity=False)
row = st.tuples(positive, positive, positive, positive, st.floats(0, 1e15))


@given(
    rows=st.lists(row, min_size=1, max_size=25),
    kind=st.sampled_from([Kind.BARS, Kind.MARK]),
    suffix=st.sampled_from([".parquet", ".csv"]),
)
@settings(max_examples=40, deadline=None)
def test_bars_come_back_bit_by_bit(rows, kind, suffix):
    prices = np.array([each[:4] for each in rows])
    columns = {
        "ts_open_ms": [T + MINUTE_MS * place for place in range(len(rows))],
        "open": prices[:, 0].tolist(),
        "high": prices.max(axis=1).tolist(),
        "low": prices.min(axis=1).tolist(),
        "close": prices[:, 3].tolist(),
        "volume": [each[4] for each in rows],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write(folder / "a.parquet", columns)
        import_file(folder / "one", ImportRequest(source, "BTCUSDT", asked=Asked(kind=kind), grid=TICK))
        report = export_series(Store(folder / "one"), ExportRequest(BTC, kind, folder / f"out{suffix}"))
        assert (report.rows, report.first_ms) == (len(rows), T)
        import_file(folder / "two", ImportRequest(folder / f"out{suffix}", "BTCUSDT", asked=Asked(kind=kind), grid=TICK, max_bad_frac=0))
        assert digests(folder / "one", kind) == digests(folder / "two", kind) != []


@given(
    late=st.lists(st.integers(0, 59_999), min_size=1, max_size=20),
    rates=st.lists(st.floats(-1, 1, allow_nan=False), min_size=20, max_size=20),
    suffix=st.sampled_from([".parquet", ".csv"]),
)
@settings(max_examples=30, deadline=None)
def test_funding_comes_back_with_its_raw_instants(late, rates, suffix):
    columns = {"ts_ms": [T + 28_800_000 * i + ms for i, ms in enumerate(late)], "rate": rates[: len(late)]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        import_file(folder / "one", ImportRequest(write(folder / "a.parquet", columns), "BTCUSDT"))
        export_series(Store(folder / "one"), ExportRequest(BTC, Kind.FUNDING, folder / f"out{suffix}"))
        import_file(folder / "two", ImportRequest(folder / f"out{suffix}", "BTCUSDT"))
        assert digests(folder / "one", Kind.FUNDING) == digests(folder / "two", Kind.FUNDING) != []


@pytest.fixture
def stored(parquet, load_in, db):
    load_in(parquet({name: np.delete(column, [3, 4]) for name, column in make_bars(60_000).items()}))
    return Store(db)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_several_months_with_gaps_come_back(suffix, stored, tmp_path, load_in, db):
    report = export_series(stored, ExportRequest(BTC, Kind.BARS, tmp_path / f"out{suffix}"))
    again = load_in(tmp_path / f"out{suffix}", venue="again")
    assert (again.rows_new, again.bad, report.rows) == (59_998, {}, 59_998)
    store = Store(db)
    other = store.manifest.of(Series("again", "linear", "BTCUSDT"), Kind.BARS)
    assert [m.digest for m in other] == [m.digest for m in store.manifest.of(BTC, Kind.BARS)]
    assert len(other) == 2


def test_a_span_is_from_inclusive_to_exclusive(stored, tmp_path):
    span = (T + 2 * MINUTE_MS, T + 7 * MINUTE_MS)
    report = export_series(stored, ExportRequest(BTC, Kind.BARS, tmp_path / "out.csv", *span))
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert [int(line.split(",")[0]) for line in lines[1:]] == [T + MINUTE_MS * i for i in (2, 5, 6)]
    assert (report.rows, report.first_ms, report.last_ms) == (3, T + 2 * MINUTE_MS, T + 6 * MINUTE_MS)


def test_a_file_that_is_there_is_kept_unless_told_otherwise(stored, tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("mine")
    with pytest.raises(Malformed, match="is there already"):
        export_series(stored, ExportRequest(BTC, Kind.BARS, target))
    assert target.read_text() == "mine"
    export_series(stored, ExportRequest(BTC, Kind.BARS, target, overwrite=True))
    assert target.read_text().startswith('"ts_open_ms"')


@pytest.mark.parametrize("span", [(T + 10**12, None), (None, T), (T + 3 * MINUTE_MS, T + 5 * MINUTE_MS)])
def test_a_span_without_rows_leaves_no_file(span, stored, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(DataMissing):
        export_series(stored, ExportRequest(BTC, Kind.BARS, tmp_path / "there" / "out.csv", *span))
    assert list((tmp_path / "there").iterdir()) == []


def test_a_damaged_store_is_not_exported(stored, tmp_path, db):
    _, second = stored.manifest.of(BTC, Kind.BARS)
    columns = pq.read_table(db / second.file)
    pq.write_table(columns.set_column(1, "open", pa.array((columns["open"].to_numpy() + 1).tolist())), db / second.file)
    (tmp_path / "there").mkdir()
    with pytest.raises(Mismatch):
        export_series(stored, ExportRequest(BTC, Kind.BARS, tmp_path / "there" / "out.parquet"))
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize(("name", "span", "code"), [("out.xlsx", (None, None), "unknown-file-format"), ("out.csv", (T, T), "empty-span")])
def test_what_cannot_be_written_is_refused(name, span, code, stored, tmp_path):
    with pytest.raises(Malformed) as caught:
        export_series(stored, ExportRequest(BTC, Kind.BARS, tmp_path / name, *span))
    assert [finding.code for finding in caught.value.findings] == [code]


def test_a_name_is_looked_for_among_what_is_stored_of_the_kind(stored, parquet, load_in, db):
    assert stored_series(stored, "BTCUSDT", Kind.BARS) == stored_series(stored, BTC.key, Kind.BARS) == BTC
    with pytest.raises(DataMissing):
        stored_series(stored, "BTCUSDT", Kind.FUNDING)
    load_in(parquet(make_bars(5)), venue="other")
    with pytest.raises(Malformed, match="stored '2' times"):
        stored_series(Store(db), "BTCUSDT", Kind.BARS)
