"""A mapping that is read, and whose values are made, when they are first asked for: a run needs one series of hundreds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lazy(Mapping[K, V]):
    """What `make` makes of the values that `read` gives; both are called at most once, for a value at most once each."""

    def __init__(self, read: Callable[[], Mapping[K, Any]], make: Callable[[Any], V]) -> None:
        self._read = read
        self._make = make
        self._made: dict[K, V] = {}

    @cached_property
    def raw(self) -> Mapping[K, Any]:
        """The values as they were read."""
        return self._read()

    def __getitem__(self, key: K) -> V:
        if key not in self._made:
            self._made[key] = self._make(self.raw[key])
        return self._made[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def __contains__(self, key: object) -> bool:
        return key in self.raw
