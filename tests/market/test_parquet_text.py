"""Text in a parquet or feather file is read like the same text in a CSV file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from market_tables import BTC, JAN_2023_MS, make_bars

from trade.base.errors import Malformed
from trade.market.names import Kind
from trade.market.store import Store

NEW_YORK = timezone(timedelta(hours=-5))


def moments(zone):
    return [datetime.fromtimestamp(ts / 1000, zone) for ts in make_bars(60)["ts_open_ms"].tolist()]


CLOCKS = {
    "iso": [moment.isoformat() for moment in moments(UTC)],
    "offset": [moment.isoformat(" ") for moment in moments(NEW_YORK)],
    "zulu": [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in moments(UTC)],
    "naive": [moment.strftime("%Y-%m-%d %H:%M") for moment in moments(UTC)],
    "mixed": [moment.isoformat() if number % 2 else moment.astimezone(NEW_YORK).isoformat() for number, moment in enumerate(moments(UTC))],
    "dots": [moment.strftime("%Y.%m.%d %H:%M") for moment in moments(UTC)],
    "ms": [str(ts) for ts in make_bars(60)["ts_open_ms"].tolist()],
    "s": [f"{ts // 1000}.0" for ts in make_bars(60)["ts_open_ms"].tolist()],
    "compact": [moment.strftime("%Y%m%d%H%M") for moment in moments(UTC)],
    "slash": [moment.strftime("%d/%m/%Y %H:%M") for moment in moments(UTC)],
    "one-bad": [moment.isoformat() if number != 7 else "later" for number, moment in enumerate(moments(UTC))],
}
KINDS = {"string": pa.string(), "large": pa.large_string(), "dictionary": pa.dictionary(pa.int32(), pa.string())}


@pytest.fixture
def table(tmp_path):
    def write(columns, name="bars.parquet"):
        made = pa.table(columns)
        path = tmp_path / name
        if name.endswith("feather"):
            pf.write_feather(made, path)
        else:
            pq.write_table(made, path)
        return path

    return write


def prices(rows=60):
    return {name: pa.array(values) for name, values in make_bars(rows).items() if name != "ts_open_ms"}


def outcome(load_in, db, path, venue):
    try:
        report = load_in(path, venue=venue)
    except Malformed as error:
        return [finding.code for finding in error.findings]
    return {name: values.tolist() for name, values in Store(db).rows(report.series, Kind.BARS, 0, 2**60).columns.items()}, report.bad


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_of_text_is_read_like_that_of_a_csv_file(name, kind, table, text, load_in, db):
    rows = zip(CLOCKS[name], *(values.to_pylist() for values in prices().values()), strict=True)
    lines = [f"date,{','.join(prices())}", *(",".join(map(str, row)) for row in rows)]
    expected = outcome(load_in, db, text(lines), "csv")
    clock = pa.array(CLOCKS[name]).cast(KINDS[kind])
    for venue, file in (("parquet", "bars.parquet"), ("feather", "other.feather")):
        assert outcome(load_in, db, table({"when": prices()["open"], **prices(), "date": clock}, file), venue) == expected
    if name not in ("compact", "slash", "one-bad"):
        assert expected[0]["ts_open_ms"] == make_bars(60)["ts_open_ms"].tolist()


def test_a_clock_of_a_day_and_a_time_is_one(table, load_in, db):
    days = pa.array([date(2023, 1, 1)] * 60)
    times = pa.array([time(number // 60, number % 60) for number in range(60)])
    report = load_in(table({"day": days, "at": times, **prices()}), columns={"ts": "day+at"})
    assert (report.rows_new, report.first_ms) == (60, JAN_2023_MS)


def test_a_cell_that_is_no_number_is_one_bad_row(table, load_in):
    columns = {"date": pa.array(CLOCKS["iso"]), **prices()}
    columns["close"] = pa.array([*map(str, make_bars(60)["close"][:-2]), "n/a", ""])
    report = load_in(table(columns))
    assert (report.rows_new, report.bad) == (58, {"unreadable": 1, "not-finite": 1})
    assert sorted(finding.place.line for finding in report.findings) == [59, 60]


def test_decimals_are_rounded_once(table, load_in, db):
    bars = make_bars(2000, first_price=289_236)
    written = {name: [f"{value:.8f}" for value in values] for name, values in bars.items() if name != "ts_open_ms"}
    exact = {name: pa.array(texts).cast(pa.decimal128(24, 8)) for name, texts in written.items()}
    load_in(table({**exact, "ts_open_ms": pa.array(bars["ts_open_ms"])}))
    found = Store(db).rows(BTC, Kind.BARS, 0, 2**60).columns
    assert all(found[name].tolist() == [*map(float, texts)] for name, texts in written.items())


def test_single_precision_is_the_decimal_it_was_written_as(table, load_in, db):
    bars = make_bars(60)
    columns = {name: pa.array(values.astype(np.float32)) for name, values in bars.items() if name != "ts_open_ms"}
    report = load_in(table({"date": pa.array(CLOCKS["iso"]), **columns}), symbol="BTCUSDT")
    assert (report.rows_new, [finding.code for finding in report.findings]) == (60, [])
    found = Store(db).rows(BTC, Kind.BARS, 0, 2**60).columns
    assert all(np.array_equal(found[name], values) for name, values in bars.items())
