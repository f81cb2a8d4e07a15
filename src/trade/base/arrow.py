"""Numpy columns as arrow arrays over the same memory, and back: arrow's own ways between them import pandas (0.4 s)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trade.base.arrays import Bool, Int64


def as_arrow(values: npt.NDArray[Any], kind: Any = None, absent: Bool | None = None) -> Any:
    """Return numbers of shape [n] as an arrow array, of another type of the same width if one is given; null where `absent`."""
    values = np.ascontiguousarray(values)
    nulls = None
    if absent is not None and absent.any():
        nulls = pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(kind or pa.from_numpy_dtype(values.dtype), len(values), [nulls, pa.py_buffer(values)])


def as_texts(codes: Int64, texts: Mapping[int, str]) -> Any:
    """Return the text of each code, shape [n], as an arrow array. KeyError for a code without one."""
    words = [texts[code].encode() for code in codes.tolist()]
    ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words)))


def as_constant(text: str, count: int) -> Any:
    """Return one text `count` times, as an arrow array that holds it once."""
    return pa.DictionaryArray.from_arrays(as_arrow(np.zeros(count, np.int32)), as_texts(np.zeros(1, np.int64), {0: text}))


def as_numpy(column: Any, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return a chunked arrow column of numbers without nulls, of the width of `dtype`; one chunk as a view."""
    parts = [values_of(part, dtype) for part in column.chunks if len(part)]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype), *parts])


def values_of(array: Any, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an arrow array of numbers without nulls, of the width of `dtype`, over the same memory."""
    if len(array) == 0:
        return np.empty(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * np.dtype(dtype).itemsize)
