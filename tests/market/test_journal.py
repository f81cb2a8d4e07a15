"""The journal holds what was done, and nothing that was not."""

from __future__ import annotations

import json
import signal
import zlib
from dataclasses import replace

import numpy as np
import pytest
from forked import finished
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars, write_older

from trade.base.errors import Mismatch
from trade.market import journal
from trade.market.journal import FILE_NAME, JournalEntry
from trade.market.names import Kind
from trade.market.sql import query
from trade.market.store import Store
from trade.market.writer import writing
from trade.quality.accepting import AcceptRequest, accept_gap

KILLER = """
import os, signal, sys
from pathlib import Path
from trade.quality.accepting import AcceptRequest, accept_gap
from trade.market.names import Series

calls = 0
def dying(function):
    def call(*args, **words):
        global calls
        calls += 1
        if calls == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **words)
    return call

os.fsync = dying(os.fsync)
Path.replace = dying(Path.replace)
accept_gap(Path(sys.argv[1]), AcceptRequest(Series("generic", "linear", "BTCUSDT"), int(sys.argv[2]), int(sys.argv[3]), 7, "killed"))
"""


def entry(n, result="x"):
    return JournalEntry(n, "heal", BTC, Kind.BARS, n, n + 1, 1, result)


def entries(db):
    return journal.read(db, Store(db).manifest)


def test_entries_come_back_in_the_order_they_were_written(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1), entry(2, "exchänge")])
        writer.commit(writer.manifest, [entry(3)])
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(4)])
    assert entries(db) == (entry(1), entry(2, "exchänge"), entry(3), entry(4))


def test_an_older_snapshot_does_not_see_what_came_after_it(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1)])
        before = Store(db).manifest
        writer.commit(writer.manifest, [entry(2)])
    assert journal.read(db, before) == (entry(1),)


def test_a_store_without_a_journal_did_nothing(db, parquet, load_in):
    load_in(parquet(make_bars(5)))
    assert entries(db) == ()
    assert not (db / FILE_NAME).exists()


def test_a_killed_commit_leaves_no_entry_of_what_did_not_happen(parquet, load_in, db, tmp_path):
    load_in(parquet({name: np.delete(column, range(10, 20)) for name, column in make_bars(100).items()}))
    span = [JAN_2023_MS + 10 * MINUTE_MS, JAN_2023_MS + 12 * MINUTE_MS]
    deaths = unsettled = 0
    for call in range(1, 20):
        before = entries(db)
        code, err = finished(KILLER, db, *span, call)
        happened = bool(Store(db).manifest.accepted_gaps)
        assert (len(entries(db)) > len(before)) == happened
        unsettled += not happened and b"killed" in (db / FILE_NAME).read_bytes()
        if code == 0:
            break
        assert code == -signal.SIGKILL, err
        deaths += 1
        if happened:
            break
    assert deaths >= 3
    assert unsettled >= 1
    accept_gap(db, AcceptRequest(BTC, span[1], span[1] + MINUTE_MS, 8, "alive"))
    assert [each.result for each in entries(db)] == ["killed", "alive"]


def test_a_commit_without_entries_does_not_adopt_those_of_a_dead_one(db, parquet, load_in):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1)])
        journal.append(db, [entry(2)], writer.manifest)
    assert entries(db) == (entry(1),)
    load_in(parquet(make_bars(5)))
    assert entries(db) == (entry(1),)


def test_a_line_that_was_cut_off_is_none_and_the_next_entry_stands_on_its_own(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1)])
    with (db / FILE_NAME).open("ab") as file:
        file.write(b'{"at_ms": 1, "wh')
    assert entries(db) == (entry(1),)
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(2)])
    assert entries(db) == (entry(1), entry(2))


@pytest.mark.parametrize("line", ["{}", "no json", "[]", '{"series": "x"}'])
def test_a_journal_that_is_damaged_is_named(db, line):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1)])
    path = db / FILE_NAME
    path.write_text(f"{line}\n{path.read_text()}")
    with pytest.raises(Mismatch, match=r"journal\.jsonl"):
        entries(db)
    with pytest.raises(Mismatch, match=r"journal\.jsonl"):
        query(Store(db), "SELECT * FROM Journal")
    assert query(Store(db), "SELECT count(*) FROM bars").rows == [(0,)]


def test_no_flipped_bit_of_a_journal_is_overlooked_or_cut_off_by_the_next_commit(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1), entry(2)])
        writer.commit(writer.manifest, [entry(3)])
    path, manifest = db / FILE_NAME, Store(db).manifest
    raw = path.read_bytes()
    for place in range(len(raw)):
        flipped = raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :]
        path.write_bytes(flipped)
        with pytest.raises(Mismatch, match=r"journal\.jsonl"):
            entries(db)
        end = journal.append(db, [entry(4)], manifest)
        assert path.read_bytes().startswith(flipped)
        with pytest.raises(Mismatch, match=r"journal\.jsonl"):
            journal.read(db, replace(manifest, journal=end))


def test_a_line_that_is_taken_out_or_moved_is_missed(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1), entry(2), entry(3)])
    path = db / FILE_NAME
    one, two, three = path.read_bytes().splitlines(keepends=True)
    for lines in ([two, three], [one, three], [two, one, three]):
        path.write_bytes(b"".join(lines))
        with pytest.raises(Mismatch, match=r"journal\.jsonl"):
            entries(db)


def test_a_journal_that_is_cut_short_anywhere_is_missed_before_and_after_the_next_commit(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1), entry(2), entry(3)])
    path, manifest = db / FILE_NAME, Store(db).manifest
    raw = path.read_bytes()
    for length in range(len(raw)):
        path.write_bytes(raw[:length])
        with pytest.raises(Mismatch, match="cut short"):
            entries(db)
        end = journal.append(db, [entry(4)], manifest)
        with pytest.raises(Mismatch, match="cut short"):
            journal.read(db, replace(manifest, journal=end))


def test_a_journal_that_was_moved_away_begins_anew(db):
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1)])
    (db / FILE_NAME).rename(db / "elsewhere.jsonl")
    assert entries(db) == ()
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(2)])
    assert entries(db) == (entry(2),)


def older_line(raw, before):
    """A line as format 4 wrote it: its generation at the begin, and at the end the checksum of everything before."""
    text = json.dumps(raw)
    return f'{text[:-1]}, "crc": "{zlib.crc32(text.encode(), zlib.crc32(before.encode())):08x}"}}\n'


@pytest.fixture
def older(db):
    """A store of format 4 whose journal has a line without a checksum, two with one, and one of a commit that never came to be."""
    with writing(db) as writer:
        writer.commit(writer.manifest)
        writer.commit(writer.manifest)
    write_older(db / "manifest.json", 4)
    text = json.dumps({"generation": 0, **entry(1).as_json()}) + "\n"
    for n, generation in ((2, 1), (3, 2), (4, 3)):
        text += older_line({"generation": generation, **entry(n).as_json()}, text)
    (db / FILE_NAME).write_text(text)
    return db


def test_entries_of_an_older_version_are_read_and_covered_by_the_next_commit(older):
    kept = (entry(1), entry(2), entry(3))
    assert entries(older) == kept
    with writing(older) as writer:
        writer.commit(writer.manifest, [entry(5)])
    assert entries(older) == (*kept, entry(5))
    path = older / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b'"rows": 1', b'"rows": 9', 1))
    with pytest.raises(Mismatch, match=r"journal\.jsonl"):
        entries(older)


def test_no_flipped_bit_of_an_older_journal_is_overlooked_and_nothing_is_committed_over_it(older):
    path = older / FILE_NAME
    raw = path.read_bytes()
    for place in range(raw.index(b"\n") + 1, len(raw)):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :])
        with pytest.raises(Mismatch, match=r"journal\.jsonl"):
            entries(older)
    with writing(older) as writer, pytest.raises(Mismatch, match=r"journal\.jsonl"):
        writer.commit(writer.manifest, [entry(5)])


def test_the_journal_is_a_view_of_the_sql(db):
    assert query(Store(db), "SELECT * FROM journal").rows == []
    with writing(db) as writer:
        writer.commit(writer.manifest, [entry(1), entry(2)])
    answer = query(Store(db), "SELECT series, kind, sum(rows) AS n FROM journal GROUP BY ALL")
    assert answer.rows == [("generic:linear:BTCUSDT", "bars", 2)]
    assert query(Store(db), "SELECT * FROM journal").columns[0] == "at_ms"


@pytest.mark.parametrize("line", ["5", "[]", '"text"', '{"generation": "1"}', '{"generation": null}'])
def test_a_line_of_an_older_journal_that_is_no_entry_is_damage(older, line):
    path = older / FILE_NAME
    path.write_text(f"{line}\n{path.read_text()}")
    assert [finding.code for finding in journal.damage(older, Store(older).manifest)] == ["journal-damaged"]
    with pytest.raises(Mismatch), writing(older) as writer:
        writer.commit(writer.manifest, [entry(9)])
