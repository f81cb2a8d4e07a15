"""Several files are one commit; what is stored does not depend on how a series is spread over them."""

from __future__ import annotations

import signal
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forked import Forked
from hypothesis import given, settings
from hypothesis import strategies as st
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, bar_lines, make_bars

from trade.base.errors import Malformed
from trade.files.importing import ImportRequest, import_files
from trade.market.names import Kind
from trade.market.store import Store

T = JAN_2023_MS
SPLIT_START_MS = T + (31 * 1440 - 60) * MINUTE_MS  # an hour before February
ROWS = 120


def requests(*paths, **words):
    return [ImportRequest(path, "BTCUSDT", **words) for path in paths]


def part(rows, first=0):
    return {name: values[first:] for name, values in make_bars(rows).items()}


def test_files_are_stored_together(parquet, db):
    paths = [parquet(part(20), "a.parquet"), parquet(part(30, 10), "b.parquet"), parquet(part(40, 25), "c.parquet")]
    reports = import_files(db, requests(*paths))
    assert [(r.rows_new, r.duplicates_agreeing, r.rows_stored) for r in reports] == [(20, 0, 20), (10, 10, 30), (10, 5, 40)]
    assert Store(db).manifest.generation == 1
    assert len(list(db.rglob("*.parquet"))) == 1


def test_the_first_of_rows_that_disagree_stays_across_files(parquet, db):
    other = part(10)
    other["close"][4] += 0.1
    other["high"][4] += 0.1
    reports = import_files(db, requests(parquet(part(10), "a.parquet"), parquet(other, "b.parquet"), max_bad_frac=0.1))
    assert [(f.code, f.place.line) for f in reports[1].findings] == [("duplicate-disagrees", 5)]
    assert Store(db).load(BTC, T, T + 10 * MINUTE_MS).base.close[4] == 300_005


def test_one_refused_file_refuses_all_and_all_are_explained(parquet, text, db):
    good = parquet(part(20), "good.parquet")
    import_files(db, requests(good))
    before = (db / "manifest.json").read_bytes(), sorted(db.rglob("*.parquet"))
    slow = part(20)
    slow["ts_open_ms"] = T + 60 * MINUTE_MS * np.arange(20)
    bad = text([bar_lines(1)[0], f"{T},0,1,1,1,1"])
    with pytest.raises(Malformed) as caught:
        import_files(db, requests(parquet(part(40), "more.parquet"), parquet(slow, "slow.parquet"), bad))
    assert {f.code for f in caught.value.findings} == {"timeframe-not-supported", "nothing-to-import", "price-not-positive"}
    assert ((db / "manifest.json").read_bytes(), sorted(db.rglob("*.parquet"))) == before


def test_a_file_that_is_not_there_is_told_before_any_is_read(parquet, tmp_path, db):
    with pytest.raises(Malformed) as caught:
        import_files(db, requests(parquet(part(20)), tmp_path / "no.csv", tmp_path / "nor.csv"))
    assert [f.code for f in caught.value.findings] == ["unreadable-file", "unreadable-file"]
    assert not db.exists()


def test_strict_refuses_a_file_with_a_bad_row(text, parquet, db):
    lines = bar_lines(20)
    lines[7] = lines[7].replace(",30000", ",1", 1)
    with pytest.raises(Malformed) as caught:
        import_files(db, requests(parquet(part(20)), text(lines), max_bad_frac=0))
    assert [(f.code, f.place.line) for f in caught.value.findings] == [("bad-rows", 0), ("low-above-body", 8)]
    assert Store(db).series() == ()
    assert not list(db.rglob("*.parquet"))


@pytest.mark.parametrize("fault", ["unsorted", "duplicate-disagrees"])
def test_strict_refuses_rows_that_only_the_whole_file_shows_bad(fault, text, db):
    lines = bar_lines(20)
    lines.append(bar_lines(1, T - MINUTE_MS)[1] if fault == "unsorted" else lines[3].replace(",1.0", ",7.0"))
    with pytest.raises(Malformed) as caught:
        import_files(db, requests(text(lines), max_bad_frac=0))
    assert [f.code for f in caught.value.findings] == ["bad-rows", fault]


def test_strict_lets_good_files_and_agreeing_duplicates_in(text, db):
    lines = bar_lines(20)
    lines.append(lines[3])
    [report] = import_files(db, requests(text(lines), max_bad_frac=0))
    assert (report.rows_new, report.duplicates_agreeing) == (20, 1)


def write_split(folder, spans, series):
    for number, (begin, end) in enumerate(spans):
        columns = {name: values[begin:end] for name, values in series.items()}
        pq.write_table(
            pa.Table.from_arrays([pa.array(v.tolist()) for v in columns.values()], names=list(columns)), folder / f"{number}.parquet"
        )
    return [folder / f"{number}.parquet" for number in range(len(spans))]


def content(store):
    return [(month.month, month.rows, month.digest) for month in Store(store).manifest.of(BTC, Kind.BARS)]


@st.composite
def overlapping_spans(draw):
    """Spans in any order that cover all rows, and overlap as they like."""
    cuts = sorted(draw(st.sets(st.integers(1, ROWS - 1), max_size=5)))
    edges = [0, *cuts, ROWS]
    reach = st.integers(0, 25)
    spans = [(max(0, a - draw(reach)), min(ROWS, b + draw(reach))) for a, b in pairwise(edges)]
    return draw(st.permutations(spans))


@given(overlapping_spans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_series_in_overlapping_files_in_any_order_is_the_series(spans, together):
    series = make_bars(ROWS, SPLIT_START_MS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        import_files(folder / "whole", requests(*write_split(folder, [(0, ROWS)], series)))
        paths = write_split(folder, spans, series)
        for batch in [paths] if together else [[path] for path in paths]:
            import_files(folder / "split", requests(*batch))
        assert content(folder / "split") == content(folder / "whole")


KILLED = """
import sys
from pathlib import Path
from trade.files import importing
real = importing._attempt
def attempt(*words):
    print("file", flush=True)
    return real(*words)
importing._attempt = attempt
importing.import_files(Path(sys.argv[1]), [importing.ImportRequest(Path(path), "BTCUSDT") for path in sys.argv[2:]])
"""


def test_a_killed_import_of_several_files_leaves_the_store_as_it_was(tmp_path, db):
    series = make_bars(400_000)
    import_files(db, requests(*write_split(tmp_path, [(0, 1000)], series)))
    before = content(db)
    paths = write_split(tmp_path, [(i * 100_000, (i + 1) * 100_000) for i in range(4)], series)
    for files in (1, 2, 3):
        with Forked(KILLED, db, *paths) as child:
            for _ in range(files):
                assert child.stdout.readline() == "file\n"
            time.sleep(0.02)
            child.kill()
        assert child.returncode == -signal.SIGKILL
        assert content(db) == before
    import_files(db, requests(*paths))
    assert sum(rows for _, rows, _ in content(db)) == 400_000
