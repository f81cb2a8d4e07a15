"""What is stored does not depend on how a file is cut into chunks, and is always ascending."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from market_tables import JAN_2023_MS, MINUTE_MS, make_bars

from trade.files import parquet_source
from trade.files.importing import ImportRequest, import_file
from trade.market.sorting import BEFORE_ALL, breaks_order, direction


def broken(*keys, newest=BEFORE_ALL):
    return np.flatnonzero(breaks_order(np.array(keys), newest)).tolist()


def test_ascending_rows_break_nothing():
    assert broken(1, 2, 5, 9) == []
    assert broken(1) == []


def test_repeated_and_late_rows_break_the_order():
    assert broken(1, 2, 2, 3, 1, 4) == [2, 4]


def test_rows_that_do_not_pass_what_was_reached_break_it():
    assert broken(3, 4, 6, newest=5) == [0, 1]


def test_a_row_far_ahead_is_the_stranger():
    assert broken(1, 2, 99, 3, 4) == [2]


def test_a_step_over_a_gap_is_none():
    assert broken(1, 2, 99, 100, 101) == []


def test_most_steps_decide_the_direction():
    assert direction(np.array([1, 2, 3, 0, 4])) == 1
    assert direction(np.array([5, 4, 6, 3, 2])) == -1
    assert direction(np.array([5])) == 1


def imported(order, rows):
    with tempfile.TemporaryDirectory() as folder:
        file, bars = Path(folder) / "a.parquet", make_bars(120, JAN_2023_MS + 44_600 * MINUTE_MS)
        pq.write_table(pa.Table.from_arrays([pa.array(column[order].tolist()) for column in bars.values()], names=list(bars)), file)
        before, parquet_source.ROWS = parquet_source.ROWS, rows
        try:
            report = import_file(Path(folder) / "db", ImportRequest(file, "BTCUSDT", max_bad_frac=1))
        finally:
            parquet_source.ROWS = before
        manifest = (Path(folder) / "db" / "manifest.json").read_text()
        return report, manifest


@given(st.lists(st.tuples(st.integers(0, 119), st.integers(0, 119)), max_size=8), st.integers(30, 100))
@settings(max_examples=25, deadline=None)
def test_chunks_do_not_change_what_is_stored(moves, rows):
    order = list(range(120))
    for place, row in moves:
        order.insert(place, row)
    whole, one = imported(np.array(order), 1 << 18)
    cut, other = imported(np.array(order), rows)
    assert one == other
    assert whole.rows_new == cut.rows_new
    for report in (whole, cut):
        assert report.rows_read == len(order) == report.rows_new + report.duplicates_agreeing + sum(report.bad.values())
        assert "duplicate-disagrees" not in report.bad
