"""Files are recognised by their columns."""

from __future__ import annotations

import bz2
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from market_tables import JAN_2023_MS, MINUTE_MS, bar_lines, make_bars

from trade.base.errors import Malformed
from trade.files.layouts import BINANCE_KLINES
from trade.market.names import Kind, Series
from trade.market.store import Store

T = JAN_2023_MS
BINANCE = Series("binance", "spot", "BTCUSDT")


def kline(ts, i):
    return (
        f"{ts},{30000 + i}.00000000,{30009 + i}.00000000,{29990 + i}.00000000,{30001 + i}.00000000,1.50000000,{ts},45000.0,10,0.5,15000.0,0"
    )


@pytest.mark.parametrize("factor", [1, 1000], ids=["milliseconds", "microseconds"])
@pytest.mark.parametrize("header", [[], [",".join(BINANCE_KLINES)]], ids=["bare", "header"])
def test_binance_klines_with_and_without_header_in_both_units(factor, header, text, load_in, db):
    report = load_in(text([*header, *(kline((T + MINUTE_MS * i) * factor, i) for i in range(5))]), market="spot")
    assert (report.layout, report.series, report.rows_new) == ("binance-klines", BINANCE, 5)
    assert Store(db).load(BINANCE, T, T + 10 * MINUTE_MS).base.ts_open_ms.tolist() == [T + MINUTE_MS * i for i in range(5)]


def test_the_unit_may_change_within_a_file(text, load_in):
    report = load_in(text([kline(T, 0), kline((T + MINUTE_MS) * 1000, 1)]), market="spot")
    assert (report.rows_new, report.bad) == (2, {})


def test_binance_mark_klines_are_stored_apart_from_bars(text, load_in, db):
    load_in(text([kline(T + MINUTE_MS * i, i) for i in range(5)]))
    load_in(text([kline(T + MINUTE_MS * i, i + 1) for i in range(5)], "mark.csv"), kind=Kind.MARK)
    history = Store(db).load(Series("binance", "linear", "BTCUSDT"), T, T + 10 * MINUTE_MS)
    assert history.mark is not None
    assert (history.mark.open - history.base.open).tolist() == [10] * 5


def test_binance_funding_is_floored_to_the_minute_and_keeps_its_raw_instant(text, load_in, db):
    report = load_in(text(["calc_time,funding_interval_hours,last_funding_rate", f"{T + 7},8,0.0001", f"{T + 28_800_000},8,-0.0002"]))
    series = Series("binance", "linear", "BTCUSDT")
    assert (report.layout, report.series, report.kind) == ("binance-funding", series, Kind.FUNDING)
    columns = Store(db).rows(series, Kind.FUNDING, T, T + 10**9).columns
    assert columns["ts_ms"].tolist() == [T, T + 28_800_000]
    assert columns["ts_raw_ms"].tolist() == [T + 7, T + 28_800_000]
    assert columns["rate"].tolist() == [0.0001, -0.0002]


@pytest.mark.parametrize(
    "write",
    [
        lambda ts: str(ts // 1000),
        str,
        lambda ts: str(ts * 1000),
        lambda ts: str(ts * 1_000_000),
        lambda ts: datetime.fromtimestamp(ts / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        lambda ts: datetime.fromtimestamp(ts / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda ts: datetime.fromtimestamp(ts / 1000 + 3600, UTC).strftime("%Y-%m-%dT%H:%M:%S+01:00"),
        lambda ts: f"{ts / 1000:.1f}",
    ],
    ids=["s", "ms", "us", "ns", "naive", "zulu", "offset", "float"],
)
@pytest.mark.parametrize("clock", ["timestamp", "date", "Open_Time"])
def test_instants_are_understood_in_every_form(write, clock, text, load_in):
    bars = make_bars(5)
    rows = [
        ",".join([write(int(ts)), *(str(bars[name][i]) for name in ("open", "high", "low", "close", "volume"))])
        for i, ts in enumerate(bars["ts_open_ms"])
    ]
    report = load_in(text([f"{clock},Open,High,Low,Close,Volume", *rows]))
    assert (report.rows_new, report.first_ms, report.last_ms) == (5, T, T + 4 * MINUTE_MS)


def test_a_column_named_ms_is_never_guessed_from(text, load_in):
    lines = [line.replace(str(T)[:-5], "0", 1) for line in bar_lines(3, 0)]
    report = load_in(text(lines))
    assert (report.first_ms, report.last_ms) == (0, 2 * MINUTE_MS)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_timestamps_are_read_in_every_unit(unit, tmp_path, load_in):
    bars = make_bars(5)
    clock = pa.array(bars["ts_open_ms"].tolist(), pa.timestamp("ms", "UTC")).cast(pa.timestamp(unit, "UTC"))
    others = [pa.array(bars[name].tolist()) for name in ("open", "high", "low", "close", "volume")]
    pq.write_table(
        pa.Table.from_arrays([clock, *others], names=["date", "open", "high", "low", "close", "volume"]),
        tmp_path / "a.parquet",
        version="2.6",
    )
    report = load_in(tmp_path / "a.parquet")
    assert (report.rows_new, report.first_ms, report.last_ms) == (5, T, T + 4 * MINUTE_MS)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_byte_order_marks_and_windows_lines_are_no_obstacle(delimiter, tmp_path, load_in):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(line.replace(",", delimiter) for line in bar_lines(5)).encode())
    assert load_in(path).rows_new == 5


def test_text_and_parquet_store_the_same_bytes(text, parquet, load_in, db):
    load_in(text(bar_lines(50)), symbol="BTCUSDT")
    load_in(parquet(make_bars(50)), symbol="BTCUSDT", venue="other")
    one, two = (Store(db).manifest.of(Series(venue, "linear", "BTCUSDT"), Kind.BARS)[0] for venue in ("generic", "other"))
    assert one.digest == two.digest


def refusal(path, load_in, **words):
    with pytest.raises(Malformed) as caught:
        load_in(path, **words)
    return caught.value.findings[0]


def test_unknown_columns_are_refused_with_what_is_known(text, load_in):
    finding = refusal(text(["a,b,c", "1,2,3"]), load_in)
    assert (finding.code, finding.place.line) == ("unknown-layout", 1)
    assert "ts_open_ms" in finding.hint


def test_missing_columns_are_named(text, load_in):
    finding = refusal(text(["timestamp,open,high,close", "1,2,3,4"]), load_in)
    assert finding.code == "missing-columns"
    assert "'low' and 'volume'" in finding.fact


def test_bars_are_no_funding(text, load_in):
    assert refusal(text(bar_lines(3)), load_in, kind=Kind.FUNDING).code == "missing-columns"


def test_slower_bars_are_refused(text, load_in):
    lines = [bar_lines(1)[0], *(line.replace(str(T), str(T + 86_400_000 * i)) for i, line in enumerate(bar_lines(1)[1:] * 5))]
    finding = refusal(text(lines), load_in)
    assert finding.code == "timeframe-not-supported"
    assert "'1440' minutes" in finding.fact


def test_files_packed_by_other_means_are_refused_with_what_to_do(tmp_path, load_in):
    path = tmp_path / "a.csv.bz2"
    path.write_bytes(bz2.compress(b"x"))
    assert refusal(path, load_in).code == "unsupported-file"


def test_binary_rubbish_is_refused(tmp_path, load_in):
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(128, 256)) * 10)
    assert refusal(path, load_in).code == "unreadable-file"


def test_a_cut_parquet_file_is_refused(parquet, load_in):
    path = parquet(make_bars(100))
    path.write_bytes(path.read_bytes()[:-20])
    assert refusal(path, load_in).code == "unreadable-file"


def test_an_absent_file_is_refused(tmp_path, load_in):
    assert refusal(tmp_path / "no.csv", load_in).code == "unreadable-file"


def test_an_empty_file_is_refused(tmp_path, load_in):
    (tmp_path / "a.csv").touch()
    assert refusal(tmp_path / "a.csv", load_in).code == "nothing-to-import"


@pytest.mark.parametrize("symbol", ["../../etc", "btcusdt", "", "A" * 41, "..", "A/B", "A B"])
def test_a_symbol_that_could_become_a_path_is_refused(symbol, text, load_in):
    assert refusal(text(bar_lines(3)), load_in, symbol=symbol).code == "bad-symbol"


def test_all_wrong_names_are_told_at_once(text, load_in):
    with pytest.raises(Malformed) as caught:
        load_in(text(bar_lines(3)), symbol="x", venue="No Way", market="option")
    assert {f.code for f in caught.value.findings} == {"bad-symbol", "bad-venue", "bad-market"}


def test_a_float_clock_keeps_its_minutes(parquet, load_in):
    bars = make_bars(5)
    bars["timestamp"] = bars.pop("ts_open_ms").astype(np.float64)
    assert load_in(parquet(bars)).rows_new == 5


@pytest.mark.parametrize(("named", "fits"), [("X", True), ("x", True), ("XY", False), ("BTC", False)])
def test_a_single_letter_names_no_symbol(named, fits, text, load_in):
    header, *rows = bar_lines(5)
    lines = [f"{header},symbol", *(f"{row},{named}" for row in rows)]
    if fits:
        assert load_in(text(lines)).rows_new == 5
        return
    assert refusal(text(lines), load_in).code == "symbol-differs"
