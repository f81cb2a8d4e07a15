"""Columns between numpy and arrow: the same arrays as arrow's own ways make, without pandas."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.arrow import as_arrow, as_numpy, as_texts


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1)), seed=st.integers(0, 99))
def test_numbers_with_holes_are_what_arrow_makes_of_them(values: list[int], seed: int) -> None:
    column = np.array(values, np.int64)
    absent = np.random.default_rng(seed).random(len(values)) < 0.3
    assert as_arrow(column, absent=absent).equals(pa.array(column, mask=absent))
    assert as_arrow(column[::-1]).equals(pa.array(column[::-1].copy()))


def test_times_have_the_type_they_are_given() -> None:
    column = np.array([0, 1_700_000_000_000])
    kind = pa.timestamp("ms", "UTC")
    assert as_arrow(column, kind).equals(pa.array(column, kind))


@given(codes=st.lists(st.sampled_from([-1, 0, 7])))
def test_each_code_becomes_its_text(codes: list[int]) -> None:
    texts = {-1: "", 0: "zwölf", 7: "long"}
    assert as_texts(np.array(codes, np.int64), texts).equals(pa.array([texts[code] for code in codes], pa.string()))


def test_a_code_without_a_text_is_our_fault() -> None:
    with pytest.raises(KeyError):
        as_texts(np.array([3]), {})


def test_chunks_come_back_as_one_column_without_what_a_slice_left_out() -> None:
    column = pa.chunked_array([pa.array([1.0, 2.0, 3.0]).slice(1), pa.array([], pa.float64()), pa.array([4.0])])
    assert as_numpy(column, np.float64).tolist() == [2.0, 3.0, 4.0]
    assert as_numpy(pa.chunked_array([], pa.int64()), np.int64).tolist() == []
