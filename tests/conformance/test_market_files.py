"""Market files in the shapes that people have: each is imported rightly, or refused with what to do.

The folders of rows (ties, archives, line ends, ...) have a table of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from published import folder
from test_market_file_rows import OURS as OF_ROWS

from trade.base.errors import Malformed
from trade.files.asked import parse_asked
from trade.files.importing import ImportRequest, import_file
from trade.market.fitting import GridOptions
from trade.market.names import Kind
from trade.market.store import Store

FIRST_MS, LAST_MS = 1_704_067_200_000, 1_704_085_140_000
SAME = "timestamps/ms.csv"  # the bars that most files hold, each in its own writing
HISTDATA = "ts=1,open=2,high=3,low=4,close=5,volume=6"


@dataclass(frozen=True)
class Stored:
    """An import that goes well: rows of one kind, their span, those kept out; `same` if they are the bars of `SAME`."""

    rows: int = 300
    first_ms: int = FIRST_MS
    last_ms: int = LAST_MS
    bad: dict[str, int] = field(default_factory=dict)
    kind: Kind = Kind.BARS
    same: bool = True
    volume: float | None = None  # of the first row
    close: float | None = None  # of the last row


@dataclass(frozen=True)
class Case:
    """A file, what the user says of it, and what becomes of it: rows, or the first code of the refusal and a word of its hint."""

    name: str
    outcome: Stored | tuple[str, str]
    symbol: str = "BTCUSDT"
    kind: str | None = None
    layout: str | None = None
    columns: str | None = None
    decimal: str | None = None
    tick: str = "0.01"


ONE_BAD = Stored(rows=299, bad={"unreadable": 1})
FIFTY = Stored(rows=50, last_ms=1_704_070_140_000)
KLINES_MS = 1_735_603_200_000
CAT = Stored(2880, KLINES_MS, 1_735_775_940_000, {"unreadable": 1}, same=False, volume=765.0)
DOGE = Stored(600, FIRST_MS, 1_704_103_140_000, same=False, volume=652.0)
SHIB = Stored(400, FIRST_MS, 1_704_091_140_000, same=False, close=7.4e-06)
INSTANTS = (
    *("T_noSec", "isoZ", "iso_ms_Z", "iso_ns9", "iso_off-5", "iso_off5.5", "iso_off9", "iso_plus", "iso_plus0000", "iso_us"),
    *("mixed_none_offset", "mixed_offset_none", "mixed_offsets", "mixed_units", "ms", "ms_float", "ms_in_s_unit", "ns", "ns_float"),
    *("s", "s_exp", "s_float", "s_in_ms_unit", "timestamp_ms", "ts_open_ms_in_s", "two_clocks", "two_clocks2", "us"),
)
CASES = (
    *(Case(f"timestamps/{name}.csv", Stored()) for name in INSTANTS),
    Case("timestamps/24h.csv", ONE_BAD),
    Case("timestamps/leap_second.csv", ONE_BAD),
    Case("timestamps/closing_ms.csv", ("clock-unclear", "--columns")),
    Case("timestamps/slash.csv", ("clock-unclear", "2024-01-01 00:00:00")),
    Case("timestamps/utc_word.csv", ("clock-unclear", "2024-01-01 00:00:00")),
    Case("wrong_timeframe/1s.csv", ("timeframe-not-supported", "1m")),
    Case("wrong_timeframe/30s.csv", ("timeframe-not-supported", "1m")),
    Case("wrong_timeframe/5m.csv", ("timeframe-not-supported", "1m")),
    Case("premium_index_alt/klines/DOGEXUSDT-1m-2024-01.csv", DOGE, symbol="DOGEXUSDT", tick="0.00001"),
    Case("premium_index_alt/premiumIndexKlines/DOGEXUSDT-1m-2024-01.csv", ("not-mark-prices", "markPriceKlines"), symbol="DOGEXUSDT"),
    Case("premium_index_alt/premiumIndexKlines/DOGEXUSDT-1m-2024-01.csv", ("not-mark-prices", "no prices"), kind="mark"),
    Case("binance_cat_headers/cat.csv", CAT),
    Case("binance_cat_headers/noheader_then_header.csv", CAT),
    Case("binance_interleaved/i.csv", ("file-unsorted", "sort")),
    Case("cdd_url_line/Binance_BTCUSDT_minute.csv", Stored()),
    Case("cdd_url_line/Binance_BTCUSDT_minute.csv", Stored(), columns="ts=unix,volume=Volume BTC"),
    Case("cdd_url_line/no_url.csv", Stored(), columns="ts=unix,volume=Volume BTC"),
    Case("cdd_url_line/no_symbol.csv", Stored()),
    Case("cdd_url_line/no_symbol2.csv", Stored(), columns="ts=unix,volume=Volume BTC"),
    *(Case(f"symbol_column/{name}.csv", FIFTY) for name in ("BINANCE_BTCUSDT", "BTCUSDT_P", "btcusdt", "dash")),
    Case("symbol_column/tBTCUSD.csv", FIFTY, symbol="BTCUSD"),
    Case("symbol_column/tBTCUSD.csv", ("symbol-differs", "BTCUSD")),
    *(
        Case(f"symbol_column/{name}.csv", ("symbol-differs", "BTCUSDT"), symbol="ETHUSDT")
        for name in ("BINANCE_BTCUSDT", "btcusdt", "dash")
    ),
    Case("compact_number_dates/x.csv", ("clock-unclear", "2024-01-01 00:00:00")),
    Case("compact_number_dates/y.csv", ("clock-unclear", "2024-01-01 00:00:00")),
    *(Case(f"date_only_daily/{name}.csv", ("timeframe-not-supported", "1m")) for name in ("d", "d1", "d2")),
    Case("decimal_comma/de.csv", Stored()),
    Case("decimal_comma/de_thousands.csv", Stored()),
    Case("thousands/apostrophe.csv", Stored()),
    Case("thousands/underscore.csv", Stored()),
    Case("thousands/us.csv", Stored()),
    Case("thousands/de_int_thousands.csv", ("numbers-unclear", "--decimal")),
    Case("thousands/de_int_thousands.csv", Stored(same=False, close=28923.0), decimal=","),
    Case("thousands/de_int_thousands.csv", Stored(same=False, close=28.923), decimal=".", tick="0.001"),
    Case("excel_dates/x.csv", ("clock-unclear", "2024-01-01 00:00:00")),
    Case("excel_dates/y.csv", Stored()),
    Case("excel_dates/z.csv", ("clock-unclear", "save the file again")),
    Case("exponents/bars.csv", SHIB, symbol="SHIBUSDT", tick="0.00000001"),
    Case("exponents/pandas.csv", Stored(400, FIRST_MS, 1_704_091_140_000, same=False, volume=1000.0), symbol="SHIBUSDT", tick="0.00000001"),
    Case("shib_8_decimals/bars.csv", SHIB, symbol="SHIBUSDT", tick="0.00000001"),
    Case(
        "large_prices/bars.csv", Stored(400, FIRST_MS, 1_704_091_140_000, same=False, close=1_649_935_000.0), symbol="BTCIDR", tick="1000"
    ),
    Case("freqtrade_json/BTC_USDT-1m.json", Stored()),
    Case("headerless_six/x.csv", Stored()),
    Case("headerless_six/x.csv", Stored(), columns=HISTDATA),
    Case("histdata_semicolon/h.csv", ("clock-unclear", "--layout histdata")),
    Case("histdata_semicolon/h.csv", Stored(), columns=HISTDATA),
    Case("histdata_semicolon/DAT_ASCII_EURUSD_M1.csv", ("clock-unclear", "--columns ts=1")),
    Case(
        "histdata_semicolon/DAT_ASCII_EURUSD_M1.csv",
        Stored(first_ms=FIRST_MS + 5 * 3_600_000, last_ms=LAST_MS + 5 * 3_600_000, same=False, volume=667.0),
        layout="histdata",
    ),
    Case("kraken_ohlcvt/k.csv", Stored()),
    Case("kraken_ohlcvt/XBTUSDT_1.csv", Stored()),
    Case("mt5_tab/BTCUSD_M1.csv", Stored(), symbol="BTCUSD"),
    Case("tradingview/x.csv", Stored()),
    Case("delisted_tail/z.csv", Stored(400, KLINES_MS, 1_735_627_140_000, same=False, volume=765.0)),
    Case("delisted_tail/first_zero.csv", Stored(100, KLINES_MS, 1_735_609_140_000, same=False, volume=0.0)),
    Case("delisted_tail/first_zero_count1.csv", Stored(100, KLINES_MS, 1_735_609_140_000, same=False, volume=0.0)),
)
OURS = sorted({case.name.partition("/")[0] for case in CASES})


@pytest.fixture(scope="module")
def home() -> Path:
    found = folder()
    if found is None or not (found / "files").is_dir():
        pytest.skip("the cases are not here")
    return found / "files"


def brought_in(home: Path, case: Case, db: Path):
    asked = parse_asked(case.kind, case.layout, case.columns, None, case.decimal)
    grid = GridOptions(tick_size=Decimal(case.tick))
    report = import_file(db, ImportRequest(home / case.name, case.symbol, asked=asked, grid=grid))
    return report, Store(db).rows(report.series, report.kind, 0, 2**53).columns


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.name}" for number, case in enumerate(CASES)])
def test_a_file_is_imported_rightly_or_refused_with_what_to_do(case, home, tmp_path):
    want = case.outcome
    if not isinstance(want, Stored):
        with pytest.raises(Malformed) as caught:
            brought_in(home, case, tmp_path / "db")
        first = caught.value.findings[0]
        assert (first.code, want[1] in (first.hint or "")) == (want[0], True)
        assert not (tmp_path / "db" / "manifest.json").exists()
        return
    report, columns = brought_in(home, case, tmp_path / "db")
    assert (report.kind, report.rows_new, report.first_ms, report.last_ms) == (want.kind, want.rows, want.first_ms, want.last_ms)
    assert report.bad == want.bad
    if want.volume is not None:
        assert columns["volume"][0] == want.volume
    if want.close is not None:
        assert columns["close"][-1] == want.close
    if want.same:
        _, true = brought_in(home, Case(SAME, Stored()), tmp_path / "same")
        there = np.isin(true["ts_open_ms"], columns["ts_open_ms"])
        assert {name: values[there].tolist() for name, values in true.items()} == {name: v.tolist() for name, v in columns.items()}


def test_every_file_of_these_folders_has_its_outcome(home):
    there = {path.relative_to(home).as_posix() for name in OURS for path in (home / name).rglob("*") if path.suffix in (".csv", ".json")}
    assert there == {case.name for case in CASES}


def test_every_folder_is_in_one_of_the_two_tables(home):
    assert {*OURS, *OF_ROWS} == {path.name for path in home.iterdir()}
