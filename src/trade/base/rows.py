"""Arrays of records with fields that the type checker knows, in compiled code as in Python: a dtype is derived from a class."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import numpy as np

Row = TypeVar("Row")

_SCALARS = {"int": np.int64, "float": np.float64}


class RowsOf(Protocol[Row]):
    """A C-contiguous array of records, shape [n], as a kernel takes it."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> Row: ...
    def __setitem__(self, row: int, value: Row, /) -> None: ...


def dtype_of(row: type) -> np.dtype[Any]:
    """Return the record dtype that has the annotated fields of a class, in their order: int64, or float64.

    The class is what annotations say: `account: AccountRow` is a record of `ACCOUNT`, and both read `account.cash_quanta`.
    """
    return np.dtype((np.record, [(name, _SCALARS[kind]) for name, kind in row.__annotations__.items()]))
