"""Market files whose rows are the question: ties, repeats, order, ticks, clocks, line ends, archives; each with its outcome."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from published import folder

from trade.base.errors import Malformed
from trade.files.importing import ImportRequest, import_file
from trade.market.names import Kind
from trade.market.store import Store

FIRST_MS, LAST_MS = 1_704_067_200_000, 1_704_085_140_000
KLINES_MS = 1_735_603_200_000
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Stored:
    """An import that goes well: new rows, their span, those known already and kept out, the tick that is proposed."""

    rows: int = 300
    first_ms: int = FIRST_MS
    last_ms: int = LAST_MS
    known: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    tick: str | None = "0.01"


def spanning(rows: int, first_ms: int, tick: str | None = "0.01", **words) -> Stored:
    return Stored(rows, first_ms, first_ms + (rows - 1) * MINUTE_MS, tick=tick, **words)


Refused = tuple[str, str]  # the first code, and a word of its fact or hint

COARSE = 1_704_067_200_000
PARQUETS = ("cat", "decimal", "float_s", "float32", "index_ny", "index_tz", "naive_us", "str_iso", "str_ms", "str_naive", "str_prices")
TEXTS = (
    "blank_first",
    "blank_lines",
    "bom_crlf",
    "comment_first",
    "cr",
    "crlf",
    "index_col",
    "no_final_newline",
    "pipe",
    "quoted",
    "spaces",
)
FILES: dict[str, Stored | Refused] = {
    "bybit_trades_ties/ascending.csv": spanning(2, 1_577_836_800_000, None),
    "bybit_inverse/BTCUSD2020-01-01.csv": ("inverse-contract", "linear"),
    "partial_last_candle/monday.csv": spanning(60, KLINES_MS),
    "partial_last_candle/tuesday.csv": spanning(120, KLINES_MS),
    "overlap/BTCUSDT-1m-2024-12.csv": spanning(2000, KLINES_MS),
    "overlap/BTCUSDT-1m-2025-01-01.csv": spanning(600, KLINES_MS + 1900 * MINUTE_MS),
    "out_of_order/o.csv": Stored(199, KLINES_MS, KLINES_MS + 199 * MINUTE_MS, 2, {"unsorted": 1}),
    "out_of_order/shuffled.csv": ("file-unsorted", "sort"),
    "coarse_tick/BTTCUSDT.csv": spanning(400, COARSE, "1E-8"),
    "coarse_tick/PEPEUSDT_2023_05.csv": spanning(400, COARSE, "1E-8"),
    "coarse_tick/XVGBTC.csv": spanning(400, COARSE, "1E-8"),
    "coarse_tick/DOGE_2020_tick0.0001_at_0.03.csv": spanning(400, COARSE, "0.0001"),
    "coarse_tick/penny tick .01 at 4.csv": spanning(400, COARSE, "0.01"),
    "shib_8_decimals/bars.csv": spanning(400, COARSE, "1E-8"),
    **{f"parquet_clocks/{name}.parquet": Stored() for name in (*PARQUETS, "uint64", "upper")},
    "parquet_clocks/ft.feather": Stored(),
    "parquet_clocks/int_prices.parquet": Stored(tick="1"),
    "parquet_clocks/index_unnamed.parquet": ("missing-columns", "__index_level_0__"),
    **{f"line_ends/{name}.csv": Stored() for name in (*TEXTS, "trailing_comma", "utf8_column")},
    "line_ends/nul_bytes.csv": Stored(bad={"unreadable": 1}),
    "line_ends/latin1.csv": ("unreadable-file", "UTF-8"),
    "line_ends/utf16.csv": ("unreadable-file", "UTF-16"),
    "archives/a.csv.gz": Stored(),
    "archives/two_members.csv.gz": Stored(),
    "archives/checksum.zip": ("archive-members", "one file"),
    "archives/mac.zip": ("archive-members", "one file"),
    "archives/lzma.zip": ("archive-damaged", "deflate"),
    "archives/x.csv.bz2": ("unsupported-file", "bzip2"),
    "archives/x.csv.xz": ("unsupported-file", "xz"),
    "archives/empty.csv": ("nothing-to-import", "is empty"),
    "archives/empty.csv.gz": ("nothing-to-import", "is empty"),
    "archives/only_header.csv": ("nothing-to-import", "has no rows"),
}
OURS = sorted({name.partition("/")[0] for name in FILES})


@pytest.fixture(scope="module")
def home() -> Path:
    found = folder()
    if found is None or not (found / "files").is_dir():
        pytest.skip("the cases are not here")
    return found / "files"


def symbol_of(name):
    """Return a symbol that no table knows, so that the tick is proposed; of trades the one they name."""
    return "BTCUSDT" if "ties" in name else "BTCUSD" if "inverse" in name else "XUSDT"


def bring(db, path, name="", **words):
    return import_file(db, ImportRequest(path, symbol_of(name or path.as_posix()), **words))


def bars_of(db, report):
    return Store(db).rows(report.series, Kind.BARS, 0, 2**53).columns


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_imported_rightly_or_refused_with_what_to_do(name, home, tmp_path):
    want = FILES[name]
    if not isinstance(want, Stored):
        with pytest.raises(Malformed) as caught:
            bring(tmp_path, home / name)
        first = caught.value.findings[0]
        assert (first.code, want[1] in f"{first.fact} {first.hint}") == (want[0], True)
        assert "''" not in first.fact
        assert not (tmp_path / "manifest.json").exists()
        return
    report = bring(tmp_path, home / name)
    assert (report.rows_new, report.first_ms, report.last_ms) == (want.rows, want.first_ms, want.last_ms)
    assert (report.duplicates_agreeing, report.bad) == (want.known, want.bad)
    assert want.tick is None or report.instrument.tick_size == Decimal(want.tick)


def test_every_file_of_these_folders_has_its_outcome(home):
    there = {path.relative_to(home).as_posix() for name in OURS for path in (home / name).iterdir() if path.suffix not in (".txt", ".yml")}
    assert there == set(FILES)


def test_files_of_the_same_bars_hold_the_same_bars(home, tmp_path):
    """Parquet in any type, text in any writing, packed or not: line_ends/crlf.csv is what they all say."""
    true = bars_of(tmp_path / "true", bring(tmp_path / "true", home / "line_ends/crlf.csv"))
    others = [name for name, want in FILES.items() if isinstance(want, Stored) and want.rows == 300 and want.tick == "0.01"]
    assert len(others) > 25
    for number, name in enumerate(others):
        found = bars_of(tmp_path / str(number), bring(tmp_path / str(number), home / name))
        assert {key: values.tolist() for key, values in found.items()} == {key: values.tolist() for key, values in true.items()}, name


def test_trades_newest_first_make_the_bars_of_trades_oldest_first(home, tmp_path):
    path = home / "bybit_trades_ties/ascending.csv"
    header, *rows = path.read_text().splitlines()
    (tmp_path / "descending_ties.csv").write_text("\n".join([header, *reversed(rows)]) + "\n")
    for number, file in enumerate((path, tmp_path / "descending_ties.csv")):
        columns = bars_of(tmp_path / str(number), bring(tmp_path / str(number), file))
        bars = list(zip(*(columns[name].tolist() for name in ("open", "high", "low", "close")), strict=True))
        assert bars == [(100.0, 104.0, 100.0, 104.0), (105.0, 105.0, 99.0, 99.0)]


def test_the_complete_candle_is_put_in_place_of_the_partial_one(home, tmp_path):
    monday, tuesday = (home / f"partial_last_candle/{day}.csv" for day in ("monday", "tuesday"))
    bring(tmp_path / "db", monday)
    kept = bring(tmp_path / "db", tuesday)
    assert (kept.rows_new, kept.bad) == (60, {"duplicate-disagrees": 1})
    report = bring(tmp_path / "db", tuesday, replace_at_ms=7)
    assert (report.rows_new, report.rows_replaced, report.duplicates_agreeing, report.bad) == (0, 1, 119, {})
    whole = bars_of(tmp_path / "whole", bring(tmp_path / "whole", tuesday))
    found = bars_of(tmp_path / "db", report)
    assert {name: values.tolist() for name, values in found.items()} == {name: values.tolist() for name, values in whole.items()}


@pytest.mark.parametrize("backward", [False, True])
def test_an_overlap_keeps_the_first_of_rows_that_disagree(backward, home, tmp_path):
    paths = [home / f"overlap/BTCUSDT-1m-{name}.csv" for name in ("2024-12", "2025-01-01")]
    reports = [bring(tmp_path, path) for path in (reversed(paths) if backward else paths)]
    assert (reports[1].rows_stored, reports[1].bad) == (2500, {"duplicate-disagrees": 1})
    places = [finding.place.line for finding in reports[1].findings if finding.code == "duplicate-disagrees"]
    assert places == [1912 if backward else 12]


def test_a_file_whose_halves_are_swapped_loses_no_row_in_silence(home, tmp_path):
    lines = (home / "out_of_order/o.csv").read_text().splitlines()
    header, rows = lines[0], sorted(set(lines[1:]))
    (tmp_path / "rotated.csv").write_text("\n".join([header, *rows[100:], *rows[:100]]) + "\n")
    with pytest.raises(Malformed, match="unsorted") as caught:
        bring(tmp_path / "db", tmp_path / "rotated.csv")
    assert "sort the file by time" in caught.value.findings[0].hint


def test_minutes_without_trades_make_no_slower_file(home, tmp_path):
    report = bring(tmp_path, home.parent / "reports/sparse_minutes_file/bars.csv")
    with (home.parent / "reports/sparse_minutes_file/bars.csv").open(newline="") as file:
        assert report.rows_new == len(list(csv.DictReader(file))) == 7
