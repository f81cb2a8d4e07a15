"""Every kind of bad row is told apart, reported at its line, counted and kept out."""

from __future__ import annotations

import numpy as np
import pytest
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, bar_lines, make_bars

from trade.base.errors import Malformed
from trade.files import csv_source
from trade.files.importing import ImportRequest, import_file
from trade.market.store import Store

T = JAN_2023_MS


def minute(i):
    return T + MINUTE_MS * i


def at(report, code):
    return [line for f in report.findings if f.code == code for line in f.data["lines"]]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{minute(9)},nan,2,1,1,1", "not-finite"),
        (f"{minute(9)},inf,2,1,1,1", "not-finite"),
        (f"{minute(9)},,2,1,1,1", "not-finite"),
        (f"{minute(9)},0,2,0,1,1", "price-not-positive"),
        (f"{minute(9)},-1,2,-1,1,1", "price-not-positive"),
        (f"{minute(9)},1,2e12,1,1,1", "price-implausible"),
        (f"{minute(9)},3,2,1,1,1", "high-below-body"),
        (f"{minute(9)},3,4,2,1,1", "low-above-body"),
        (f"{minute(9)},3,4,1,2,-1", "volume-negative"),
        (f"{minute(9) + 1},3,4,1,2,1", "timestamp-off-grid"),
        (f"{minute(9)}.5,3,4,1,2,1", "timestamp-off-grid"),
        ("-60000,3,4,1,2,1", "timestamp-implausible"),
        ("abc,3,4,1,2,1", "unreadable"),
        ("--5,3,4,1,2,1", "unreadable"),
        ("-,3,4,1,2,1", "unreadable"),
        (f"{minute(9)}000000000000,3,4,1,2,1", "unreadable"),
        ("nan,3,4,1,2,1", "unreadable"),
        (",3,4,1,2,1", "unreadable"),
        (f"{minute(9)},x,4,1,2,1", "unreadable"),
        (f"{minute(9)},3,4,1", "unreadable"),
        (f"{minute(1)},30000.1,30000.5,29999.9,30000.2,7", "duplicate-disagrees"),
        (f"{minute(-5)},3,4,1,2,1", "unsorted"),
    ],
)
def test_a_bad_row_is_reported_at_its_line_and_kept_out(row, code, text, load_in, db):
    lines = bar_lines(8)
    lines.insert(6, row)
    report = load_in(text(lines))
    assert report.bad == {code: 1}
    assert at(report, code) == [7]
    assert (report.rows_read, report.rows_new) == (9, 8)
    assert len(Store(db).load(BTC, T, minute(100)).base) == 8


def test_an_equal_duplicate_is_only_counted(text, load_in):
    lines = bar_lines(8)
    lines.insert(6, lines[3])
    report = load_in(text(lines))
    assert (report.duplicates_agreeing, report.bad, report.findings) == (1, {}, ())


def test_parquet_rows_are_counted_from_one(parquet, load_in):
    bars = make_bars(6)
    bars["high"][2] = 1.0
    report = load_in(parquet(bars))
    assert at(report, "high-below-body") == [3]


def test_a_null_in_parquet_is_a_bad_row(parquet, load_in):
    bars = make_bars(6)
    bars["close"] = [*bars["close"][:4].tolist(), None, bars["close"][5]]
    bars["ts_open_ms"] = [None, *bars["ts_open_ms"][1:].tolist()]
    report = load_in(parquet(bars))
    assert (at(report, "not-finite"), at(report, "unreadable")) == ([5], [1])


def test_every_row_is_counted_once(text, load_in):
    lines = bar_lines(8)
    lines[3] = f"{minute(2)},nan,-1,5,1,-1"
    lines.append(lines[1])
    report = load_in(text(lines))
    assert report.rows_read == report.rows_new + report.duplicates_agreeing + sum(report.bad.values())


def test_one_wild_timestamp_does_not_condemn_the_rest(text, load_in):
    lines = bar_lines(8)
    lines.insert(4, f"{minute(10**6)},3,4,1,2,1")
    report = load_in(text(lines))
    assert at(report, "unsorted") == [5]
    assert report.rows_new == 8


def test_of_two_swapped_rows_the_late_one_is_unsorted(text, load_in):
    lines = bar_lines(8)
    lines[3], lines[4] = lines[4], lines[3]
    report = load_in(text(lines))
    assert at(report, "unsorted") == [5]
    assert report.rows_new == 7


def test_a_file_that_runs_backward_is_read_whole(text, load_in, db):
    header, *rows = bar_lines(50_000)
    report = load_in(text([header, *reversed(rows)]))
    assert (report.rows_new, report.bad) == (50_000, {})
    assert len(report.months) == 2
    assert np.array_equal(Store(db).load(BTC, T, minute(50_000)).base.ts_open_ms, make_bars(50_000)["ts_open_ms"])


def test_a_repeated_block_is_duplicates_not_disorder(text, load_in):
    header, *rows = bar_lines(60)
    report = load_in(text([header, *rows[:40], *rows[20:60]]))
    assert (report.rows_new, report.duplicates_agreeing, report.bad) == (60, 20, {})


def test_rows_that_disagree_with_the_store_are_kept_out(text, parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    lines = bar_lines(12)
    lines[5] = f"{minute(4)},30000.1,30000.5,29999.9,30000.2,7"
    report = load_in(text(lines))
    assert at(report, "duplicate-disagrees") == [6]
    assert (report.rows_new, report.duplicates_agreeing) == (2, 9)
    assert Store(db).load(BTC, minute(4), minute(5)).base.close[0] == 300_005


def test_small_blocks_give_the_same_lines(text, load_in, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 100)
    lines = bar_lines(40)
    lines.insert(9, "")
    lines.insert(20, f"{minute(18)},x,4,1,2,1")
    lines.insert(30, lines[29])
    report = load_in(text(lines))
    assert at(report, "unreadable") == [21]
    assert (report.rows_new, report.duplicates_agreeing) == (40, 1)


def test_a_file_without_a_good_row_is_malformed(text, load_in, db):
    with pytest.raises(Malformed) as caught:
        load_in(text([bar_lines(1)[0], f"{minute(0)},3,2,1,1,1", f"{minute(1)},0,2,1,1,1"]))
    assert [f.code for f in caught.value.findings] == ["nothing-to-import", "high-below-body", "price-not-positive"]
    assert Store(db).series() == ()


@pytest.mark.parametrize(
    "odd", ["x" * 300_000, "1,2\r3,4", '"1,2', "\x00", "1,2,3,4,5,6,7,8"], ids=["long", "return", "quote", "zero", "wide"]
)
def test_a_line_that_is_no_row_is_reported_and_costs_no_other(odd, text, load_in):
    lines = bar_lines(2000)
    lines.insert(900, odd)
    report = load_in(text(lines))
    assert at(report, "unreadable") == [901]
    assert report.rows_new == 2000


def test_blank_lines_are_counted_but_are_no_rows(text, load_in, monkeypatch):
    monkeypatch.setattr(csv_source, "BLOCK_BYTES", 2000)
    monkeypatch.setattr(csv_source, "CAREFUL_BYTES", 100)
    lines = bar_lines(200)
    lines[50:50] = [""] * 5000
    lines.append(f"{minute(300)},x,4,1,2,1")
    report = load_in(text(lines))
    assert at(report, "unreadable") == [5202]
    assert report.rows_new == 200


def test_thousands_of_bad_rows_are_one_finding_and_the_first_thousand_named(text, load_in):
    lines = bar_lines(3000)
    lines[1:1501] = [f"{minute(i)},3,2,1,1,1" for i in range(1500)]
    report = load_in(text(lines))
    assert report.bad == {"high-below-body": 1500}
    [finding] = report.findings
    assert finding.fact.startswith("'1500' rows: ")
    assert finding.fact.endswith("; lines '2', '3', '4' and on")
    assert (finding.place.line, finding.data["rows"], at(report, "high-below-body")) == (2, 1500, list(range(2, 1002)))


def test_a_thousand_dates_of_one_kind_are_one_finding_that_quotes_the_first_and_says_what_is_read(text, load_in):
    header, *rows = bar_lines(3000)
    rows = [f"x{i},{row}" for i, row in enumerate(rows)]
    for i in range(1000):
        first, _, rest = rows[1500 + i].split(",", 2)
        rows[1500 + i] = f"{first},{1 + i % 31:02}/01/2023 10:00,{rest}"
    report = load_in(text([f"note,{header}", *rows]), max_bad_frac=0.5)
    [finding] = report.findings
    assert report.bad == {"unreadable": 1000}
    assert (finding.place.line, finding.place.column) == (1502, len("x1500,") + 1)
    assert finding.fact.startswith(
        "'1000' rows like this: the clock '01/01/2023 10:00' in column 'ts_open_ms' is in no form that is read here; "
    )
    assert "write '2024-01-01 00:00:00' in UTC" in finding.hint


def test_what_is_odd_in_another_way_or_another_column_is_a_finding_of_its_own(text, load_in):
    header, *rows = bar_lines(60)
    rows[3] = rows[3].rpartition(",")[0] + ",n/a"
    rows[5] = rows[5].rpartition(",")[0] + ",none"
    rows[7] = rows[7].rpartition(",")[0]
    rows[9] = ",".join([*rows[9].split(",")[:4], "-", rows[9].split(",")[5]])
    rows[11] = rows[11].rpartition(",")[0] + ",N/A"
    report = load_in(text([header, *rows]), max_bad_frac=0.5)
    assert [(f.place.line, f.data["rows"], f.fact.partition(";")[0]) for f in report.findings] == [
        (5, 2, "'2' rows like this: 'n/a' in column 'volume' is no number"),
        (7, 1, "'none' in column 'volume' is no number"),
        (9, 1, "a row of '5' cells, not '6', as the first row has"),
        (11, 1, "'-' in column 'close' is no number"),
    ]
    assert report.findings[3].place.column == len(",".join(rows[9].split(",")[:4])) + 2


def test_a_file_that_is_odd_in_every_row_in_another_way_names_fifty_kinds(text, load_in):
    header, *rows = bar_lines(400)
    for i in range(120):
        rows[i] = rows[i].rpartition(",")[0] + "," + "?" * (i + 1)
    report = load_in(text([header, *rows]), max_bad_frac=0.5)
    assert (len(report.findings), sum(f.data["rows"] for f in report.findings)) == (50, 120)


def test_a_funding_rate_above_one_is_implausible(text, load_in):
    report = load_in(text(["ts_ms,funding_rate", f"{T},0.0001", f"{T + 28_800_000},1.5", f"{T + 57_600_000},nan"]))
    assert (at(report, "rate-implausible"), at(report, "not-finite")) == ([3], [4])


def spoilt(rows, bad):
    """Return lines of good rows and bad ones, the first so many."""
    lines = bar_lines(rows)
    lines[1 : 1 + bad] = [f"{minute(i)},3,2,1,1,1" for i in range(bad)]
    return lines


@pytest.mark.parametrize(
    ("rows", "bad", "allowed"), [(20, 1, 0.05), (180, 9, 0.05), (100, 29, 0.29), (100, 7, 0.07), (1000, 7, 0.7 / 100), (50, 0, 0.0)]
)
def test_as_many_bad_rows_as_are_allowed_are_kept_out(rows, bad, allowed, text, load_in):
    report = load_in(text(spoilt(rows, bad)), max_bad_frac=allowed)
    assert (report.rows_new, sum(report.bad.values())) == (rows - bad, bad)
    assert report.as_json()["bad_pct"] == pytest.approx(100 * bad / rows)


@pytest.mark.parametrize(("rows", "bad", "allowed"), [(20, 2, 0.05), (19, 1, 0.05), (180, 10, 0.05), (100, 30, 0.29), (1000, 1, 0.0)])
def test_one_bad_row_more_refuses_the_file_and_names_them(rows, bad, allowed, text, load_in, db):
    with pytest.raises(Malformed) as caught:
        load_in(text(spoilt(rows, bad)), max_bad_frac=allowed)
    first, named = caught.value.findings
    assert (first.code, first.data) == ("bad-rows", {"rows": bad, "bad": {"high-below-body": bad}})
    assert named.data == {"rows": bad, "lines": list(range(2, 2 + bad))}
    assert Store(db).series() == ()


def test_five_percent_are_allowed_if_nothing_is_said(text, db):
    request = ImportRequest(text(spoilt(100, 5)), "BTCUSDT")
    assert import_file(db, request).rows_new == 95
    with pytest.raises(Malformed, match="are bad and '5 %' may be: '6' high-below-body of '100'; nothing"):
        import_file(db, ImportRequest(text(spoilt(100, 6)), "BTCUSDT"))


def test_a_file_whose_halves_are_swapped_is_refused_and_told_to_be_sorted(text, load_in, db):
    header, *rows = bar_lines(200)
    with pytest.raises(Malformed) as caught:
        load_in(text([header, *rows[100:], *rows[:100]]), max_bad_frac=0.05)
    assert caught.value.findings[0].data["bad"] == {"unsorted": 100}
    assert "sort the file by time" in caught.value.findings[0].hint
    assert Store(db).series() == ()


def test_a_file_that_disagrees_with_the_store_is_refused_and_told_how_to_replace(text, parquet, load_in):
    load_in(parquet(make_bars(100)))
    other = text([line[:-1] + "9" for line in bar_lines(100)[1:-1]], "other.csv")
    with pytest.raises(Malformed) as caught:
        load_in(other, max_bad_frac=0.05, columns=dict(zip(("ts", *list(make_bars(1))[1:]), "123456", strict=True)))
    assert "--replace" in caught.value.findings[0].hint


def test_of_trades_theirs_and_those_of_their_bars_are_weighed_apart(text, load_in):
    header = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional"
    lines = [f"{T // 1000 + i},BTCUSDT,Buy,1,{30000 + i},PlusTick,x,1,1,1" for i in range(600)]
    load_in(text([header, *lines]))
    lines[30:40] = ["x"] * 10
    with pytest.raises(Malformed, match="'10 %' of the rows") as caught:
        load_in(text([header, *lines], "other.csv"), max_bad_frac=0.05)
    assert caught.value.findings[0].data["bad"] == {"unreadable": 10, "duplicate-disagrees": 1}


def test_a_file_of_a_header_alone_has_no_rows(text, load_in):
    with pytest.raises(Malformed) as caught:
        load_in(text(bar_lines(1)[:1]))
    [finding] = caught.value.findings
    assert (finding.code, "has no rows" in finding.fact, "rows named" in finding.hint) == ("nothing-to-import", True, False)


@pytest.mark.parametrize(
    "minutes", [[0, 2, 4, 6, 7, 9, 11], [*range(0, 40, 2), *range(41, 90, 2)], [0, 3, 7, 8, 14, 15, 21, 26, 31, 33, 39]]
)
def test_quiet_minutes_make_no_slower_bars(minutes, parquet, load_in):
    bars = {name: column[minutes] for name, column in make_bars(100).items()}
    assert load_in(parquet(bars)).rows_new == len(minutes)


@pytest.mark.parametrize("length", [2, 3, 4, 5, 15, 30, 60, 77, 143, 240, 1440, 10_080])
@pytest.mark.parametrize("shift", [0, 1])
def test_slower_bars_are_refused_with_gaps_and_a_row_off_their_grid_too(length, shift, parquet, load_in):
    bars = make_bars(40)
    bars["ts_open_ms"] = T + MINUTE_MS * (shift + length * np.delete(np.arange(50), [3, 4, 5, 9, 17, 18, 30, 31, 32, 44]))
    bars["ts_open_ms"][20] += MINUTE_MS
    with pytest.raises(Malformed, match=f"the bars are '{length}' minutes apart"):
        load_in(parquet(bars))


@pytest.mark.parametrize(("rows", "bad", "is_taken"), [(6, 3, True), (19, 2, True), (20, 1, True), (20, 2, False)])
def test_without_a_word_a_twentieth_may_be_bad_where_there_are_twenty_rows(rows, bad, is_taken, text, load_in):
    path = text(spoilt(rows, bad))
    if is_taken:
        assert load_in(path, max_bad_frac=None).rows_new == rows - bad
    else:
        with pytest.raises(Malformed, match="bad"):
            load_in(path, max_bad_frac=None)
