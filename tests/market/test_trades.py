"""Trades become the 1m bars that a pencil makes of them, whatever the order of the file."""

from __future__ import annotations

import gzip
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_tables import JAN_2023_MS, MINUTE_MS, bar_lines

from trade.base.errors import Malformed
from trade.files import csv_source
from trade.files.trades import TradeFold
from trade.market.names import Kind
from trade.market.staging import Rows
from trade.market.store import Store

HEADER = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional"
T = JAN_2023_MS // 1000


def trade(second, price, size, symbol="BTCUSDT", tail=""):
    return f"{second},{symbol},Buy,{size},{price},PlusTick,9d3a-11,1,{size},1{tail}"


DAY = [
    (T + 0.5, "30000.0", "0.1"),
    (T + 10.25, "30010.5", "0.2"),
    (T + 10.25, "29990.5", "0.3"),
    (T + 59.9999, "30001.0", "0.4"),
    (T + 60, "30002.0", "1"),
    (T + 245.1, "30003.0", "2.5"),
    (T + 245.1, "30004.0", "0.5"),
]
BARS = [  # minute, open, high, low, close, volume
    (0, 30000.0, 30010.5, 29990.5, 30001.0, 1.0),
    (1, 30002.0, 30002.0, 30002.0, 30002.0, 1.0),
    (4, 30003.0, 30004.0, 30003.0, 30004.0, 3.0),
]


def bars_of(db, report):
    columns = Store(db).rows(report.series, Kind.BARS, 0, 2**60).columns
    minutes = (columns["ts_open_ms"] - JAN_2023_MS) // MINUTE_MS
    return list(zip(minutes.tolist(), *(columns[name].tolist() for name in ("open", "high", "low", "close", "volume")), strict=True))


@pytest.mark.parametrize("tail", ["", ",0"], ids=["plain", "rpi"])
@pytest.mark.parametrize("packed", [False, True])
def test_trades_are_folded_into_minutes(tail, packed, text, load_in, db):
    path = text([HEADER + (",RPI" if tail else ""), *(trade(*row, tail=tail) for row in DAY)])
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    report = load_in(path)
    assert (report.layout, report.series.key) == ("bybit-trades", "bybit:linear:BTCUSDT")
    assert (report.rows_read, report.bars_folded, report.rows_new, report.bad) == (7, 3, 3, {})
    assert bars_of(db, report) == BARS


def test_the_order_of_the_file_decides_only_at_one_instant(text, load_in, db):
    shuffled = [DAY[i] for i in (1, 0, 4, 2, 3, 5, 6)]
    assert bars_of(db, load_in(text([HEADER, *(trade(*row) for row in shuffled)]))) == BARS


@pytest.mark.parametrize("block", [csv_source.BLOCK_BYTES, 150])
def test_a_file_that_runs_backward_makes_the_bars_of_the_same_file_forward(block, text, load_in, db, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", block)
    assert bars_of(db, load_in(text([HEADER, *(trade(*row) for row in reversed(DAY))]))) == BARS


def test_parts_of_a_millisecond_count(text, load_in, db):
    rows = [(T + 0.0009, "3.0", "1"), (T + 0.0002, "2.0", "1"), (T + 0.0001, "1.0", "1")]
    [bar] = bars_of(db, load_in(text([HEADER, *(trade(*row) for row in rows)]), symbol="BTCUSDT"))
    assert (bar[1], bar[4]) == (1.0, 3.0)


def test_whole_seconds_of_older_files_are_read(text, load_in, db):
    rows = [(T, "30000", "1"), (f"{T + 1}.5", "30001", "1"), (T + 2, "30002", "1")]
    [bar] = bars_of(db, load_in(text([HEADER, *(trade(*row) for row in rows)])))
    assert bar == (0, 30000.0, 30002.0, 30000.0, 30002.0, 3.0)


def test_spot_trades_are_in_milliseconds(text, load_in, db):
    lines = [f"{i},{int(second * 1000)},{price},{size},buy,0" for i, (second, price, size) in enumerate(DAY)]
    report = load_in(text(["id,timestamp,price,volume,side,rpi", *lines]), market="spot")
    assert (report.layout, report.series.key) == ("bybit-spot-trades", "bybit:spot:BTCUSDT")
    assert bars_of(db, report) == BARS


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("abc", "1", "1"), "unreadable"),
        ((T, "x", "1"), "unreadable"),
        (("-5", "1", "1"), "timestamp-implausible"),
        (("9999999999", "1", "1"), "timestamp-implausible"),
        ((T, "nan", "1"), "not-finite"),
        ((T, "", "1"), "not-finite"),
        ((T, "0", "1"), "price-not-positive"),
        ((T, "-1", "1"), "price-not-positive"),
        ((T, "30000", "0"), "size-not-positive"),
        ((T, "30000", "-1"), "size-not-positive"),
    ],
)
def test_a_bad_trade_is_told_at_its_line_and_folded_into_nothing(row, code, text, load_in, db):
    lines = [HEADER, *(trade(*each) for each in DAY)]
    lines.insert(4, trade(*row))
    report = load_in(text(lines))
    assert (report.bad, [f.place.line for f in report.findings]) == ({code: 1}, [5])
    assert bars_of(db, report) == BARS


def test_the_same_file_again_is_known_already(text, load_in):
    path = text([HEADER, *(trade(*row) for row in DAY)])
    load_in(path)
    again = load_in(path)
    assert (again.bars_folded, again.rows_new, again.duplicates_agreeing) == (3, 0, 3)


def test_trades_of_another_symbol_are_refused(text, load_in, db):
    with pytest.raises(Malformed, match="holds 'ETHUSDT', not 'BTCUSDT'"):
        load_in(text([HEADER, trade(T, 1, 1, "ETHUSDT")]))
    assert not db.exists()


def test_trades_of_an_inverse_contract_are_refused_by_their_sizes(text, load_in, db):
    row = f"{T},BTCUSD,Buy,1000,7000.0,PlusTick,x,1,0.14285714,1000"
    for words in ({}, {"symbol": "BTCUSD"}, {"symbol": "BTCUSD", "venue": "generic"}):
        with pytest.raises(Malformed) as caught:
            load_in(text([HEADER, row]), **words)
        assert [finding.code for finding in caught.value.findings] == ["inverse-contract"]
    assert not db.exists()


@pytest.mark.parametrize(
    ("venue", "symbol", "inverse"),
    [
        ("bybit", "BTCUSD", True),
        ("bybit", "XRPUSDZ25", True),
        ("binance", "BNBUSD_PERP", True),
        ("binance", "BTCUSD_250328", True),
        ("binance", "BTCBUSD", False),
        ("binance", "BTCUSDT_250328", False),
        ("bybit", "BTCPERP", False),
        ("kraken", "BTCUSD", False),
    ],
)
def test_bars_of_an_inverse_contract_are_refused_by_their_name(venue, symbol, inverse, text, load_in):
    if not inverse:
        assert load_in(text(bar_lines(8)), symbol, venue=venue).rows_new == 8
        return
    with pytest.raises(Malformed, match="is an inverse contract"):
        load_in(text(bar_lines(8)), symbol, venue=venue)
    assert load_in(text(bar_lines(8)), symbol, venue=venue, market="spot").rows_new == 8


def test_a_file_without_a_good_trade_is_refused(text, load_in):
    with pytest.raises(Malformed) as caught:
        load_in(text([HEADER, trade(T, 0, 1)]))
    assert [f.code for f in caught.value.findings] == ["nothing-to-import", "price-not-positive"]


def test_blocks_of_any_size_make_the_same_bars(text, load_in, db, monkeypatch):
    rng = np.random.default_rng(3)
    rows = [(f"{T + float(s):.4f}", f"{30000 + p / 10:.1f}", f"{q / 1000}") for s, p, q in rng.integers(1, 600, (500, 3))]
    path = text([HEADER, *(trade(*row) for row in rows)])
    whole = bars_of(db, load_in(path, venue="whole"))
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 700)
    assert bars_of(db, load_in(path, venue="cut")) == whole
    assert sum(bar[5] for bar in whole) == pytest.approx(sum(float(size) for _, _, size in rows))


def slow_bars(trades):
    """The slow, obvious fold."""
    found = {}
    forward = sum((b[0] > a[0]) - (b[0] < a[0]) for a, b in pairwise(trades)) >= 0
    for at, price, size in sorted(trades if forward else trades[::-1], key=lambda trade: trade[0]):
        bar = found.setdefault(at // MINUTE_MS, [price, price, price, price, 0.0])
        bar[1], bar[2], bar[3] = max(bar[1], price), min(bar[2], price), price
        bar[4] += size
    return [(minute, *bar) for minute, bar in sorted(found.items())]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5 * MINUTE_MS) | st.integers(0, 10).map(lambda i: i * MINUTE_MS // 2), st.integers(1, 50), st.integers(1, 9)
        ),
        min_size=1,
        max_size=60,
    ),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_the_fold_is_the_obvious_one_however_it_is_cut(trades, cuts):
    fold = TradeFold()
    at, price, size = (np.array(column) for column in zip(*trades, strict=True))
    rows = Rows({"ts_ms": at, "at": at.astype(float), "price": price.astype(float), "size": size.astype(float)}, np.arange(len(trades)))
    edges = [0, *sorted(min(cut, len(trades)) for cut in cuts), len(trades)]
    for begin, end in pairwise(edges):
        fold.add(rows.take(slice(begin, end)))
    bars = fold.bars()
    names = ("open", "high", "low", "close", "volume")
    made = list(zip((bars.columns["ts_open_ms"] // MINUTE_MS).tolist(), *(bars.columns[n].tolist() for n in names), strict=True))
    assert made == slow_bars(trades)
    assert bars.lines.tolist() == [min(i for i, trade in enumerate(trades) if trade[0] // MINUTE_MS == bar[0]) for bar in made]
