import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.base.hashing import canonical_json, json_hash, significant, table_hash

INTS = np.array([1, -2, 3], np.int64)


def one(values: object, dtype: object = None, name: str = "a") -> str:
    return table_hash({name: np.array(values, dtype)})


def test_the_encoding_is_this_one_and_no_other() -> None:
    expected = hashlib.sha256(b"2:ts:int64:2:" + struct.pack("<qq", 1, -2) + b"1:b:bool:2:" + b"\x01\x00").hexdigest()
    assert table_hash({"ts": np.array([1, -2]), "b": np.array([True, False])}) == expected
    texts = hashlib.sha256(b"1:a:text:2:" + b"\x02\0\0\0ab" + b"\x02\0\0\0\xc3\xa9").hexdigest()
    assert one(["ab", "é"]) == one(["ab", "é"], object) == texts


def test_name_dtype_order_and_values_all_count() -> None:
    base = {"a": INTS, "b": INTS}
    different = [
        {"b": INTS, "a": INTS},
        {"a": INTS, "c": INTS},
        {"a": INTS},
        {"a": INTS, "b": INTS.astype(np.float64)},
        {"a": INTS, "b": INTS[::-1]},
        {"a": INTS, "b": INTS[:2]},
        {"a": INTS, "b": INTS != 0},
    ]
    assert len({table_hash(columns) for columns in (base, *different)}) == len(different) + 1


def test_values_do_not_flow_from_one_column_into_the_next() -> None:
    assert table_hash({"a": INTS[:1], "b": INTS[1:]}) != table_hash({"a": INTS[:2], "b": INTS[2:]})


def test_negative_zero_is_zero_and_every_nan_is_one_nan() -> None:
    odd = np.array([0x7FF8000000000001, 0xFFF8000000000000, 0x7FF0000000000001], np.uint64).view(np.float64)
    assert one([0.0, -0.0]) == one([0.0, 0.0])
    assert one([np.nan] * 3) == table_hash({"a": odd})
    assert one([np.nan]) != one([np.inf])
    assert odd.view(np.uint64)[0] == 0x7FF8000000000001  # the caller's array is left alone


def test_text_carries_its_length() -> None:
    assert one(["ab", "c"]) != one(["a", "bc"])
    assert one(["a", ""]) != one(["a"])


def test_an_empty_table_hashes_its_schema() -> None:
    empty = [one([], np.int64), one([], np.float64), one([], np.bool_), one([], "U1"), one([], np.int64, "b"), table_hash({})]
    assert len(set(empty)) == len(empty)


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_layout_in_memory_does_not_count(dtype: type) -> None:
    values = np.arange(12).astype(dtype)
    expected = table_hash({"a": values})
    wide = np.zeros((12, 3), dtype)
    wide[:, 1] = values
    assert table_hash({"a": values.astype(np.dtype(dtype).newbyteorder(">"))}) == expected
    assert table_hash({"a": wide[:, 1]}) == expected
    assert table_hash({"a": values[::-1][::-1]}) == expected
    assert table_hash({"a": np.broadcast_to(dtype(3), 4)}) == one([3] * 4, dtype)


@pytest.mark.parametrize("values", [np.array([1], np.int32), np.array([1], np.uint64), np.array([1.0], np.float32), np.array([1j])])
def test_other_dtypes_have_no_canonical_form(values: np.ndarray) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        table_hash({"a": values})


@pytest.mark.parametrize("values", [[None, "a"], [1, "a"], [float("nan")]])
def test_a_null_among_texts_is_refused_not_spelled_out(values: list[object]) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        table_hash({"a": np.array(values, object)})


def test_a_column_is_one_row_of_values() -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        table_hash({"a": np.zeros((2, 2), np.int64)})


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_metric_keeps_twelve_significant_digits(value: float) -> None:
    kept = significant(value)
    assert isinstance(kept, float)
    assert kept == float(f"{value:.11e}")
    assert significant(kept) == kept


def test_twelve_digits_hide_the_last_bits_and_nothing_more() -> None:
    assert significant(0.1 + 0.2) == significant(0.3)
    assert significant(1.00000000001) != significant(1.0)
    assert canonical_json(significant(-0.0)) == "0.0"


@pytest.mark.parametrize("value", [2**53 + 1, -(2**60) - 1, 0, np.int64(2**53 + 1)])
def test_integers_stay_whole_beyond_what_a_double_holds(value: int) -> None:
    assert significant(value) == int(value)
    assert json_hash(significant(value)) == json_hash(int(value))


def test_absence_stays_absent_and_a_truth_value_a_truth_value() -> None:
    assert significant(None) is None
    assert significant(True) is True


def test_canonical_json_sorts_keys_and_refuses_what_json_cannot_say() -> None:
    assert canonical_json({"b": 1, "a": [1.5, None, "é"]}) == '{"a":[1.5,null,"é"],"b":1}'
    assert json_hash({"b": 1, "a": 2}) == json_hash({"a": 2, "b": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})
