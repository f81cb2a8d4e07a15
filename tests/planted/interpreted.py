"""Kernels as plain Python, so that a fault in one is tried without compiling anything: rows have attributes, numbers are exact.

Integers do not wrap here; the amounts of tests that mean to reach the ends of int64 are for compiled code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import numpy as np


class Row:
    """A record whose fields are attributes, as in compiled code."""

    __slots__ = ("_record",)

    def __init__(self, record: Any) -> None:
        object.__setattr__(self, "_record", record)

    def __getattr__(self, name: str) -> Any:
        return plain(self._record[name])

    def __setattr__(self, name: str, value: Any) -> None:
        self._record[name] = value._record if isinstance(value, Row) else value


class Plain(np.ndarray):  # type: ignore[type-arg]
    """An array whose elements are Python numbers, or rows."""

    def __getitem__(self, key: Any) -> Any:
        return plain(super().__getitem__(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value._record if isinstance(value, Row) else value)

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def max(self, *given: Any, **words: Any) -> Any:
        return plain(super().max(*given, **words))

    def min(self, *given: Any, **words: Any) -> Any:
        return plain(super().min(*given, **words))


def plain(value: Any) -> Any:
    """Return a value as interpreted kernels see it; arrays and records are the same memory."""
    if isinstance(value, np.void):
        return Row(value)
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.view(Plain)
    if isinstance(value, tuple):
        parts = [plain(each) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


_inside: list[bool] = []


def interpreted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take the place of `trade.kernels.kernel`: what Python hands in is made plain once, at the outermost call."""

    @wraps(function)
    def call(*given: Any, **words: Any) -> Any:
        if _inside:
            return function(*given, **words)
        _inside.append(True)
        try:
            return function(*map(plain, given), **{name: plain(value) for name, value in words.items()})
        finally:
            _inside.pop()

    return call
