"""Spans of time behave like the sets of instants they cover."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trade.base.spans import NONE, complement, covered_ms, inside, intersection, joined
from trade.base.spans import Int64 as Array

END = 40
EDGES = st.lists(st.integers(0, END), unique=True, max_size=12).map(sorted)


def spans(edges: list[int]) -> Array:
    """Pair the edges up: disjoint spans, none of which touch."""
    return np.array(edges[: len(edges) // 2 * 2], np.int64).reshape(-1, 2)


def instants(found: Array) -> set[int]:
    assert (found[:, 1] > found[:, 0]).all()
    assert (found[1:, 0] >= found[:-1, 1]).all()
    return {instant for start, end in found.tolist() for instant in range(start, end)}


@given(EDGES, st.integers(0, END), st.integers(0, END))
def test_spans_and_their_complement_part_the_time(edges: list[int], a: int, b: int) -> None:
    start, end = min(a, b), max(a, b)
    open_ones = instants(complement(spans(edges), start, end))
    assert open_ones == set(range(start, end)) - instants(spans(edges))


@given(EDGES, EDGES)
def test_an_intersection_is_what_both_cover(one: list[int], other: list[int]) -> None:
    assert instants(intersection(spans(one), spans(other))) == instants(spans(one)) & instants(spans(other))


@given(EDGES)
def test_an_instant_is_covered_or_not(edges: list[int]) -> None:
    every, covered = np.arange(END + 1), instants(spans(edges))
    assert set(np.flatnonzero(inside(spans(edges), every)).tolist()) == covered
    assert covered_ms(spans(edges), every).tolist() == [len([each for each in covered if each < instant]) for instant in range(END + 1)]


def test_spans_that_touch_are_as_good_as_one() -> None:
    touching = np.array([(2, 4), (4, 6)], np.int64)
    assert complement(touching, 0, 8).tolist() == [[0, 2], [6, 8]]
    assert joined(touching[:, 0], touching[:, 1]).tolist() == [[2, 6]]
    assert covered_ms(touching, np.array([4, 5, 9])).tolist() == [2, 3, 4]


def test_no_spans_cover_nothing() -> None:
    assert complement(NONE, 3, 5).tolist() == [[3, 5]]
    assert len(intersection(NONE, np.array([(0, 9)], np.int64))) == len(joined(NONE[:, 0], NONE[:, 1])) == 0
    assert not inside(NONE, np.arange(3)).any()
