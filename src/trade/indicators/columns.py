"""What a kernel is given: the inputs of one stretch of bars without missing values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trade.base.arrays import Float64, Int64
from trade.base.catalogue import Entry, Params


@dataclass(frozen=True)
class InputColumns:
    """Input columns by name, shape [n], C-contiguous and all finite, and the opens of their bars."""

    named: Mapping[str, Float64]
    ts_open_ms: Int64

    def __getitem__(self, name: str) -> Float64:
        return self.named[name]

    def __len__(self) -> int:
        return len(self.ts_open_ms)


Kernel = Callable[[InputColumns, Params], Mapping[str, Float64]]


def segments(entry: Entry, columns: Mapping[str, Float64], ts_open_ms: Int64) -> Iterator[tuple[slice, InputColumns]]:
    """Yield the longest stretches on which every input of an entry is finite, in order, each with its columns.

    A source that is another feature starts with missing values and may have some later. An indicator starts anew after each, so
    that one missing value cannot poison the rest of a recursive average.
    """
    finite = np.isfinite(columns[entry.inputs[0]])
    for name in entry.inputs[1:]:
        finite &= np.isfinite(columns[name])
    if finite.all():
        yield slice(0, len(finite)), InputColumns({name: np.ascontiguousarray(columns[name]) for name in entry.inputs}, ts_open_ms)
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([False], finite, [False]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        rows = slice(int(start), int(stop))
        yield rows, InputColumns({name: np.ascontiguousarray(columns[name][rows]) for name in entry.inputs}, ts_open_ms[rows])


def delayed(values: Float64, lag: int) -> Float64:
    """Return the values of `lag` bars ago, NaN before that."""
    return np.concatenate((np.full(min(lag, len(values)), np.nan), values[: max(len(values) - lag, 0)]))


def writable(values: Float64) -> Float64:
    """Return the values for a compiled kernel, which a read-only array would compile once more."""
    return np.require(values, np.float64, ["C", "W"])
