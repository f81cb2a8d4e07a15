"""Arrays of records with fields that the type checker knows, in compiled code as in Python: a dtype is derived from a class."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import numpy as np

Row_co = TypeVar("Row_co", covariant=True)

_SCALARS = {"int": np.int64, "float": np.float64}


class RowsOf(Protocol[Row_co]):
    """A C-contiguous array of records, shape [n], as a kernel takes it."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> Row_co: ...


def dtype_of(row: type) -> np.dtype[Any]:
    """Return the record dtype that has the annotated fields of a class, in their order: int64, or float64.

    The class is what annotations say: `account: AccountRow` is a record of `ACCOUNT`, and both read `account.cash_quanta`.
    """
    return np.dtype((np.record, [(name, _SCALARS[kind]) for name, kind in row.__annotations__.items()]))
