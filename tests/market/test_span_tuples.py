"""Spans of any order, some inside others, as what they cover together."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trade.market.spans import length_ms, union, within, without

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda drawn: (drawn[0], sum(drawn))), max_size=8)


def instants(spans):
    return {instant for start, end in spans for instant in range(start, end)}


def test_a_span_inside_another_does_not_end_it():
    assert union([(0, 10), (2, 4), (6, 12)]) == ((0, 12),)
    assert union([(2, 4), (0, 10), (9, 10)]) == ((0, 10),)
    assert union([(0, 10), (2, 4), (11, 12)]) == ((0, 10), (11, 12))


@given(SPANS, SPANS)
def test_spans_together_apart_and_within_are_sets_of_instants(some, others):
    one, other = union(some), union(others)
    assert instants(one) == instants(some)
    assert length_ms(one) == len(instants(some))
    assert all(before[1] < after[0] for before, after in pairwise(one))
    assert instants(within(one, other)) == instants(some) & instants(others)
    assert instants(without(one, other)) == instants(some) - instants(others)
