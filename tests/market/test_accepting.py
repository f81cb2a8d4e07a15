"""A known outage counts as closed market, as far as no bar is stored in it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_tables import BTC, JAN_2023_MS, MINUTE_MS, make_bars, write_older

from trade.base.errors import Malformed
from trade.market import journal
from trade.market.deleting import DeleteRequest, delete_rows
from trade.market.manifest import SCHEMA, AcceptedGap
from trade.market.names import Kind
from trade.market.spans import length_ms, union, within, without
from trade.market.store import Store
from trade.quality.accepting import AcceptRequest, accept_gap, accepted_gaps, remove_accepted


def minute(n):
    return JAN_2023_MS + n * MINUTE_MS


def asked(first, end, reason=""):
    return AcceptRequest(BTC, minute(first), minute(end), 1_700_000_000_000, reason)


def gap(first, end, reason=""):
    return AcceptedGap(minute(first), minute(end), reason)


def holed(*holes, rows=100):
    gone = [m for first, end in holes for m in range(first, end)]
    return {name: np.delete(column, gone) for name, column in make_bars(rows).items()}


@pytest.fixture
def filled(parquet, load_in, db):
    """A hundred minutes without 10 to 20 and 50 to 53."""
    load_in(parquet(holed((10, 20), (50, 53))))
    return db


def counted(db, first=0, end=100):
    """Return the accepted gaps that a run over these minutes sees, in minutes."""
    found = Store(db).load(BTC, minute(first), minute(end)).accepted_gaps
    return [((a - JAN_2023_MS) // MINUTE_MS, (b - JAN_2023_MS) // MINUTE_MS) for a, b in found]


def test_a_hole_is_accepted_with_its_reason_and_counts_in_the_history(filled):
    assert accept_gap(filled, asked(10, 20, "down")) == (gap(10, 20, "down"),)
    assert counted(filled) == [(10, 20)]
    assert counted(filled, 15, 60) == [(15, 20)]
    assert counted(filled, 20, 60) == []


def test_the_digest_of_the_rows_is_as_it_was(filled):
    before = Store(filled).load(BTC, minute(0), minute(100)).digest
    accept_gap(filled, asked(10, 20))
    assert Store(filled).load(BTC, minute(0), minute(100)).digest == before


def test_a_part_of_a_hole_is_a_hole(filled):
    accept_gap(filled, asked(12, 15))
    assert counted(filled) == [(12, 15)]


@pytest.mark.parametrize(
    ("first", "end", "bars", "holes"),
    [(9, 20, 1, [(10, 20)]), (5, 60, 42, [(10, 20), (50, 53)]), (30, 40, 10, []), (-5, 0, 0, []), (99, 101, 1, [])],
)
def test_a_span_that_is_no_hole_is_refused_and_the_holes_inside_it_are_named(filled, first, end, bars, holes):
    with pytest.raises(Malformed) as refused:
        accept_gap(filled, asked(first, end))
    [finding] = refused.value.findings
    assert (finding.code, finding.data["bars"]) == ("not-a-gap", bars)
    assert finding.data["gaps"] == [[minute(a), minute(b)] for a, b in holes]
    assert finding.hint.count("--from") == len(holes)
    assert counted(filled) == []


def test_seconds_and_an_empty_span_are_refused_together(filled):
    with pytest.raises(Malformed) as refused:
        accept_gap(filled, AcceptRequest(BTC, minute(15) + 1, minute(12), 0))
    assert {finding.code for finding in refused.value.findings} == {"bad-time", "empty-span"}


def test_accepted_gaps_are_sorted_and_merged_where_one_reason_holds(filled):
    accept_gap(filled, asked(50, 53, "b"))
    accept_gap(filled, asked(15, 20, "a"))
    accept_gap(filled, asked(10, 15, "a"))
    assert accept_gap(filled, asked(10, 12, "c")) == (gap(10, 12, "c"), gap(12, 20, "a"), gap(50, 53, "b"))


def test_a_part_is_taken_back_and_what_is_not_accepted_cannot_be(filled):
    accept_gap(filled, asked(10, 20, "a"))
    assert remove_accepted(filled, asked(12, 14)) == (gap(10, 12, "a"), gap(14, 20, "a"))
    assert counted(filled) == [(10, 12), (14, 20)]
    with pytest.raises(Malformed) as refused:
        remove_accepted(filled, asked(12, 14))
    assert refused.value.findings[0].code == "gap-not-accepted"


def test_bars_that_are_stored_later_win(filled, parquet, load_in):
    accept_gap(filled, asked(10, 20))
    load_in(parquet(holed((15, 20), (50, 53)), "more.parquet"))
    assert counted(filled) == [(15, 20)]
    [known] = accepted_gaps(Store(filled), BTC)
    assert (known.gap, known.as_json()["missing_bars"]) == (gap(10, 20), 5)


def test_deleted_bars_take_their_accepted_gaps_with_them(filled):
    accept_gap(filled, asked(10, 20))
    delete_rows(filled, DeleteRequest(BTC, (Kind.MARK, Kind.BARS), 7))
    assert Store(filled).manifest.accepted_gaps == {}


def test_what_was_accepted_and_taken_back_is_in_the_journal(filled):
    accept_gap(filled, asked(10, 20, "down"))
    remove_accepted(filled, asked(10, 12))
    entries = journal.read(filled, Store(filled).manifest)
    assert [(entry.what, entry.rows, entry.result) for entry in entries] == [
        ("accept-gap", 10, "down"),
        ("remove-accepted-gap", 2, ""),
    ]
    assert entries[0].at_ms == 1_700_000_000_000


def test_a_store_of_the_second_format_has_no_accepted_gaps(filled):
    path = filled / "manifest.json"
    raw = write_older(path, 2)
    del raw["accepted_gaps"]
    path.write_text(json.dumps(raw))
    assert Store(filled).manifest.accepted_gaps == {}
    accept_gap(filled, asked(10, 20))
    assert json.loads(path.read_text())["schema"] == SCHEMA
    assert counted(filled) == [(10, 20)]


sets = st.frozensets(st.integers(0, 30))


def spans_of(minutes):
    return union((m, m + 1) for m in minutes)


def minutes_of(spans):
    return {m for first, end in spans for m in range(first, end)}


@given(sets, sets)
def test_spans_are_sets_of_instants(left, right):
    one, other = spans_of(left), spans_of(right)
    assert minutes_of(one) == left
    assert minutes_of(within(one, other)) == left & right
    assert minutes_of(without(one, other)) == left - right
    assert length_ms(one) == len(left)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)), max_size=6))
def test_spans_inside_others_add_nothing_to_their_union(drawn):
    spans = [(start, start + length) for start, length in drawn]
    assert minutes_of(union(spans)) == minutes_of(spans)
