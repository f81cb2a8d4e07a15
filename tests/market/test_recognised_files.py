"""Files in the writings that people have are read for what they are; what could be two things is refused with what to say."""

from __future__ import annotations

import gzip
import json

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from market_tables import MINUTE_MS
from written_files import HEADER, HOUR_MS, T, assert_the_bars, bars, clock, line, lines, refusal, stored

from trade.files import csv_source
from trade.files.numerals import PLAIN, Numerals, recognise_numerals
from trade.files.symbols import canonical, is_perpetual, same_symbol
from trade.market.names import Kind
from trade.market.store import Store

# Numbers


def german(value):
    return f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


@pytest.mark.parametrize(
    ("delimiter", "number"),
    [
        (";", lambda value: f"{value:.2f}".replace(".", ",")),
        ("\t", lambda value: f"{value:.2f}".replace(".", ",")),
        (",", lambda value: f'"{value:.2f}"'.replace(".", ",")),
        (";", german),
        (";", lambda value: f"{value:,.2f}".replace(",", "\xa0")),
        (",", lambda value: f'"{value:,.2f}"'),
        (",", lambda value: f"{value:,.2f}".replace(",", "'")),
        (",", lambda value: f"{value:_.2f}"),
        (",", lambda value: f"{value:e}"),
        (";", lambda value: f"{value:.3f}"),
    ],
)
def test_numbers_are_read_however_they_are_written(delimiter, number, text, load_in, db):
    assert_the_bars(db, load_in(text(lines((HEADER.replace(",", delimiter),), delimiter=delimiter, number=number))))


@pytest.mark.parametrize(
    ("delimiter", "number"),
    [(";", lambda value: f"{round(value * 20):,}".replace(",", ".")), (",", lambda value: f'"{round(value * 20):,}"')],
)
def test_thousands_that_could_be_decimals_are_refused_until_the_user_says(delimiter, number, text, load_in, db):
    path = text(lines((HEADER.replace(",", delimiter),), delimiter=delimiter, number=number))
    finding = refusal(path, load_in)
    assert (finding.code, "'20' or '20000'" in finding.fact) == ("numbers-unclear", True)
    one, other = (load_in(path, symbol=f"X{number}", decimal=sign) for number, sign in enumerate(".,"))
    opens = sorted((stored(db, one)["open"][0], stored(db, other)["open"][0]))
    assert opens == [20.0, 20000.0]


def test_a_word_among_the_numbers_changes_nothing():
    assert recognise_numerals(["1,5", "?", "nan", ""], ";", None, "f", 1) == Numerals(",")
    assert recognise_numerals(["?"], ",", None, "f", 1) == PLAIN


def test_a_group_is_three_digits_or_no_number():
    assert [Numerals(".", ",").fits(cell) for cell in ("1,234.5", "1,23.5", "12,34", "0,123", "1234.5", ",123")] == [
        *(True, False, False, False, True, False)
    ]


# Symbols


@pytest.mark.parametrize(
    "name",
    [
        *("BTC/USDT", "BTC-USDT", "BTC_USDT", "btcusdt", "Btc Usdt", "BINANCE:BTCUSDT", "BINANCE:BTCUSDT.P", "BTCUSDT.P", "BTC/USDT:USDT"),
        *("BTC-USDT-SWAP", "BTCUSDTPERP", "BTCUSDT_PERP", "BTCUSDT_UMCBL", "XBTUSDT", "XBT/USDT"),
    ],
)
def test_a_symbol_is_known_under_its_names(name, text, load_in, db):
    assert same_symbol(name, "BTCUSDT")
    found = lines((HEADER.replace("timestamp", "timestamp,symbol"),), write=lambda ts: f"{ts},{name}")
    assert_the_bars(db, load_in(text(found)))


@pytest.mark.parametrize(
    "name",
    [
        *("ETH/USDT", "BTC/USD", "tBTCUSD", "BTC/USDC", "1000BTCUSDT", "BTC/USDT:BTC", "BTC/USD:BTC", "BTC/USDT:USDT-240329"),
        *("BTCUSDT_240329", "BTC-29MAR24", "BTCUSDTX", "BTC"),
    ],
)
@pytest.mark.parametrize("column", ["symbol", "Pair", "instId"])
def test_another_symbol_is_refused(name, column, text, load_in):
    assert not same_symbol(name, "BTCUSDT")
    found = lines((HEADER.replace("timestamp", f"timestamp,{column}"),), write=lambda ts: f"{ts},{name}")
    finding = refusal(text(found), load_in)
    assert (finding.code, canonical(name) in finding.hint) == ("symbol-differs", True)


def test_a_perpetual_is_no_spot(text, load_in):
    assert [is_perpetual(name) for name in ("BTCUSDT.P", "BTC/USDT:USDT", "BTC-USDT-SWAP", "BTC/USDT", "BINANCE:BTCUSDT")] == [
        *(True, True, True, False, False)
    ]
    found = lines((HEADER.replace("timestamp", "timestamp,symbol"),), write=lambda ts: f"{ts},BTCUSDT.P")
    assert refusal(text(found), load_in, market="spot").code == "symbol-differs"


@pytest.mark.parametrize("careful", [False, True])
def test_a_row_of_another_symbol_is_kept_out(careful, text, load_in, monkeypatch):
    if careful:
        monkeypatch.setattr(csv_source, "_fast", lambda *_: None)
    rows = bars(3000)
    found = lines(
        (HEADER.replace("timestamp", "timestamp,symbol"),),
        rows=rows,
        write=lambda ts: f"{ts},{'ETHUSDT' if ts == rows[2500][0] else 'btc-usdt' if ts % 7 else 'BTC/USDT'}",
    )
    report = load_in(text(found))
    assert (report.bad, [f.place.line for f in report.findings if f.code == "other-symbol"]) == ({"other-symbol": 1}, [2502])


@pytest.mark.parametrize("form", ["parquet", "feather"])
def test_the_symbol_of_parquet_and_feather_is_looked_at(form, tmp_path, load_in):
    rows = bars()
    names = ["timestamp", "open", "high", "low", "close", "volume"]
    columns = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    path = tmp_path / f"a.{form}"
    for symbols, outcome in ((["BTC/USDT"] * 30, {}), (["BTC/USDT"] * 29 + ["ETHUSDT"], {"other-symbol": 1}), (["ETHUSDT"] * 30, None)):
        table = pa.Table.from_pydict({"symbol": symbols, **columns})
        pq.write_table(table, path) if form == "parquet" else feather.write_feather(table, path)
        if outcome is None:
            assert refusal(path, load_in).code == "symbol-differs"
        else:
            assert load_in(path).bad == outcome


def test_cryptodatadownload_is_read_as_it_comes(text, load_in, db):
    header = ("https://www.CryptoDataDownload.com", "unix,date,symbol,open,high,low,close,Volume USDT,Volume BTC,tradecount")
    found = [*header, *(f"{ts},x,BTC/USDT,{o},{h},{low},{c},7,{v},5" for ts, o, h, low, c, v in reversed(bars()))]
    assert_the_bars(db, load_in(text(found)))
    found[5] = found[5].replace(",7,", ",7,?", 1)
    report = load_in(text(found), symbol="XBTUSDT")
    assert [finding.place.line for finding in report.findings if finding.code == "unreadable"] == [6]


def test_what_the_first_rows_show_does_not_depend_on_how_the_file_is_read(text, load_in, db, monkeypatch):
    monkeypatch.setattr("trade.files.packed.PIECE_BYTES", 60)
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 60)
    found = lines(("https://example.org/a?b=1", "", "sep=;", HEADER.replace(",", ";")), delimiter=";", number=german)
    assert_the_bars(db, load_in(text(found)))
    assert load_in(text(klines(bars(5), count="1") + klines(bars()[5:], volume="1")), symbol="XUSDT").layout == "binance-klines"


# Files without a header, and of other programs


@pytest.mark.parametrize(
    "tail",
    ["", ",12"],
    ids=["six", "seven"],
)
@pytest.mark.parametrize("write", [str, lambda ts: str(ts // 1000), clock("%Y-%m-%d %H:%M:%S"), clock("%Y.%m.%d,%H:%M")])
def test_bars_without_a_header_are_known_by_their_highs_and_lows(tail, write, text, load_in, db):
    report = load_in(text([each + tail for each in lines((), write=write)]))
    assert report.layout == "ohlcv"
    assert_the_bars(db, report)


@pytest.mark.parametrize("order", [(0, 3, 2, 1, 4, 5), (0, 1, 4, 2, 3, 5), (0, 5, 4, 2, 3, 1), (0, 1, 3, 2, 4, 5)])
def test_another_order_of_columns_is_not_taken_for_bars(order, text, load_in):
    finding = refusal(text(lines((), rows=[tuple(row[place] for place in order) for row in bars()])), load_in)
    assert (finding.code, "ts=1,open=2" in finding.hint) == ("unknown-layout", True)


def test_flat_bars_without_a_header_could_be_in_any_order(text, load_in):
    assert refusal(text(lines((), rows=[(row[0], 1, 1, 1, 1, 1) for row in bars()])), load_in).code == "unknown-layout"


def test_rows_of_which_many_are_no_bars_in_any_order_are_not_taken_for_bars(text, load_in):
    odd = [(ts, o, o - 5 if i % 3 == 0 else high, low, o + 1, v) for i, (ts, o, high, low, _, v) in enumerate(bars())]
    assert refusal(text(lines((), rows=odd)), load_in).code == "unknown-layout"


def test_metatrader_5_is_read_and_what_it_leaves_open_is_said(text, load_in, db):
    header = ("\t".join(("<DATE>", "<TIME>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<TICKVOL>", "<VOL>", "<SPREAD>")),)
    day, time = clock("%Y.%m.%d"), clock("%H:%M:%S")
    plain = [f"{line(row, lambda ts: f'{day(ts)}	{time(ts)}', chr(9))}\t0\t1" for row in bars()]
    ticks = load_in(text([*header, *plain]))
    assert [finding.code for finding in ticks.findings] == ["clock-taken-as-utc", "volume-counts-ticks"]
    assert_the_bars(db, ticks)
    traded = load_in(text([*header, *(each.replace("\t0\t1", "\t77\t1") for each in plain)]), symbol="XUSDT")
    assert [finding.code for finding in traded.findings] == ["clock-taken-as-utc"]
    assert set(stored(db, traded)["volume"]) == {77.0}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["BTC_USDT-1m.json", "BTC_USDT_USDT-1m-mark.json", "BTC_USDT-1m.json.gz"])
def test_freqtrades_json_is_read(indent, name, tmp_path, load_in, db):
    raw = json.dumps(bars(), indent=indent).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    report = load_in(path)
    is_mark = "mark" in name
    assert (report.layout, report.kind) == (("freqtrade-mark", Kind.MARK) if is_mark else ("freqtrade", Kind.BARS))
    assert (report.rows_new, stored(db, report)["low"].tolist()) == (30, [float(row[3]) for row in bars()])


def test_json_in_pieces_of_any_size_gives_the_same_rows_and_numbers(tmp_path, load_in, db, monkeypatch):
    rows = [list(row) for row in bars()]
    rows[20][2] = None
    (tmp_path / "a.json").write_text(json.dumps(rows))
    whole = load_in(tmp_path / "a.json")
    monkeypatch.setattr("trade.files.packed.PIECE_BYTES", 7)
    cut = load_in(tmp_path / "a.json", symbol="XUSDT")
    assert [(each.rows_new, each.bad, [f.place.line for f in each.findings]) for each in (whole, cut)] == [
        (29, {"not-finite": 1}, [21])
    ] * 2
    assert stored(db, whole)["close"].tolist() == stored(db, cut)["close"].tolist()


def test_freqtrades_funding_in_json_is_funding(tmp_path, load_in, db):
    (tmp_path / "a-funding_rate.json").write_text(json.dumps([[T + 8 * HOUR_MS * i, 0.0001 * i, 0, 0, 0, 0] for i in range(5)]))
    report = load_in(tmp_path / "a-funding_rate.json")
    assert (report.kind, stored(db, report)["rate"].tolist()) == (Kind.FUNDING, [0.0001 * i for i in range(5)])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (json.dumps(bars())[:-9], "unreadable-file"),
        (json.dumps(bars())[:-1], "unreadable-file"),
        ("[]", "nothing-to-import"),
        ('[{"open": 1}]', "unsupported-file"),
        ('{"data": [[1, 2]]}', "unsupported-file"),
        (json.dumps([[row] for row in bars()]), "unsupported-file"),
        (json.dumps([[row[0] // 1000, row[3], row[2], row[1], row[4], row[5]] for row in bars()]), "unknown-layout"),
    ],
    ids=["cut", "no-end", "empty", "objects", "object", "nested", "coinbase"],
)
def test_other_json_is_refused(raw, code, tmp_path, load_in):
    (tmp_path / "a.json").write_text(raw)
    assert refusal(tmp_path / "a.json", load_in).code == code


# Premium and index prices


def klines(rows, volume="0", count="60"):
    return [f"{ts},{o:.8f},{h:.8f},{low:.8f},{c:.8f},{volume},{ts + 59_999},0,{count},0,0,0" for ts, o, h, low, c, _ in rows]


def premiums(sign=1):
    return [(T + MINUTE_MS * i, 0.0003, 0.00031, 0.00029 * sign, 0.000304 if sign > 0 else 0.0003, 0) for i in range(30)]


@pytest.mark.parametrize("name", ["premiumIndexKlines/BTCUSDT-1m-2024-01.csv", "x/BTCUSDT-premiumIndex-1m.csv"])
@pytest.mark.parametrize("kind", [None, Kind.MARK, Kind.BARS])
def test_what_is_named_a_premium_index_is_no_price(name, kind, tmp_path, load_in):
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text("\n".join(klines(bars())) + "\n")
    assert refusal(path, load_in, kind=kind).code == "not-mark-prices"


def test_an_index_price_is_a_mark_price_only_if_the_user_says_so(tmp_path, load_in):
    path = tmp_path / "indexPriceKlines" / "BTCUSDT-1m.csv"
    path.parent.mkdir()
    path.write_text("\n".join(klines(bars())) + "\n")
    assert refusal(path, load_in).code == "not-mark-prices"
    assert load_in(path, kind=Kind.MARK).kind is Kind.MARK


@pytest.mark.parametrize("sign", [1, -1], ids=["restless", "negative"])
def test_values_that_move_like_premiums_are_not_taken_for_mark_prices(sign, text, load_in):
    assert refusal(text(klines(premiums(sign))), load_in).code == "not-mark-prices"


@pytest.mark.parametrize("bars_first", [True, False])
def test_mark_prices_of_another_size_than_the_bars_are_refused(bars_first, text, load_in, db):
    traded = text(klines(bars(), volume="1", count="5"))
    marks = text(klines([(ts, o / 3, h / 3, low / 3, c / 3, 0) for ts, o, h, low, c, _ in bars()]), "mark.csv")
    first, second = ((traded, Kind.BARS), (marks, Kind.MARK))[:: 1 if bars_first else -1]
    load_in(first[0], symbol="XUSDT", kind=first[1])
    assert refusal(second[0], load_in, symbol="XUSDT", kind=second[1]).code == "bars-unlike-mark"
    assert len(Store(db).manifest.of(load_in(first[0], symbol="XUSDT", kind=first[1]).series, second[1])) == 0


def test_first_bars_without_volume_are_bars_where_any_later_one_has_some(text, load_in):
    found = klines(bars(10), volume="0", count="1") + klines(bars()[10:], volume="1")
    assert load_in(text(found), symbol="XUSDT").layout == "binance-klines"
    assert load_in(text(klines(bars())), symbol="YUSDT").layout == "binance-mark"
