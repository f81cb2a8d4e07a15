"""Stored rows that turn out wrong, such as a last candle that was not complete: replaced by a file, or deleted over a span."""

from __future__ import annotations

import numpy as np
import pytest
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars

from trade.base.errors import DataMissing, Malformed
from trade.files.importing import ImportRequest, import_files
from trade.market import journal
from trade.market.deleting import DeleteRequest, delete_rows
from trade.market.journal import JournalEntry
from trade.market.manifest import AcceptedGap
from trade.market.names import Kind
from trade.market.store import Store
from trade.quality.accepting import AcceptRequest, accept_gap

NOW_MS = 1_700_000_000_000
FEBRUARY = 31 * 1440


def minute(n):
    return JAN_2023_MS + n * MINUTE_MS


def revised(rows, *minutes):
    """Return bars of which some closed a tick lower than in `make_bars`."""
    bars = make_bars(rows)
    at = list(minutes)
    bars["close"][at] -= 0.1
    bars["low"][at] = np.minimum(bars["low"][at], bars["close"][at])
    return bars


def stored(db, kind=Kind.BARS):
    return Store(db).rows(BTC, kind, 0, 2**60).columns


def entries(db):
    return journal.read(db, Store(db).manifest)


def same(left, right):
    return all(np.array_equal(left[name], right[name]) for name in right)


def test_the_complete_candle_takes_the_place_of_the_partial_one(parquet, load_in, db):
    load_in(parquet(revised(60, 59)))
    report = load_in(parquet(make_bars(120), "tuesday.parquet"), replace_at_ms=NOW_MS)
    assert (report.rows_read, report.rows_new, report.duplicates_agreeing, report.rows_replaced) == (120, 60, 59, 1)
    assert report.bad == {}
    assert same(stored(db), make_bars(120))


def test_without_the_word_the_stored_row_stays_and_the_way_is_named(parquet, load_in, db):
    load_in(parquet(revised(60, 59)))
    report = load_in(parquet(make_bars(120), "tuesday.parquet"))
    [finding] = report.findings
    assert (report.rows_replaced, finding.code) == (0, "duplicate-disagrees")
    assert "--replace" in finding.hint
    assert stored(db)["close"][59] == revised(60, 59)["close"][59]
    assert entries(db) == ()


def test_what_was_replaced_is_said_and_in_the_journal(parquet, load_in, db):
    load_in(parquet(revised(60, 7, 59)))
    report = load_in(parquet(make_bars(60), "new.parquet"), replace_at_ms=NOW_MS)
    [note] = report.findings
    assert (note.code, str(note.severity), note.data["rows"]) == ("rows-replaced", "note", 2)
    assert "'2023-01-01 00:07' and '2023-01-01 01:00'" in note.fact
    assert entries(db) == (JournalEntry(NOW_MS, "import-replace", BTC, Kind.BARS, minute(7), minute(60), 2, report.file),)
    assert load_in(parquet(make_bars(60)), replace_at_ms=NOW_MS).duplicates_agreeing == 60
    assert len(entries(db)) == 1


def test_rows_in_several_months_and_off_the_tick_are_replaced_and_counted(parquet, load_in, db):
    load_in(parquet(make_bars(FEBRUARY + 100)))
    other = revised(FEBRUARY + 100, 3, FEBRUARY + 3)
    other["close"][3] -= 0.05
    other["low"][3] -= 0.05
    report = load_in(parquet(other), replace_at_ms=NOW_MS)
    assert (report.rows_replaced, report.months) == (2, ("2023-01", "2023-02"))
    assert same(stored(db), other)
    assert [month.off_grid for month in Store(db).manifest.of(BTC, Kind.BARS)] == [1, 0]


@pytest.mark.parametrize("backward", [False, True])
def test_a_row_that_is_twice_in_the_file_replaces_once_and_is_told(backward, parquet, load_in, db):
    load_in(parquet(make_bars(60)))
    order = [*range(30), 29, *range(30, 60)]
    twice = {name: column[order] for name, column in revised(60, 29).items()}
    twice["close"][30] -= 0.1
    twice["low"][30] -= 0.1
    rows = {name: column[::-1] for name, column in twice.items()} if backward else twice
    report = load_in(parquet(rows, "twice.parquet"), replace_at_ms=NOW_MS)
    assert (report.rows_replaced, report.bad, report.duplicates_agreeing) == (1, {"duplicate-disagrees": 1}, 59)
    assert stored(db)["close"][29] == (twice if not backward else rows)["close"][30 if backward else 29]


def test_of_several_files_the_last_one_stays(parquet, db):
    paths = [parquet(bars, f"{n}.parquet") for n, bars in enumerate([make_bars(60), revised(60, 5), revised(60, 5, 6)])]
    reports = import_files(db, [ImportRequest(path, "BTCUSDT", replace_at_ms=NOW_MS) for path in paths])
    assert [report.rows_replaced for report in reports] == [0, 1, 1]
    assert same(stored(db), revised(60, 5, 6))
    assert [entry.result for entry in entries(db)] == [str(path) for path in paths[1:]]


def test_funding_is_replaced_with_the_instant_it_came_at(parquet, load_in, db):
    load_in(parquet({"ts_ms": [JAN_2023_MS + 3, minute(480)], "funding_rate": [0.0001, 0.0002]}))
    report = load_in(parquet({"ts_ms": [JAN_2023_MS + 9, minute(480)], "funding_rate": [0.0003, 0.0002]}), replace_at_ms=NOW_MS)
    assert (report.rows_replaced, report.duplicates_agreeing) == (1, 1)
    rows = stored(db, Kind.FUNDING)
    assert (rows["ts_raw_ms"].tolist(), rows["rate"].tolist()) == ([JAN_2023_MS + 9, minute(480)], [0.0003, 0.0002])


def asked(first=None, end=None, kinds=(Kind.BARS,)):
    ends = {"from_ms": first, "to_ms": end}
    return DeleteRequest(BTC, kinds, NOW_MS, **{name: minute(n) for name, n in ends.items() if n is not None})


def left(db):
    return ((stored(db)["ts_open_ms"] - JAN_2023_MS) // MINUTE_MS).tolist()


@pytest.mark.parametrize(
    ("first", "end", "rows"),
    [(10, 20, 10), (99, None, 1), (None, 1, 1), (99, 10**6, 1), (-5, 3, 3), (40, 41, 1)],
)
def test_the_rows_of_a_span_go_and_no_other(first, end, rows, parquet, load_in, db):
    load_in(parquet(make_bars(100)))
    assert delete_rows(db, asked(first, end)) == rows
    gone = range(-10 if first is None else first, 10**6 if end is None else end)
    assert left(db) == [n for n in range(100) if n not in gone]
    assert same(stored(db), {name: column[left(db)] for name, column in make_bars(100).items()})
    begin = minute(max(first or 0, 0))
    assert entries(db) == (JournalEntry(NOW_MS, "delete", BTC, Kind.BARS, begin, minute(min(end or 100, 100)), rows, ""),)


def test_a_deleted_candle_can_be_imported_anew(parquet, load_in, db):
    load_in(parquet(revised(60, 59)))
    delete_rows(db, asked(59))
    assert load_in(parquet(make_bars(120))).rows_new == 61
    assert same(stored(db), make_bars(120))


def test_months_that_lie_in_the_span_are_not_read(parquet, load_in, db):
    load_in(parquet(make_bars(FEBRUARY + 100)))
    [damaged] = db.rglob("2023-01-*.parquet")
    damaged.write_bytes(b"nothing")
    assert delete_rows(db, asked(None, FEBRUARY + 1)) == FEBRUARY + 1
    assert [month.month for month in Store(db).manifest.of(BTC, Kind.BARS)] == ["2023-02"]
    assert left(db) == list(range(FEBRUARY + 1, FEBRUARY + 100))


def test_the_rows_off_the_tick_that_are_left_are_counted(parquet, load_in, db):
    bars = make_bars(2000)
    bars["high"][[5, 1500]] += 0.05
    load_in(parquet(bars))
    delete_rows(db, asked(1000))
    assert [month.off_grid for month in Store(db).manifest.of(BTC, Kind.BARS)] == [1]


def test_with_the_last_row_the_series_and_its_rules_go(parquet, load_in, db):
    load_in(parquet(make_bars(10)))
    load_in(parquet({"ts_ms": [JAN_2023_MS], "funding_rate": [0.0001]}))
    assert delete_rows(db, asked(0, 10, tuple(Kind))) == 11
    assert Store(db).series() == ()
    assert Store(db).manifest.instruments == {}
    assert [(entry.kind, entry.rows) for entry in entries(db)] == [(Kind.BARS, 10), (Kind.FUNDING, 1)]


def test_an_outage_inside_the_span_is_accepted_no_longer(parquet, load_in, db):
    load_in(parquet({name: np.delete(column, range(10, 20)) for name, column in make_bars(100).items()}))
    accept_gap(db, AcceptRequest(BTC, minute(10), minute(20), NOW_MS, "down"))
    delete_rows(db, asked(15, 30))
    assert Store(db).manifest.accepted_gaps[BTC] == (AcceptedGap(minute(10), minute(15), "down"),)


def test_a_span_without_rows_and_one_that_ends_before_it_starts_are_told(parquet, load_in, db):
    load_in(parquet({name: np.delete(column, range(10, 20)) for name, column in make_bars(100).items()}))
    before = (db / "manifest.json").read_bytes()
    with pytest.raises(DataMissing, match="from '2023-01-01 00:12' to '2023-01-01 00:18' to delete"):
        delete_rows(db, asked(12, 18))
    with pytest.raises(Malformed, match="ends before it starts"):
        delete_rows(db, asked(18, 12))
    assert (db / "manifest.json").read_bytes() == before
